"""What is kept up to date while `setpoint up` runs, beside the heartbeat: in a thread of its own, at its own pace.

`advisories` and `permission_use` are such. What fails is tried again later and later, and how it goes on is part of the
process's health.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar, Final

TOLD_AFTER: Final = 2
"""Failures in a row: one by itself is nothing that anybody has to look at."""

STOP_WITHIN: Final = 2.0
"""Seconds that a stop waits for the step in hand; what is half done is done again the next time."""

MOST_DOUBLINGS: Final = 30
"""Enough for any pause, too few to overflow."""


class Updates(ABC):
    thread: ClassVar[str]
    """Its name."""

    def __init__(self, *, every: float, is_on: bool, now: Callable[[], datetime]) -> None:
        """Every so many seconds; where it is not on, nothing is read and nothing said."""
        self._every = every
        self._is_on = is_on
        self._now = now
        self._lock = threading.Lock()
        """Held wherever what health tells is changed or read."""
        self._read_at: datetime | None = None
        """When everything was read to its end last."""
        self._failed = 0
        """Times in a row."""
        self._ended = ""
        """What nobody expected, and ended it; empty while it goes on."""

    @abstractmethod
    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
        """Read all that is new; the seconds until it is time again."""

    @contextmanager
    def going_on(self, stop: threading.Event) -> Iterator[None]:
        """Until the end of the context, or the stop, which comes before it."""
        if not self._is_on:
            yield
            return
        thread = threading.Thread(target=self._go_on, args=(stop,), name=self.thread, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(STOP_WITHIN)

    def _go_on(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                stop.wait(self.update(stop.is_set))
        except BaseException as error:
            with self._lock:
                self._ended = f"{type(error).__name__} ended it; start Setpoint again"
            raise

    @property
    def _has_to_be_told(self) -> bool:
        return self._failed >= TOLD_AFTER

    def _succeeded(self) -> float:
        """The seconds until it is time again; called with the lock, as `_failed_again` is."""
        self._failed, self._read_at = 0, self._now()
        return self._every

    def _failed_again(self, pause: float) -> float:
        """The same: a pause that doubles each time."""
        self._failed += 1
        return pause * 2.0 ** min(self._failed - 1, MOST_DOUBLINGS)
