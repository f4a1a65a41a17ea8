"""The interpreter's own threads, locks and sockets, also where gevent has put greenlets in their place.

Used by all that the agent does in the background: its waiting must not hold up a hub, and must not depend on one.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from typing import Any


def native(module: str, name: str) -> Any:
    """`name` of the standard library's `module`, as it is without gevent's patches."""
    original = getattr(sys.modules.get("gevent.monkey"), "get_original", None)
    if original is not None:  # it may also be that another thread is just importing it, and nothing is patched yet
        return original(module, name)
    return getattr(importlib.import_module(module), name)


class Bell:
    """Any thread may ring it, at any moment: also a signal handler, a finaliser, a greenlet. One thread waits for it.

    It is a lock that is free while the bell rings: the one thing that can be touched anywhere without waiting.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = native("_thread", "allocate_lock")()
        self._lock.acquire()

    def ring(self) -> None:
        with suppress(RuntimeError):  # it rings already
            self._lock.release()

    def wait(self, seconds: float) -> bool:
        """Until it rings, at most so long (-1: without an end); whether it did."""
        heard: bool = self._lock.acquire(timeout=seconds)
        return heard
