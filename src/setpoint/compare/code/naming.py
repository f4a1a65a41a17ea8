"""The same file and the same function, as a repository and as a running application call them. Pure; used by `joining`.

`src/shop/views.py` is built into a wheel, copied to `/srv/app/shop/views.py` or run where it lies: the end of the path
is what stays. What could be either of two is neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_INLINE: Final = re.compile(r"(?:^|\.)(?:<locals>\.)?<(?:lambda|listcomp|setcomp|dictcomp|genexpr)>")
"""Functions without a name: whether a comprehension is one depends on the version of Python (PEP 709)."""
_MODULE: Final = "<module>"
_LOCALS: Final = ".<locals>."


def plain(function: str) -> str:
    """Its name as both sides have it: of what has no name, that of the function around it; empty outside of all."""
    if "<" not in function:
        return function
    return "" if function == _MODULE else _INLINE.sub("", function)


def with_outer(function: str) -> list[str]:
    """With the functions that must have run for it to run."""
    parts = function.split(_LOCALS)
    return [_LOCALS.join(parts[:count]) for count in range(1, len(parts) + 1)]


class RunningPaths:
    """The paths of a running application."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(filter(None, paths))
        self._by_end = _by_end(self._paths)

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def __bool__(self) -> bool:
        return bool(self._paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def of(self, source: Iterable[str]) -> dict[str, str]:
        """Path in one state of the source → the same of the application; without those that could be several."""
        return _one_to_one({each: found for each in set(source) if (found := self._find(each))})

    def _find(self, source: str) -> tuple[str, int] | None:
        """The path with the longest end in common, and how many parts that has."""
        parts = source.split("/")
        for count in range(len(parts), 0, -1):
            end = "/".join(parts[-count:])
            if end in self._paths:
                return end, count
            if end in self._by_end:
                found = self._by_end[end]
                # A name alone says little where both lie in folders that are called differently.
                return (found, count) if found and (count > 1 or count == len(parts)) else None
        return None


def _by_end(paths: Iterable[str]) -> dict[str, str]:
    """Every end of a path → the path; empty text where several end so."""
    ends: dict[str, str] = {}
    for path in paths:
        at = path.find("/")
        while at >= 0:
            end = path[at + 1 :]
            ends[end] = path if end not in ends else ""
            at = path.find("/", at + 1)
    return ends


def _one_to_one(found: Mapping[str, tuple[str, int]]) -> dict[str, str]:
    """Of several that would be the same path, the one that has most of it in common, if that is one."""
    claims: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for source, (running, count) in found.items():
        claims[running].append((count, source))
    most = {running: max(count for count, _ in rivals) for running, rivals in claims.items()}
    winners = {running: [each for each in rivals if each[0] == most[running]] for running, rivals in claims.items()}
    return {rivals[0][1]: running for running, rivals in winners.items() if len(rivals) == 1}
