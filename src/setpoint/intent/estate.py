"""The estate: all declared sources as one; what the loop reads as intended state. `wiring` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.interface import IntentReader
from setpoint.model.canonical import Json, digest
from setpoint.model.packed import PackedResources
from setpoint.model.paths import without
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.urn import Urn

_BY_DOUBT: Final = (Extent.WHOLE, Extent.DECLARED, Extent.NOT_COVERED, Extent.PARTIAL, Extent.NONE)
"""Where two sources speak of one area, the later in this list wins: the more careful one."""


class Estate:
    """An `IntentReader` of several readers, which keeps only what can be declared, stored and compared."""

    def __init__(self, readers: Sequence[IntentReader], schemas: Callable[[str], ResourceSchema | None]) -> None:
        self._readers = readers
        self._schemas = schemas

    def fingerprint(self) -> str:
        return digest(*(reader.fingerprint() for reader in self._readers))

    def busy(self) -> str:
        return next(filter(None, (reader.busy() for reader in self._readers)), "")

    def read(self) -> Snapshot:
        resources = PackedResources()
        coverage: dict[Area, AreaCoverage] = {}
        hidden = _HiddenPaths(self._schemas)
        for snapshot in (reader.read() for reader in self._readers):
            for resource in snapshot.resources.values():
                _add(resources, replace(resource, properties=hidden.removed_from(resource)))
            for each in snapshot.coverage.areas.values():
                coverage[each.area] = _joined(coverage.get(each.area, each), each)
        return Snapshot(resources, Coverage(coverage))


class _HiddenPaths:
    """The write-only and read-only paths of each type, looked up once a reading."""

    def __init__(self, schemas: Callable[[str], ResourceSchema | None]) -> None:
        self._schemas = schemas
        self._paths: dict[str, list[str]] = {}

    def removed_from(self, resource: Resource) -> Mapping[str, Json]:
        if resource.type not in self._paths:
            schema = self._schemas(resource.type)
            hidden = schema.write_only | schema.read_only if schema else ()
            self._paths[resource.type] = sorted(hidden)
        properties: Json = resource.properties
        for path in self._paths[resource.type]:
            properties = without(properties, path)
        return dict(properties)


def _add(resources: PackedResources, resource: Resource) -> None:
    before = resources.get(resource.urn)
    if before is None:
        resources.put(resource)
        return
    if before.source == resource.source:
        return
    if before.unidentified and not resource.unidentified:
        resources.put(resource)
        before, resource = resource, before
    if resource.unidentified:
        # A logical address is a name within its source only: these are two resources.
        resources.put(replace(resource, urn=_qualified(resource)))
    elif digest(before.properties) != digest(resource.properties):
        differing = ", ".join(_differing(before.properties, resource.properties))
        raise InputError(
            f"{resource.urn} is declared otherwise by {before.source} (they differ in {differing})",
            where=resource.source,
            remedy="declare it in one of them only",
        )


def _qualified(resource: Resource) -> Urn:
    area = Area.of(resource.urn)
    return Urn.aws(area.partition, area.account, area.region, area.type, resource.source)


def _differing(one: Mapping[str, Json], other: Mapping[str, Json]) -> Iterable[str]:
    return (name for name in sorted(one.keys() | other.keys()) if digest(one.get(name)) != digest(other.get(name)))


def _joined(one: AreaCoverage, other: AreaCoverage) -> AreaCoverage:
    extent = max(one.extent, other.extent, key=_BY_DOUBT.index)
    return AreaCoverage(one.area, extent, tuple(dict.fromkeys((*one.reasons, *other.reasons))))
