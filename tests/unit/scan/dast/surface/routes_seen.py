"""Routes as agents report them."""

from __future__ import annotations

from datetime import UTC, datetime

from setpoint.model.inside import RouteUse


def seen(route: str, method: str = "GET", *, writes: bool = False) -> RouteUse:
    effects = {"rows-written": 1} if writes else {}
    return RouteUse(route, method, "flask", 1, {"2xx": 1}, {}, 0.0, effects, datetime(2026, 1, 1, tzinfo=UTC))
