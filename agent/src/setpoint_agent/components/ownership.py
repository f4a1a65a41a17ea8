"""Whose a file below `site-packages` is, without keeping what every RECORD lists: by the first parts of its path.

Two distributions may share a package (`google/…`, `zope/…`): then the folder decides, and where they share that too,
the file itself.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable

from setpoint_agent.components.distributions import Distribution


class Ownership:
    def __init__(self, distributions: Iterable[Distribution]) -> None:
        self._roots: dict[str, dict[str, list[Distribution]]] = {}
        for each in distributions:
            tops = self._roots.setdefault(each.root, defaultdict(list))
            for top in _tops(each):
                tops[top].append(each)

    def owner(self, file: str) -> tuple[Distribution | None, str] | None:
        """The distribution that owns `file` (None: no distribution does), and its name below its root; None for a file
        that lies in none of the roots."""
        for root, tops in self._roots.items():
            if file.startswith(f"{root}{os.sep}"):
                below = file[len(root) + 1 :]
                candidates = tops.get(below.partition(os.sep)[0], [])
                return _best(candidates, below), below
        return None


def _tops(distribution: Distribution) -> set[str]:
    tops = {file.partition("/")[0] for file, _ in distribution.record()}
    if not tops:  # an `.egg-info` of the system's packages, say: its modules are mostly called as it is
        tops = {distribution.name, distribution.name.replace("-", "_"), f"{distribution.name}.py"}
    return tops


def _best(candidates: list[Distribution], below: str) -> Distribution | None:
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    folder = f"{below.rpartition(os.sep)[0]}/"
    in_folder = [each for each in candidates if any(file.startswith(folder) for file, _ in each.record())]
    if len(in_folder) < 2:
        return in_folder[0] if in_folder else None
    return next((each for each in in_folder if any(file == below for file, _ in each.record())), in_folder[0])
