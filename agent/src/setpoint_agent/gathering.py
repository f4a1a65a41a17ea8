"""What the application's threads hand over without ever waiting: counted requests, mishaps.

A lock that a thread waits for is a danger in a guest: a signal handler, a finaliser or a child of a fork may ask for
it while its holder cannot go on. Here nobody but the agent's own threads waits: others add to a deque, which is one
step for the interpreter, and work it off if nobody else is at it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from setpoint_agent.native import native

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKED_OFF_AT: Final = 64
"""Items from which on whoever adds one works them off."""
MOST: Final = 10_000
"""Items that wait; beyond, the oldest is dropped and counted."""


class Gathering(Generic[Item]):
    """Items on their way from any thread into state that one thread at a time may touch."""

    __slots__ = ("_lock", "_take", "dropped", "waiting")

    def __init__(self, take: Callable[[Sequence[Item]], object]) -> None:
        """`take` is handed many at a time: where one comes with every request, a call for each is what costs most."""
        self._take = take
        self.waiting: deque[Item] = deque(maxlen=MOST)
        """Where there are fewer than `WORKED_OFF_AT`, who adds one for every request may append it here."""
        self._lock = native("_thread", "allocate_lock")()
        self.dropped = 0

    def add(self, item: Item) -> None:
        waiting = self.waiting
        before = len(waiting)
        waiting.append(item)
        if before >= WORKED_OFF_AT - 1:
            self.dropped += before == MOST
            if self._lock.acquire(blocking=False):
                try:
                    self._work_off()
                finally:
                    self._lock.release()

    def settle(self, then: Callable[[], Result]) -> Result:
        """Work off what waits, and do `then` before anything else is taken; for the agent's own threads."""
        with self._lock:
            self._work_off()
            return then()

    def _work_off(self) -> None:
        waiting = self.waiting
        self._take([waiting.popleft() for _ in range(len(waiting))])
