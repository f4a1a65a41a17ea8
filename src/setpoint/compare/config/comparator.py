"""The comparator of the configuration plane; `loop` calls it for every entity whose state or rules changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.compare.config.canonical import Noted, canonical, passed_over
from setpoint.compare.config.expected import Expectations
from setpoint.compare.config.explain import explain
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule, build
from setpoint.compare.config.walk import Pair, Walk
from setpoint.model.canonical import Json, digest
from setpoint.model.drift import Comparison, Drift, DriftKind, Explanation, Gap, GapKind
from setpoint.model.paths import lookup, split
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema

RULES_VERSION: Final = 7
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

    def explain(self, comparison: Comparison, actual: Resource | None, path: str) -> Sequence[Explanation]:
        return explain(comparison, actual, self._schemas(comparison.urn.type), path)

    def _declared(self, intended: Resource, actual: Resource | None) -> Comparison:
        urn = intended.urn
        if intended.unidentified:
            gap = Gap(urn, "", GapKind.UNRESOLVED, intended.unidentified)
            return Comparison(urn, gaps=(gap,), declared_at=intended.source)
        of_wanted, of_found = Noted(), Noted()
        wanted = self._canonical(intended, of_wanted)
        if actual is None:
            missing = Drift(urn, DriftKind.MISSING, "", wanted, None)
            return Comparison(urn, drifts=(missing,), declared_at=intended.source)
        found = self._canonical(actual, of_found)
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
            left_out=passed_over(of_wanted, of_found),
            declared_at=intended.source,
        )

    def _undeclared(self, actual: Resource) -> Comparison:
        urn = actual.urn
        noted = Noted()
        unmanaged = Drift(urn, DriftKind.UNMANAGED, "", None, self._canonical(actual, noted))
        drifts = () if actual.provided_by else (unmanaged,)
        return Comparison(urn, drifts, tuple(_unread(actual)), left_out=dict(noted.left_out))

    def _canonical(self, resource: Resource, noted: Noted) -> Json:
        root, partition = self._type(resource.type).root, Home.of(resource.urn).partition
        return canonical(root, resource.properties, partition, noted)

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
