"""What somebody says to look at again: entities, and whole areas where something unknown has come up.

An event (of an audit trail, a webhook) is never taken for the state: it only says where to look. Whoever hears of one
adds a hint, from any thread; the heartbeat takes them up.
"""

from __future__ import annotations

import threading

from setpoint.model.snapshot import Area
from setpoint.model.urn import Urn


class Hints:
    """Each entity and area at most once, however often it is said."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._urns: dict[Urn, None] = {}
        self._areas: dict[Area, None] = {}
        self._new_areas: dict[Area, None] = {}
        """Those that nobody was told of yet."""

    def look_again(self, *hints: Urn | Area) -> None:
        with self._lock:
            for hint in hints:
                if isinstance(hint, Area):
                    self._areas[hint] = self._new_areas[hint] = None
                else:
                    self._urns[hint] = None

    def take_urns(self) -> list[Urn]:
        """Those that nobody took yet, in the order in which they came."""
        with self._lock:
            taken, self._urns = list(self._urns), {}
        return taken

    def new_areas(self) -> list[Area]:
        """Each is told here once, and stays to be taken."""
        with self._lock:
            new, self._new_areas = list(self._new_areas), {}
        return new

    def take_areas(self) -> frozenset[Area]:
        with self._lock:
            taken, self._areas = frozenset(self._areas), {}
        return taken
