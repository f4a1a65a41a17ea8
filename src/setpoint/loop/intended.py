"""The intended state between beats, packed small: while nothing changes, a beat needs no more than the digests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from setpoint.intent.interface import IntentReader
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Coverage
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class _Packed:
    """A resource as JSON bytes, with the digest of what a conclusion depends on."""

    digest: str
    source: str
    unidentified: str
    properties: bytes | Resource
    """The resource itself where it holds an `Unknown`, which JSON cannot carry."""
    owner: str
    """What its own owner tag says."""


class IntendedState:
    """What the reader declared, re-read only when its fingerprint moves."""

    def __init__(self, reader: IntentReader, owner_tag: str) -> None:
        self._reader = reader
        self._owner_tag = owner_tag
        self._fingerprint = ""
        self._packed: dict[Urn, _Packed] = {}
        self.coverage = Coverage()

    def refresh(self) -> bool:
        """Read again if the sources changed; whether they did. Where the reader raises, what was known is kept."""
        fingerprint = self._reader.fingerprint()
        if fingerprint == self._fingerprint:
            return False
        snapshot = self._reader.read()
        self._packed = {urn: self._pack(resource) for urn, resource in snapshot.resources.items()}
        self.coverage = snapshot.coverage
        self._fingerprint = fingerprint
        return True

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[Urn]:
        return iter(self._packed)

    def __contains__(self, urn: object) -> bool:
        return urn in self._packed

    def digest(self, urn: Urn) -> str:
        """The digest of what is declared; empty where nothing is."""
        packed = self._packed.get(urn)
        return packed.digest if packed else ""

    def owner(self, urn: Urn) -> str:
        """The owning service by the declared tag; empty where nothing says."""
        packed = self._packed.get(urn)
        return packed.owner if packed else ""

    def get(self, urn: Urn) -> Resource | None:
        packed = self._packed.get(urn)
        if packed is None:
            return None
        if isinstance(packed.properties, Resource):
            return packed.properties
        return Resource(urn, orjson.loads(packed.properties), packed.source, unidentified=packed.unidentified)

    def _pack(self, resource: Resource) -> _Packed:
        properties: bytes | Resource
        try:
            properties = orjson.dumps(resource.properties, option=orjson.OPT_PASSTHROUGH_DATACLASS)
        except TypeError:
            properties = resource
        owner = resource.tags().get(self._owner_tag, "")
        return _Packed(resource.digest(), resource.source, resource.unidentified, properties, owner)
