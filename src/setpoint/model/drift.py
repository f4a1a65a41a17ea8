"""Drift: one difference between intended and actual state, and the gaps where nothing could be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    within: str = ""
    """The path of the object that went, came or was switched as a whole, of which this is a part; empty where none."""


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
    SPELLING = "spelling"
    """What was declared, in another spelling."""
    ORDER = "order"
    """A list of the same elements, in another order that means nothing."""
    READ_ONLY = "read-only"
    """What only the provider sets."""
    RESERVED = "reserved"
    """A tag that the provider keeps for itself."""
    IGNORED = "ignored"
    """What the provider does not look at, because of a value beside it."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A value that is no drift, and the rule that explains it."""

    path: str
    actual: Json
    rule: str
    """Its kind, with its source: `default (schema)`."""
    intended: Json = None
    """As declared, where that is spelt otherwise; None where nobody declared it."""

    @property
    def kind(self) -> FoldKind:
        return kind_of(self.rule)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that comparing one entity concluded."""

    urn: Urn
    drifts: tuple[Drift, ...] = ()
    gaps: tuple[Gap, ...] = ()
    folds: tuple[Fold, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Rule → how many live values it left out before anything was compared: counted only, for there are many."""
    declared_at: str = ""
    """Where it was declared when it was compared, as `Resource.source` says it; empty where it was not."""

    def folded(self) -> Counter[str]:
        """Rule → how many values it explains."""
        return Counter(each.rule for each in self.folds) + Counter(self.left_out)


@dataclass(frozen=True, slots=True)
class Folded:
    """How much of several entities was folded away, and why."""

    entities: int
    rules: Mapping[str, int]
    """Rule → how many values it explains."""

    @classmethod
    def of(cls, comparisons: Iterable[Comparison]) -> Folded:
        entities, rules = 0, Counter[str]()
        for each in comparisons:
            entities += 1
            rules.update(each.folded())
        return cls(entities, rules)

    def with_one(self, comparison: Comparison) -> Folded:
        return Folded(self.entities + 1, Counter(self.rules) + comparison.folded())

    def kinds(self) -> dict[FoldKind, int]:
        """Kind → how many values its rules explain, the most first."""
        kinds = Counter[FoldKind]()
        for rule, count in self.rules.items():
            kinds[kind_of(rule)] += count
        return dict(sorted(kinds.items(), key=lambda each: (-each[1], each[0])))


def kind_of(rule: str) -> FoldKind:
    """The kind that a fold's rule begins with."""
    return FoldKind(rule.partition(" ")[0])


class Unremarkable(StrEnum):
    """Why a property is neither drift nor unknown."""

    EXPECTED = "expected"
    """It was folded."""
    SAME = "same"
    """It is as declared."""
    NOT_COMPARED = "not compared"
    """It is read-only, write-only, or AWS's own."""
    ABSENT = "absent"
    """Neither side has it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be said of one property, and the rule by which it is so."""

    path: str
    verdict: DriftKind | GapKind | Unremarkable
    intended: Json
    actual: Json
    because: str
