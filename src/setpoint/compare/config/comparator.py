"""The comparator of the configuration plane; `loop` calls it for every entity whose state or rules changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.compare.config.canonical import canonical
from setpoint.compare.config.expected import Expectations
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule, build
from setpoint.compare.config.walk import Pair, Walk
from setpoint.model.canonical import Json, digest
from setpoint.model.drift import Comparison, Drift, DriftKind, Gap, GapKind
from setpoint.model.paths import lookup, split
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema

RULES_VERSION: Final = 4
"""To be raised whenever this package concludes something else from the same input: then nothing remembered holds."""

UNTOLD: Final[Mapping[GapKind, str]] = {
    GapKind.NEVER_RETURNED: "the API of its service never returns it",
    GapKind.NOT_READ: "Setpoint does not read it yet",
}


@dataclass(frozen=True, slots=True)
class _Type:
    """What the comparator knows of one resource type."""

    version: str
    root: Rule
    untold: tuple[tuple[str, str, GapKind], ...]
    """(first step, path, why) of each property of which the actual value is never known."""


class ConfigComparator:
    """Intended against actual properties, attribute by attribute, by the facts of the type's schema."""

    def __init__(self, schemas: Callable[[str], ResourceSchema | None]) -> None:
        self._schemas = schemas
        self._types: dict[str, _Type] = {}

    def version(self, type_name: str) -> str:
        return self._type(type_name).version

    def compare(self, intended: Resource | None, actual: Resource | None) -> Comparison:
        if intended is not None:
            return self._declared(intended, actual)
        if actual is not None:
            return self._undeclared(actual)
        raise ValueError("neither side is given: there is nothing to compare")

    def _declared(self, intended: Resource, actual: Resource | None) -> Comparison:
        urn = intended.urn
        if intended.unidentified:
            return Comparison(urn, gaps=(Gap(urn, "", GapKind.UNRESOLVED, intended.unidentified),))
        wanted = self._canonical(intended)
        if actual is None:
            return Comparison(urn, drifts=(Drift(urn, DriftKind.MISSING, "", wanted, None),))
        found = self._canonical(actual)
        home = Home.of(urn)
        expectations = Expectations(urn.type, intended.surroundings, intended.properties, home)
        walk = Walk(Pair(urn, home, intended.properties, found, actual.unread, expectations))
        walk.value(self._type(urn.type).root, "", wanted, found)
        gaps = [*walk.gaps, *_unread(actual), *self._untold(intended, actual)]
        return Comparison(
            urn,
            drifts=tuple(sorted(walk.drifts, key=lambda drift: drift.path)),
            gaps=tuple(sorted(gaps, key=lambda gap: gap.path)),
            folds=tuple(sorted(walk.folds, key=lambda fold: fold.path)),
        )

    def _undeclared(self, actual: Resource) -> Comparison:
        urn = actual.urn
        unmanaged = Drift(urn, DriftKind.UNMANAGED, "", None, self._canonical(actual))
        return Comparison(urn, drifts=() if actual.provided_by else (unmanaged,), gaps=tuple(_unread(actual)))

    def _canonical(self, resource: Resource) -> Json:
        return canonical(self._type(resource.type).root, resource.properties, Home.of(resource.urn).partition)

    def _untold(self, intended: Resource, actual: Resource) -> Iterator[Gap]:
        for first, path, kind in self._type(intended.type).untold:
            if intended.properties.get(first) is None or not _has(intended, path):
                continue
            if kind is GapKind.NEVER_RETURNED or not _has(actual, path):
                yield Gap(intended.urn, path, kind, UNTOLD[kind])

    def _type(self, type_name: str) -> _Type:
        known = self._types.get(type_name)
        if known is None:
            known = self._types[type_name] = _load(self._schemas(type_name))
        return known


def _load(schema: ResourceSchema | None) -> _Type:
    untold: dict[str, GapKind] = {}
    if schema:
        untold |= dict.fromkeys(schema.not_read, GapKind.NOT_READ)
        untold |= dict.fromkeys(schema.write_only, GapKind.NEVER_RETURNED)
    return _Type(
        version=digest(RULES_VERSION, schema.version if schema else ""),
        root=build(schema),
        untold=tuple((split(path)[0], path, untold[path]) for path in sorted(untold)),
    )


def _has(resource: Resource, path: str) -> bool:
    return any(value is not None for value in lookup(resource.properties, path))


def _unread(actual: Resource) -> Iterator[Gap]:
    return (Gap(actual.urn, path, GapKind.UNREAD, reason) for path, reason in actual.unread.items())
