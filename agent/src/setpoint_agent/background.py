"""Threads of the agent's own, which nobody in the application notices; `reporting` and `coverage` work in them.

They are threads of the operating system even under gevent; `threading` does not list them; and they end for the moment
of a fork, so that a child inherits nothing that one of them was in the middle of.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from setpoint_agent.native import Bell, native
from setpoint_agent.quiet import quietly

_Result = TypeVar("_Result")

FOREVER: Final = -1.0
"""A rest that only a ring ends."""
AFTER_A_MISHAP: Final = 60.0
"""Seconds of rest after a turn that went wrong."""


class _Life:
    """One thread, from its start to its end."""

    __slots__ = ("bell", "ended", "ending", "farewell", "wanted")

    def __init__(self) -> None:
        self.bell = Bell()
        self.ending = Bell()
        self.ended = Bell()
        self.wanted = True
        self.farewell = False


class Background:
    """Takes one turn after another in a thread; each turn says how many seconds it rests until the next."""

    def __init__(self, turn: Callable[[], float], *, farewell: Callable[[], None] | None = None, gather: float = 0.0):
        """`farewell` is the last that it does; after a ring `gather` seconds pass, so that a turn serves many rings."""
        self._turn = quietly(turn)
        self._farewell = quietly(farewell) if farewell is not None else None
        self._gather = gather
        self._one_at_a_time = native("_thread", "allocate_lock")()
        self._claimed = native("_thread", "allocate_lock")()
        self._life: _Life | None = None
        self.cpu_seconds = 0.0

    @property
    def is_running(self) -> bool:
        return self._life is not None

    def start(self) -> None:
        """Raises RuntimeError where no thread can be had."""
        if not self._claimed.acquire(blocking=False):  # it runs, or another thread is just starting it
            return
        life = self._life = _Life()
        try:
            native("_thread", "start_new_thread")(self._live, (life,))
        except RuntimeError:
            self._life = None
            self._claimed.release()
            raise

    def ring(self) -> None:
        """Have a turn soon."""
        life = self._life
        if life is not None:
            life.bell.ring()

    def end(self, patience: float, *, farewell: bool = False) -> bool:
        """End after the turn that is under way, waiting at most `patience` seconds for it; whether that was enough."""
        life, self._life = self._life, None
        if life is None:
            return True
        self._claimed.release()
        life.farewell = farewell
        life.wanted = False
        life.ending.ring()
        life.bell.ring()
        return life.ended.wait(patience)

    def _live(self, life: _Life) -> None:
        try:
            with self._one_at_a_time:  # the one before may still be in the turn that it was not waited for
                while life.wanted:
                    self._rest(life, self._counted(self._turn))
                if life.farewell and self._farewell is not None:
                    self._counted(self._farewell)
        finally:
            life.ended.ring()

    def _rest(self, life: _Life, seconds: float | None) -> None:
        if life.bell.wait(AFTER_A_MISHAP if seconds is None else seconds) and self._gather:
            life.ending.wait(self._gather)

    def _counted(self, work: Callable[[], _Result]) -> _Result:
        began = time.thread_time()
        try:
            return work()
        finally:
            self.cpu_seconds += time.thread_time() - began
