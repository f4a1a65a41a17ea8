"""The comparator of the configuration plane; `loop` calls it for every entity whose state or rules changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.compare.config.canonical import canonical
from setpoint.compare.config.rules import Rule, build
from setpoint.compare.config.values import Home
from setpoint.compare.config.walk import Walk
from setpoint.model.canonical import Json, digest
from setpoint.model.drift import Comparison, Drift, DriftKind, Gap, GapKind
from setpoint.model.paths import lookup, split
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema

RULES_VERSION: Final = 1
"""To be raised whenever this package concludes something else from the same input: then nothing remembered holds."""


@dataclass(frozen=True, slots=True)
class _Type:
    """What the comparator knows of one resource type."""

    version: str
    root: Rule
    write_only: tuple[tuple[str, str], ...]
    """(first step, path) of each property that AWS never returns."""


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
        walk = Walk(urn, Home.of(urn), actual.unread)
        walk.value(self._type(urn.type).root, "", wanted, self._canonical(actual))
        gaps = [*walk.gaps, *_unread(actual), *self._never_returned(intended)]
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

    def _never_returned(self, intended: Resource) -> Iterator[Gap]:
        for first, path in self._type(intended.type).write_only:
            declared = intended.properties.get(first)
            if declared is not None and any(value is not None for value in lookup(intended.properties, path)):
                yield Gap(intended.urn, path, GapKind.NEVER_RETURNED, "the API of its service never returns it")

    def _type(self, type_name: str) -> _Type:
        known = self._types.get(type_name)
        if known is None:
            known = self._types[type_name] = _load(self._schemas(type_name))
        return known


def _load(schema: ResourceSchema | None) -> _Type:
    write_only = schema.write_only if schema else frozenset()
    return _Type(
        version=digest(RULES_VERSION, schema.version if schema else ""),
        root=build(schema),
        write_only=tuple((split(path)[0], path) for path in sorted(write_only)),
    )


def _unread(actual: Resource) -> Iterator[Gap]:
    return (Gap(actual.urn, path, GapKind.UNREAD, reason) for path, reason in actual.unread.items())
