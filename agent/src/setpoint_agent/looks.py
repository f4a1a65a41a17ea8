"""How closely a sink of a route is watched: every call at first, and ever fewer while nothing is found.

Most calls of a service are the same few, request after request, with paths and statements that no client has a part
in. Looking at each for ever would be most of what the agent costs. What input reaches it reaches nearly every time, so
a place is either found early on, or rests on a way through the code that is rare: that is why some are still looked at.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

AT_FIRST: Final = 128
"""Looks in a row that found nothing, from which on only some are taken."""
LATER: Final = 7
"""Then one look in so many; twice as rarely after twice as many calls, and so on. It is an odd number, so that of calls
that take turns none is left out for ever."""
RAREST: Final = 9
"""At most so many times as rarely."""
MOST: Final = 4_096
"""Places of which looks are counted; all are forgotten when there are more (a client may make up paths)."""


class Looks:
    """Counts of looks that found nothing, by place. Threads may lose one another's counts: a look more or less."""

    __slots__ = ("_at_first", "_in_vain", "_later")

    def __init__(self, at_first: int = AT_FIRST, later: int = LATER) -> None:
        self._at_first = at_first
        self._later = later
        self._in_vain: dict[Hashable, int] = {}

    def is_due(self, place: Hashable) -> bool:
        """Whether to look now; it counts as a look in vain until `found` is called."""
        count = self._in_vain.get(place, 0) + 1
        if count == 1 and len(self._in_vain) >= MOST:
            self._in_vain.clear()
        self._in_vain[place] = count
        if count <= self._at_first:
            return True
        return count % (self._later * min(count // self._at_first, RAREST)) == 0

    def found(self, place: Hashable) -> None:
        """Something was there: from now on every call is looked at once more."""
        self._in_vain[place] = 0

    def clear(self) -> None:
        self._in_vain.clear()
