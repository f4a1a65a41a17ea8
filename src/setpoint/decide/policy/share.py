"""Which policies of a type may look at one projection. Called by `compile`.

To hand a projection to CEL takes several times as long as to evaluate an expression over it, so it is done for many
policies at once; but what a policy concludes must not depend on what others read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from setpoint.model.paths import split

Item = TypeVar("Item")

_Reads = Mapping[str, frozenset[str]]
"""Property → the paths that are read at and below it."""


def sharing_groups(items: Iterable[Item], reads: Callable[[Item], Sequence[str]]) -> list[list[Item]]:
    """Those that read the same of every property that two of them read: each sees there what it would see alone."""
    groups: list[tuple[dict[str, frozenset[str]], list[Item]]] = []
    for item in items:
        read = _by_property(reads(item))
        known, members = next(((known, members) for known, members in groups if _agree(read, known)), ({}, []))
        if not members:
            groups.append((known, members))
        known.update(read)
        members.append(item)
    return [members for _, members in groups]


def _by_property(reads: Sequence[str]) -> dict[str, frozenset[str]]:
    properties = {split(path)[0] for path in reads}
    return {name: frozenset(path for path in reads if split(path)[0] == name) for name in properties}


def _agree(read: _Reads, known: _Reads) -> bool:
    return all(known.get(name, paths) == paths for name, paths in read.items())
