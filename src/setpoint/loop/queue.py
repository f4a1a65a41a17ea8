"""The work queue: keys, each at most once, some not before a time. An event says *look again*: one look serves many."""

from __future__ import annotations

import heapq
from datetime import datetime
from itertools import count


class WorkQueue:
    """Not shared by threads: the loop is its only user. Adding a key again keeps the earlier of its two times."""

    def __init__(self) -> None:
        self._due: dict[str, tuple[datetime, int]] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, key: str) -> bool:
        return key in self._due

    def add(self, key: str, due: datetime) -> None:
        """Look at `key` again at `due`; of two wishes for one key the earlier counts."""
        known = self._due.get(key)
        if known is not None and known[0] <= due:
            return
        entry = (due, next(self._order))
        self._due[key] = entry
        heapq.heappush(self._heap, (*entry, key))

    def take(self, now: datetime) -> str | None:
        """The key that is due longest, out of the queue; None while nothing is due."""
        self._drop_stale()
        if not self._heap or self._heap[0][0] > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._due[key]
        return key

    def next_due(self) -> datetime | None:
        """When the next key is due; None while the queue is empty."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def _drop_stale(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
