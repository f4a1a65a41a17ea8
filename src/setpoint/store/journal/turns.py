"""Who writes to the journal's disk: one thread at a time, for all that wait by then. Used by `journal`.

Whose turn does not come in time, because the disk is slow, is written by nobody. What is being written has to be waited
for: nobody can take it back. A sender whom the server told meanwhile to come again (`server.forwarding`) loses nothing
by it: what was written after all is known as a duplicate then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from setpoint.store.journal.group import Append


class Turns:
    def __init__(self, within: float) -> None:
        """`within` so many seconds a turn has to come."""
        self._within = within
        self._changed = threading.Condition()
        self._is_taken = False
        self._waiting: list[Append] = []

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody writes meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_taken)
            self._is_taken = True
        with self._ending():
            yield

    def write(self, batch: Append, write: Callable[[Sequence[Append]], None]) -> bool:
        """Returns once `write` was called with it, here or in another thread; False where its turn did not come."""
        with self._changed:
            self._waiting.append(batch)
            if not self._changed.wait_for(lambda: self._is_over_for(batch), self._within):
                if batch in self._waiting:
                    self._waiting.remove(batch)
                    return False
                # It is being written: nobody can say yet what comes of it.
                self._changed.wait_for(lambda: self._is_over_for(batch))
            if batch not in self._waiting:
                return True
            self._is_taken = True
            together, self._waiting = self._waiting, []
        with self._ending():
            write(together)
        return True

    def _is_over_for(self, batch: Append) -> bool:
        return not self._is_taken or batch.outcome is not None

    @contextmanager
    def _ending(self) -> Generator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()
