"""Counts what each route does: calls, answers, how long, and what it changed. `sources` tells when one ends.

Counts only grow while a process lives, so that a report that is lost or sent twice changes nothing. A route that the
framework does not name counts under its method and `?`: paths come without end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

from setpoint_agent.gathering import WORKED_OFF_AT, Gathering
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request
from setpoint_agent.room import Room, cut

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Upper bounds of the latency histogram, seconds: those of OpenTelemetry's `http.server.request.duration`
(https://opentelemetry.io/docs/specs/semconv/http/http-metrics/). The last count is of what took longer."""
MOST_ROUTES: Final = 1_000
"""Rows (routes by method) told apart; the last ones count what is more, as `other`."""
CLASSES: Final = {each: f"{each}xx" for each in range(1, 6)}
UNKNOWN, OTHER = "?", "other"
METHODS: Final = frozenset(
    ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", "WEBSOCKET"]
)
"""RFC 9110, RFC 5789, and what a WebSocket counts as. A client may send any word: the rest counts as `other`."""


_Ended = tuple[str, str, str, int, float, dict[str, int] | None]
"""A request that was answered: route, method, framework, status, seconds, effects."""


class _Row:
    """One route and method."""

    __slots__ = ("calls", "changed", "counts", "effects", "framework", "method", "route", "seconds", "statuses")

    def __init__(self, route: str, method: str, framework: str) -> None:
        self.route = route
        self.method = method
        self.framework = framework
        self.calls = 0
        self.statuses: defaultdict[str, int] = defaultdict(int)
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.effects: Counter[str] = Counter()
        self.changed = False


class Operations:
    """All routes of this process."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """At the start of a boot: a child counts its own."""
        self._rows: dict[tuple[str, str], _Row] = {}
        self._changed: deque[_Row] = deque()
        self._gathered = Gathering(self._count)
        self._requests = 0

    def finish(self, request: Request, status: int) -> None:
        """Count a request that ends now; `status` 0: by an exception. Called on the request's own thread."""
        request.ended = now = perf_counter()
        effects = dict(request.effects) if request.has_effects else None
        ended = (request.route or UNKNOWN, request.method, request.framework, status, now - request.began, effects)
        gathered = self._gathered
        if len(gathered.waiting) < WORKED_OFF_AT - 1:
            gathered.waiting.append(ended)
        else:
            gathered.add(ended)

    @property
    def requests(self) -> int:
        """Requests that ended so far."""
        return self._gathered.settle(lambda: self._requests)

    @property
    def dropped(self) -> int:
        """Requests that nobody came to count."""
        return self._gathered.dropped

    def take_changed(self, room: Room) -> list[dict[str, Any]]:
        """Rows that changed since they were last taken, as many as there is room for; the longest waiting first."""
        return self._gathered.settle(lambda: self._take(room))

    def _take(self, room: Room) -> list[dict[str, Any]]:
        taken = []
        while self._changed:
            document = _as_document(self._changed[0])
            if not room.takes(document):
                break
            self._changed.popleft().changed = False
            taken.append(document)
        return taken

    @quietly
    def _count(self, ended: Sequence[_Ended], /) -> None:
        self._requests += len(ended)
        for route, method, framework, status, seconds, effects in ended:
            row = self._rows.get((route, method)) or self._row(route, method if method in METHODS else OTHER, framework)
            row.calls += 1
            row.statuses[CLASSES.get(status // 100, "error")] += 1
            row.counts[bisect_left(BOUNDS, seconds)] += 1
            row.seconds += seconds
            if effects:
                row.effects.update(effects)
            if not row.changed:
                row.changed = True
                self._changed.append(row)

    def _row(self, route: str, method: str, framework: str) -> _Row:
        row = self._rows.get((route, method))
        if row is not None:
            return row
        if len(self._rows) >= MOST_ROUTES - len(METHODS) - 1:
            route, framework = OTHER, ""
        return self._rows.setdefault((route, method), _Row(route, method, framework))


def _as_document(row: _Row) -> dict[str, Any]:
    return {
        "route": cut(row.route),
        "method": row.method,
        "framework": row.framework,
        "calls": row.calls,
        "statuses": dict(row.statuses),
        "latency": {"bounds": list(BOUNDS), "counts": list(row.counts), "sum": round(row.seconds, 6)},
        "effects": dict(row.effects),
    }


operations: Final = Operations()
"""The process's own."""
