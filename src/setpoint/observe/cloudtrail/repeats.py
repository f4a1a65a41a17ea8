"""Events that were delivered twice, by their ids: two trails that cover one account deliver each event in two logs."""

from __future__ import annotations

from typing import Final

MOST: Final = 500_000
"""Ids in each of two generations: a trail that delivers 20,000 events a second repeats itself within so many."""


class RecentIds:
    """Knows the last `MOST` ids at least, and no more than twice as many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._now: set[int] = set()
        self._before: set[int] = set()

    def has_seen(self, identity: object) -> bool:
        """Whether it was asked for before; of what has no id that is not known."""
        if type(identity) is not str or not identity:
            return False
        number = hash(identity)  # 64 bits of it tell ten million apart, but for one chance in 300,000
        if number in self._now or number in self._before:
            return True
        if len(self._now) >= self._most:
            self._before, self._now = self._now, set()
        self._now.add(number)
        return False
