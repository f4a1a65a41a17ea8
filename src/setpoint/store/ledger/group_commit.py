"""What several threads want to write at the same time, written in one transaction. `SqlLedger.together` calls it.

A commit waits for the disk, and a transaction writes each page that it changed once, however many of its changes are
on it: bills of materials share most of theirs. Whoever waits first writes for all who wait by then; nobody waits for
others to come.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeVar

from setpoint.errors import Error
from setpoint.store.ledger.database import Database

Result = TypeVar("Result")

MOST_TOGETHER: Final = 16
"""Acts of one transaction: of bills of materials, the dearest, so many take a tenth of a second or two."""


@dataclass(slots=True, eq=False)
class _Act:
    """What a thread waits for to be written. Two are never the same."""

    run: Callable[[], Any]
    leads: bool = False
    """Whether its thread writes next, for all who wait."""
    results: Sequence[Any] = ()
    """The one that it came to, once that is durable."""
    woken: threading.Event = field(default_factory=threading.Event)


class GroupCommit:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: deque[_Act] = deque()
        """In the order in which they came, those that are being written included; the first one leads."""

    def run(self, act: Callable[[], Result]) -> Result:
        """`act` in a transaction; comes back once it is durable.

        Where a transaction of several fails, each is tried by itself: an act may be run twice, by another thread, and
        must do nothing but write here. Not within another transaction, which the others would wait for.
        """
        mine = _Act(act)
        with self._lock:
            self._waiting.append(mine)
            mine.leads = self._waiting[0] is mine
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead()
        if not mine.results:
            with self._database.write():
                return act()
        (result,) = mine.results
        return result  # type: ignore[no-any-return] # of this very act

    def _lead(self) -> None:
        with self._lock:
            some = list(islice(self._waiting, MOST_TOGETHER))
        try:
            self._write(some)
        finally:
            self._hand_over(some)

    def _write(self, some: Sequence[_Act]) -> None:
        # Whose fault it was, each finds out by itself; where there is only one, it has to know.
        with suppress(Error) if len(some) > 1 else nullcontext():
            with self._database.write():
                results = [each.run() for each in some]
            for each, result in zip(some, results, strict=True):
                each.results = (result,)

    def _hand_over(self, written: Sequence[_Act]) -> None:
        """To whoever waits longest by now; those that were written go on, too."""
        with self._lock:
            for _ in written:
                self._waiting.popleft()
            next_one = self._waiting[0] if self._waiting else None
        if next_one is not None:
            next_one.leads = True
            next_one.woken.set()
        for each in written:
            each.woken.set()
