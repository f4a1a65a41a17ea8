"""Whether one entry of an advisory affects a version: it does, it does not, or it cannot be told. For `matching`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from setpoint.compare.component.intervals import Interval, Intervals, NotUnderstoodError, intervals_of
from setpoint.compare.component.versions import Key, version_key
from setpoint.model.advisory import Affected, AffectedStatus, RangeKind
from setpoint.model.ecosystem import Ordering, ecosystem_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry says of a version."""

    status: AffectedStatus
    reason: str = ""
    """`enumerated`, `in range [1.0, 1.2.3)`, or why it could not be told."""
    fixed: tuple[str, ...] = ()


class AffectedVersions:
    """One entry of an advisory, made ready to be asked of many versions."""

    def __init__(self, affected: Affected) -> None:
        self._ecosystem = affected.ecosystem.partition(":")[0]
        self._ordering = ecosystem_of(affected.ecosystem).ordering
        self._enumerated = frozenset(affected.versions)
        self._ranges: list[Intervals] = []
        self._not_understood = ""
        for each in affected.ranges:
            if each.kind is RangeKind.GIT:
                continue
            try:
                self._ranges.append(intervals_of(each, _ordering(each.kind, self._ordering)))
            except NotUnderstoodError as error:
                self._not_understood = f"the advisory's {str(error)[:100]!r}"

    def judge(self, version: str) -> Verdict:
        """Affected is what is enumerated or in a range, whichever of its entries says so."""
        found = list(self._containing(version))
        fixed = tuple(dict.fromkeys(text for interval in found for text in self._fixed(interval)))
        if self._is_enumerated(version):
            return Verdict(AffectedStatus.AFFECTED, "enumerated", fixed)
        if found:
            return Verdict(AffectedStatus.AFFECTED, f"in range {found[0]}", fixed)
        reason = self._why_it_cannot_tell(version)
        return Verdict(AffectedStatus.COULD_NOT_COMPARE if reason else AffectedStatus.NOT_AFFECTED, reason)

    def is_in_range(self, version: str) -> bool:
        """By its ranges alone, whatever it enumerates: how a bench holds the two against each other."""
        return next(self._containing(version), None) is not None

    def _containing(self, version: str) -> Iterator[Interval]:
        for each in self._ranges:
            interval = each.find(version)
            if interval is not None:
                yield interval

    def _is_enumerated(self, version: str) -> bool:
        """As it is spelt, or as its ecosystem would spell it too: `1.0` and `1.0.0`."""
        if version in self._enumerated:
            return True
        key = version_key(self._ordering, version) if self._enumerated else None
        if key is None:
            return False
        at = bisect_left(self._enumerated_keys, key)
        return at < len(self._enumerated_keys) and not key < self._enumerated_keys[at]

    @cached_property
    def _enumerated_keys(self) -> list[Key]:
        keys = (version_key(self._ordering, each) for each in self._enumerated)
        return sorted(key for key in keys if key is not None)

    def _fixed(self, interval: Interval) -> Iterator[str]:
        """Its end, or the end of what that runs into: a version that is affected by another range fixes nothing."""
        current: Interval | None = interval
        for _ in range(sum(len(each.each) for each in self._ranges)):
            if current is None or current.end is None or current.end.is_last:
                return
            fixed = current.end.version
            current = next(self._containing(fixed), None)
            if current is None and not self._is_enumerated(fixed):
                yield fixed

    def _why_it_cannot_tell(self, version: str) -> str:
        """Empty where it can."""
        if not self._ranges and not self._enumerated and not self._not_understood:
            return "the advisory names no versions"
        if not version.strip():
            return "the component has no version"
        if self._ordering is Ordering.NONE and self._not_understood:
            return f"nothing is known of the order of versions of {self._ecosystem}"
        for ordering in sorted({self._ordering, *(each.ordering for each in self._ranges)} - {Ordering.NONE}):
            if version_key(ordering, version) is None:
                return f"{version[:100]!r} is no version by the rules of {ordering}"
        return f"{self._not_understood} is no version by the rules of {self._ordering}" if self._not_understood else ""


def _ordering(kind: RangeKind, of_ecosystem: Ordering) -> Ordering:
    if kind is RangeKind.SEMVER and of_ecosystem is not Ordering.GO:
        return Ordering.SEMVER
    return of_ecosystem
