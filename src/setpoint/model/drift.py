"""Drift: one difference between intended and actual state, and the gaps where nothing could be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from setpoint.model.canonical import Json
from setpoint.model.urn import Urn


class DriftKind(StrEnum):
    CHANGED = "changed"
    """A declared value differs, or is gone."""
    UNDECLARED = "undeclared"
    """A value that nobody declared and that no default explains."""
    MISSING = "missing"
    """A declared entity does not exist."""
    UNMANAGED = "unmanaged"
    """An entity exists that nobody declared."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. For MISSING and UNMANAGED the path is empty: it is the whole entity."""

    urn: Urn
    kind: DriftKind
    path: str
    intended: Json
    """As declared; None where nothing was."""
    actual: Json
    """As read; None where nothing is."""


class GapKind(StrEnum):
    UNRESOLVED = "unresolved"
    """The declared value could not be worked out."""
    UNREAD = "unread"
    """The provider did not answer for this property this time (its area is read partly)."""
    NEVER_RETURNED = "never returned"
    """The provider's API never returns this property: it cannot be compared, ever."""
    ASSIGNED = "assigned"
    """The provider assigned the value where none was declared, and anybody may have exchanged it since."""
    NOT_READ = "not read"
    """Setpoint does not read this property yet."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A property of which nothing can be told, because …"""

    urn: Urn
    path: str
    kind: GapKind
    reason: str


class FoldKind(StrEnum):
    DEFAULT = "default"
    """What the provider sets where nothing is declared."""
    GENERATED = "generated"
    """What the provider chooses itself: a name, an id, a moment."""
    DERIVED = "derived"
    """What follows from something that was declared."""
    IDENTITY = "identity"
    """The name of the entity itself, which nobody needs to be told of."""
    ELSEWHERE = "elsewhere"
    """What is declared of another entity, and compared there."""
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Fold:
    """A live-only value that is no drift, and the rule that explains it."""

    path: str
    actual: Json
    rule: str
    """Its kind, with its source: `default (schema)`."""

    @property
    def kind(self) -> FoldKind:
        return FoldKind(self.rule.partition(" ")[0])


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that comparing one entity concluded."""

    urn: Urn
    drifts: tuple[Drift, ...] = ()
    gaps: tuple[Gap, ...] = ()
    folds: tuple[Fold, ...] = ()
