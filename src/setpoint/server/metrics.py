"""What the server counts of itself, in Prometheus's text format. Whose token it was is never a label."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from setpoint.server.authentication.refusals import Refusal

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""*Exposition formats*, text-based format, in Prometheus's documentation."""

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds; 0.3 is what a gate is promised within."""

NO_ROUTE: Final = "none"
"""In the place of a path that nobody serves: callers must not be able to make labels."""


class Metrics:
    """A registry of its own, so that two servers in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls = Counter(
            "setpoint_http_requests",
            "Calls that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "setpoint_http_request_seconds",
            "How long answering took.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge("setpoint_http_requests_in_flight", "Calls in hand.", registry=self.registry)
        self.change_streams = Gauge("setpoint_change_streams", "Callers that follow changes.", registry=self.registry)
        self._refusals = Counter(
            "setpoint_refusals",
            "Calls that were refused because of who called.",
            ("reason",),
            registry=self.registry,
        )
        for reason in Refusal:
            self._refusals.labels(str(reason))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._calls.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def refused(self, reason: Refusal) -> None:
        self._refusals.labels(str(reason)).inc()

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
