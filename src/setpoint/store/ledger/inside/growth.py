"""Counts that only grow, by name: the largest of each boot, and what it adds to a total. Pure.

Used by `routes` and `places`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from setpoint.model.report import ReportedRoute
from setpoint.store.ledger.columns import to_microseconds

MOST_NAMES: Final = 512
"""In one total: agents of several versions, with bounds of their own, have a few dozens."""

MOST_RELEASES: Final = 16
"""In which one place was seen, or one route called; the latest."""

CALLS: Final = "calls"
MICROSECONDS: Final = "microseconds"

Counts = Mapping[str, int]


def counts_of(route: ReportedRoute) -> dict[str, int]:
    """All counts of a route under one level of names: `calls`, `statuses.2xx`, `latency.0.25`."""
    return {
        CALLS: route.calls,
        # Whole, so that sums do not depend on their order.
        MICROSECONDS: round(route.seconds * 1e6),
        **{
            f"{group}.{name}": count
            for group, counts in (("statuses", route.statuses), ("latency", route.latency), ("effects", route.effects))
            for name, count in counts.items()
        },
    }


def group(counts: Counts, name: str) -> dict[str, int]:
    """One of the groups that `counts_of` made."""
    return {key.removeprefix(f"{name}."): count for key, count in counts.items() if key.startswith(f"{name}.")}


def largest(before: Counts, now: Counts) -> dict[str, int]:
    """Of each name."""
    return _bounded({name: max(count, before.get(name, 0)) for name, count in now.items()} | _only(before, now))


def grown(before: Counts, after: Counts) -> dict[str, int]:
    """By how much each is more than before."""
    return {name: more for name, count in after.items() if (more := count - before.get(name, 0)) > 0}


def added(total: Counts, growth: Counts) -> dict[str, int]:
    return _bounded({name: count + total.get(name, 0) for name, count in growth.items()} | _only(total, growth))


def seen_again(releases: Mapping[str, int], release: str, at: datetime) -> dict[str, int]:
    """Release → microseconds when it was seen there last."""
    now = {**releases, release: max(releases.get(release, 0), to_microseconds(at))}
    return dict(sorted(sorted(now.items(), key=lambda each: (each[1], each[0]))[-MOST_RELEASES:]))


def _only(one: Counts, other: Counts) -> dict[str, int]:
    return {name: count for name, count in one.items() if name not in other}


def _bounded(counts: dict[str, int]) -> dict[str, int]:
    """The same ones whenever there are too many."""
    return counts if len(counts) <= MOST_NAMES else {name: counts[name] for name in sorted(counts)[:MOST_NAMES]}
