"""Reports of a small service, and a ledger that takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.model.report import AgentReport, Coverage, Frame, Origin, Part, ReportedPlace, ReportedRoute, Sighting
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIGHTING = Sighting(
    kind="sql-injection",
    cwe=89,
    sink="sqlite3.Cursor.execute",
    frames=(Frame("shop/views.py", 41, "search"), Frame("shop/store.py", 12, "Store.find")),
    origins=(Origin("query", "q", "a{4}", "89ab"),),
    context="string literal",
    method="GET",
    route="/search",
    confidence=0.9,
)


def place(key: str = "a" * 32, count: int = 1, attacks: int = 0, **sighting: Any) -> ReportedPlace:
    return ReportedPlace(key, replace(SIGHTING, **sighting), count, attacks, NOW, NOW + timedelta(seconds=count))


def route(calls: int = 1, name: str = "/search", **more: Any) -> ReportedRoute:
    return ReportedRoute(
        name, "GET", "flask", calls, {"2xx": calls}, {"0.01": calls, "inf": 0}, 0.25 * calls, more.get("effects", {})
    )


def report(sequence: int = 1, *, boot: str = "boot-0001", service: str = "shop", **more: Any) -> AgentReport:
    at = NOW + timedelta(seconds=10 * sequence)
    usual: dict[str, Any] = {
        "instance": "web-1/7",
        "offset": sequence,
        "received_at": at,
        "reported_at": at,
        "release": "1.4.2",
        "version": "0.1.0",
        "python": "3.11.7",
        "implementation": "cpython",
        "coverage": Coverage.SAMPLED,
        "started": NOW,
        "cpu_seconds": 0.5 * sequence,
        "counters": {"requests": 10 * sequence},
        "is_watching": True,
        "functions": {Part.APPLICATION: (Frame("shop/views.py", 41, "search"),)},
    }
    return AgentReport(service, boot=boot, sequence=sequence, **(usual | more))


Take = Callable[..., None]


@pytest.fixture
def shop(place: str) -> Iterator[SqlLedger]:
    opened = open_ledger(place)
    yield opened
    opened.close()


@pytest.fixture
def take(shop: SqlLedger) -> Take:
    """Works reports in, as the one who derives does."""
    _, writer = shop.acquire("reports", NOW, 60)

    def work_in(*reports: AgentReport) -> None:
        offset = max((each.offset for each in reports), default=0)
        writer.take_reports(reports, offset, NOW)

    return work_in
