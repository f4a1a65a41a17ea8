"""Many resources in little room: as JSON bytes, parsed when they are asked for.

A parsed document takes some eight times the room of its bytes, and a beat over unchanged resources asks for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from setpoint.model.resource import Resource
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class _Packed:
    digest: str
    frame: Resource
    """The resource without its properties, or with those that hold an `Unknown`, which JSON cannot carry."""
    properties: bytes | None


class PackedResources(Mapping[Urn, Resource]):
    """A mapping like any other, and `put`; what it gives out is equal to what was put in, not the same object."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._packed: dict[Urn, _Packed] = {}
        for resource in resources:
            self.put(resource)

    def put(self, resource: Resource) -> None:
        """Keep `resource` under its URN, in the place of any other."""
        try:
            # Copied, since orjson's own buffer keeps the room that it was first given: five times as much in the end.
            properties = bytes(memoryview(orjson.dumps(resource.properties, option=orjson.OPT_PASSTHROUGH_DATACLASS)))
        except TypeError:
            self._packed[resource.urn] = _Packed(resource.digest(), resource, None)
        else:
            self._packed[resource.urn] = _Packed(resource.digest(), replace(resource, properties={}), properties)

    def digest(self, urn: Urn) -> str:
        """The resource's digest, without parsing it; empty where there is no such resource."""
        packed = self._packed.get(urn)
        return packed.digest if packed else ""

    def __getitem__(self, urn: Urn) -> Resource:
        packed = self._packed[urn]
        if packed.properties is None:
            return packed.frame
        return replace(packed.frame, properties=orjson.loads(packed.properties))

    def __iter__(self) -> Iterator[Urn]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, urn: object) -> bool:
        return urn in self._packed
