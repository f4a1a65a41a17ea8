"""Which of the scan's accounts are set against each other. Called by the checks of this theme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from setpoint.model.dast import Caller
from setpoint.scan.dast.interface import Workbench


def peers(bench: Workbench) -> tuple[Caller, Caller] | None:
    """Two who may do the same, each with its own; where no two may, one who may more, and one who may less.

    Of the lowest rank that has two: who may administer may see what is others'.
    """
    by_role: dict[tuple[int, str], list[Caller]] = defaultdict(list)
    for caller in bench.accounts.callers:
        by_role[caller.rank, caller.role].append(caller)
    for _, alike in sorted(by_role.items()):
        if len(alike) >= 2:
            return alike[0], alike[1]
    return next(ranks(bench), None)


def ranks(bench: Workbench) -> Iterator[tuple[Caller, Caller]]:
    """One of the highest rank, with one of each lower rank, the lowest first."""
    callers = sorted(bench.accounts.callers, key=lambda caller: caller.rank)
    if not callers:
        return
    highest = callers[-1]
    told: set[int] = set()
    for lower in callers:
        if lower.rank < highest.rank and lower.rank not in told:
            told.add(lower.rank)
            yield highest, lower
