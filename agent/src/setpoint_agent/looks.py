"""How closely a sink of a route is watched: every call at first, and ever fewer while nothing is found.

Most calls of a service are the same few, request after request, with paths and statements that no client has a part
in. Looking at each for ever would be most of what the agent costs. So a text that was looked at often enough in vain
passes (`Usual`), while one that was never there before is looked at: it may have been made of this request. Only where
texts without an end come in vain (`Looks`), some of them pass as well: what input reaches it reaches nearly every time.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

OFTEN: Final = 32
"""Looks at one text in vain from which on it is usual."""
NOW_AND_THEN: Final = 256
"""One in so many of a usual text's calls is looked at all the same: requests may bring what was a default before."""
MOST_TEXTS: Final = 4_096
LONGEST_TEXT: Final = 1_024
"""Texts, and characters of one, of which looks are counted."""

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
        if self.passes(place):
            return False
        self.take(place)
        return True

    def passes(self, place: Hashable) -> bool:
        """Whether not to look now. It is counted; where there is to be a look, `take` counts it."""
        count = self._in_vain.get(place, 0) + 1
        if count <= self._at_first or count % (self._later * min(count // self._at_first, RAREST)) == 0:
            return False
        self._in_vain[place] = count
        return True

    def take(self, place: Hashable) -> None:
        """A look is taken, in vain until `found` is called."""
        count = self._in_vain.get(place, 0) + 1
        if count == 1 and len(self._in_vain) >= MOST:
            self._in_vain.clear()
        self._in_vain[place] = count

    def found(self, place: Hashable) -> None:
        """Something was there: from now on every call is looked at once more."""
        self._in_vain[place] = 0

    def clear(self) -> None:
        self._in_vain.clear()


class Usual:
    """Counts of looks in vain, by sink, route and text. The half that was not met for longest goes when it is full."""

    __slots__ = ("_found", "_older", "_times")

    def __init__(self) -> None:
        self._times: dict[tuple[str, str, str], int] = {}
        self._older: dict[tuple[str, str, str], int] = {}
        self._found: set[tuple[str, str]] = set()
        """Sinks and routes at which something was found: nothing is usual there."""

    def passes(self, sink: str, route: str, text: str) -> bool:
        """Whether a text needs no look this time."""
        key = (sink, route, text)
        times = self._times.get(key)
        if times is not None and times >= OFTEN:  # nearly all are
            self._times[key] = times + 1
            return times % NOW_AND_THEN != 0
        older = self._older.get(key, 0) if times is None else 0
        if older:
            self._put(key, older)
        return older >= OFTEN

    def knows(self, sink: str, route: str, text: str) -> bool:
        """Whether it was looked at before."""
        return (sink, route, text) in self._times or (sink, route, text) in self._older

    def looked(self, sink: str, route: str, text: str) -> int:
        """It was looked at in vain; for how many calls that stands: those of the same text that passed before, too."""
        if len(text) > LONGEST_TEXT or (sink, route) in self._found:
            return 1
        key = (sink, route, text)
        times = (self._times.get(key) or self._older.get(key, 0)) + 1
        self._put(key, times)
        return min(times - OFTEN, NOW_AND_THEN) - 1 if times > OFTEN + 1 else 1

    def found(self, sink: str, route: str) -> None:
        """Something was there."""
        if (sink, route) not in self._found:
            if len(self._found) >= MOST:
                self._found.clear()
            self._found.add((sink, route))
            for texts in (self._times, self._older):
                for key in [each for each in list(texts) if each[:2] == (sink, route)]:
                    texts.pop(key, None)

    def clear(self) -> None:
        self._times, self._older = {}, {}
        self._found.clear()

    def _put(self, key: tuple[str, str, str], times: int) -> None:
        if len(self._times) >= MOST_TEXTS // 2 and key not in self._times:
            self._older, self._times = self._times, {}
        self._times[key] = times
