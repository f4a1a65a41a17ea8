"""A range of an advisory as intervals of versions, by the OSV schema's algorithm ("Evaluation"). `affected` calls it.

The schema sorts a range's events and walks them for each version that is asked about. Walked once, they are intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import groupby
from typing import Final

from setpoint.compare.component.versions import Key, version_key
from setpoint.model.advisory import EventKind, RangeEvent, VersionRange
from setpoint.model.ecosystem import Ordering

FIRST: Final = "0"
"""As `introduced`: before every version, whatever its scheme (OSV schema, "Special values")."""

NO_LIMIT: Final = "*"
"""As `limit`: infinity (OSV schema, "Special values")."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Where affected versions begin, or end."""

    version: str
    key: Key | None
    """None before every version."""
    is_last: bool = False
    """Whether the version at the end is affected itself: `last_affected`."""


@dataclass(frozen=True, slots=True)
class Interval:
    start: Bound
    end: Bound | None
    """None where they do not end."""

    def holds(self, key: Key) -> bool:
        if self.start.key is not None and key < self.start.key:
            return False
        if self.end is None:
            return True
        return not self.end.key < key if self.end.is_last else key < self.end.key

    def __str__(self) -> str:
        if self.end is None:
            return f"[{self.start.version}, …)"
        return f"[{self.start.version}, {self.end.version}{']' if self.end.is_last else ')'}"


@dataclass(frozen=True, slots=True)
class Intervals:
    """What a range says, where all of its versions are understood."""

    ordering: Ordering
    each: tuple[Interval, ...]
    """From the lowest; they do not overlap."""
    limits: tuple[Key, ...]
    """Only what is below one of them is in the range; empty where it has no limit."""

    def find(self, version: str) -> Interval | None:
        """The one that holds the version; what is no version is in a range that holds everything."""
        key = version_key(self.ordering, version)
        if key is None:
            return self.each[0] if self._holds_everything else None
        if self.limits and not any(key < limit for limit in self.limits):
            return None
        return next((interval for interval in self.each if interval.holds(key)), None)

    @property
    def _holds_everything(self) -> bool:
        return bool(self.each) and self.each[0].start.key is None and self.each[0].end is None and not self.limits


class NotUnderstoodError(ValueError):
    """A version of the advisory's own that its ecosystem does not accept."""


def intervals_of(given: VersionRange, ordering: Ordering) -> Intervals:
    """Raises `NotUnderstoodError` with the version at fault."""
    turns = [each for each in given.events if each.kind is not EventKind.LIMIT]
    limits = [each for each in given.events if each.kind is EventKind.LIMIT]
    has_end = bool(limits) and not any(NO_LIMIT in each.version for each in limits)
    return Intervals(
        ordering,
        tuple(_walk(_sorted_bounds(turns, ordering))),
        tuple(_key(each, ordering) for each in limits) if has_end else (),
    )


_Turn = tuple[EventKind, Bound]


def _sorted_bounds(events: Iterable[RangeEvent], ordering: Ordering) -> list[_Turn]:
    turns = []
    for each in events:
        is_first = each.kind is EventKind.INTRODUCED and each.version == FIRST
        key = None if is_first else _key(each, ordering)
        turns.append((each.kind, Bound(each.version, key, is_last=each.kind is EventKind.LAST_AFFECTED)))
    return sorted(turns, key=cmp_to_key(_compare))


def _key(event: RangeEvent, ordering: Ordering) -> Key:
    key = version_key(ordering, event.version)
    if key is None:
        raise NotUnderstoodError(event.version)
    return key


def _compare(one: _Turn, other: _Turn) -> int:
    """By `<` alone: some keys of univers's are neither lower, nor higher, nor `==`."""
    first, second = one[1].key, other[1].key
    if first is None or second is None:
        return (first is not None) - (second is not None)
    return -1 if first < second else int(second < first)


def _walk(turns: list[_Turn]) -> Iterator[Interval]:
    """Where events of both kinds share a version, the order that the advisory lists them in must not matter.

    What is open is closed there before it opens anew (one branch ends where the next begins); what is not open begins
    and ends there.
    """
    start: Bound | None = None
    for _, group in groupby(turns, key=cmp_to_key(_compare)):
        opens_last = start is not None
        for kind, bound in sorted(group, key=lambda turn: _rank(turn[0], opens_last=opens_last)):
            if kind is EventKind.INTRODUCED:
                start = start or bound
            elif start is not None:
                yield Interval(start, bound)
                start = None
    if start is not None:
        yield Interval(start, None)


def _rank(kind: EventKind, *, opens_last: bool) -> int:
    if kind is EventKind.INTRODUCED:
        return 2 if opens_last else -1
    return int(kind is EventKind.LAST_AFFECTED)
