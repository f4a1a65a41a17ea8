"""Which policies of a type may look at one projection. Called by `compile`.

To hand a projection to CEL takes several times as long as to evaluate an expression over it, so it is done for many
policies at once; but what a policy concludes must not depend on what others read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from setpoint.model.paths import split
from setpoint.model.policy import Policy

_Reads = Mapping[str, frozenset[str]]
"""Property → the paths at and below it."""


def sharing_groups(policies: Iterable[Policy]) -> list[list[Policy]]:
    """Policies that read the same of every property that two of them read: each sees there what it would see alone."""
    groups: list[tuple[dict[str, frozenset[str]], list[Policy]]] = []
    for policy in policies:
        reads = _by_property(policy.reads)
        for seen, members in groups:
            if _agree(reads, seen):
                seen.update(reads)
                members.append(policy)
                break
        else:
            groups.append((reads, [policy]))
    return [members for _, members in groups]


def _by_property(reads: Sequence[str]) -> dict[str, frozenset[str]]:
    properties = {split(path)[0] for path in reads}
    return {name: frozenset(path for path in reads if split(path)[0] == name) for name in properties}


def _agree(reads: _Reads, seen: _Reads) -> bool:
    return all(seen.get(name, paths) == paths for name, paths in reads.items())
