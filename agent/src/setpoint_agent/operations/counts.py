"""Counts what each route does: calls, answers, how long, and what it changed. `sources` tells of each that ended.

Counts only grow while a process lives, so that a report that is lost or sent twice changes nothing. A route that the
framework does not name counts under its method and `?`: paths come without end.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import Any, Final

from setpoint_agent.request import Request

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Upper bounds of the latency histogram, seconds: those of OpenTelemetry's `http.server.request.duration`
(https://opentelemetry.io/docs/specs/semconv/http/http-metrics/). The last count is of what took longer."""
MOST_ROUTES: Final = 1_000
"""Routes told apart; more count as `other`."""
CLASSES: Final = {each: f"{each}xx" for each in range(1, 6)}
UNKNOWN, OTHER = "?", "other"


class _Row:
    """One route and method."""

    __slots__ = ("calls", "changed", "counts", "effects", "framework", "seconds", "statuses")

    def __init__(self, framework: str) -> None:
        self.framework = framework
        self.calls = 0
        self.statuses: defaultdict[str, int] = defaultdict(int)
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.effects: Counter[str] = Counter()
        self.changed = True


class Operations:
    """All routes of this process."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], _Row] = {}
        self._lock = threading.Lock()
        self.requests = 0

    def finished(self, request: Request, status: int, seconds: float) -> None:
        """Count a request that ended; `status` 0: by an exception."""
        key = (request.route or UNKNOWN, request.method)
        with self._lock:
            self.requests += 1
            row = self._rows.get(key) or self._added(key, request.framework)
            row.calls += 1
            row.statuses[CLASSES.get(status // 100, "error")] += 1
            row.counts[bisect_left(BOUNDS, seconds)] += 1
            row.seconds += seconds
            if request.has_effects:
                row.effects.update(request.effects)
            row.changed = True

    def snapshot_changed(self) -> list[dict[str, Any]]:
        """Rows that changed since this was last asked, as reports carry them."""
        with self._lock:
            changed = [(key, row) for key, row in self._rows.items() if row.changed]
            for _, row in changed:
                row.changed = False
            return [_as_document(key, row) for key, row in changed]

    def after_fork(self) -> None:
        """A child counts its own."""
        self._rows, self._lock, self.requests = {}, threading.Lock(), 0

    def _added(self, key: tuple[str, str], framework: str) -> _Row:
        if len(self._rows) >= MOST_ROUTES:
            key = (OTHER, key[1])
            if key in self._rows:
                return self._rows[key]
        row = self._rows[key] = _Row(framework)
        return row


def _as_document(key: tuple[str, str], row: _Row) -> dict[str, Any]:
    return {
        "route": key[0],
        "method": key[1],
        "framework": row.framework,
        "calls": row.calls,
        "statuses": dict(row.statuses),
        "latency": {"bounds": list(BOUNDS), "counts": list(row.counts), "sum": round(row.seconds, 6)},
        "effects": dict(row.effects),
    }


operations: Final = Operations()
"""The process's own."""
