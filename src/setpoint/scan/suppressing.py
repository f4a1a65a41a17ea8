"""What a comment in the source suppresses: told by the same tool when it does not heed comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from setpoint.model.scan import ScanResult


def mark_suppressed(heedless: Iterable[ScanResult], heeding: Iterable[ScanResult]) -> Iterator[ScanResult]:
    """The results of the run that heeded no comment; those that the other one does not have are suppressed."""
    left = Counter(_likeness(each) for each in heeding)
    for each in heedless:
        likeness = _likeness(each)
        yield each if left[likeness] else replace(each, is_suppressed=True)
        left[likeness] -= 1 if left[likeness] else 0


def _likeness(result: ScanResult) -> tuple[object, ...]:
    return result.rule, result.place, result.message
