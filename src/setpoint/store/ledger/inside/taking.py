"""Agents' reports, worked into the tables. `writer.py` calls it, inside the transaction of the one who derives.

Everything here is a largest, a smallest, a union, or a total that grows with a largest: a report that comes twice, late
or out of order counts nothing twice, and the same reports give the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select

from setpoint.model.report import AgentReport
from setpoint.store.ledger.inside import agents, bills, code, places, routes
from setpoint.store.ledger.inside.bills import BootBill
from setpoint.store.ledger.inside.tables import derived, functions, releases
from setpoint.store.ledger.upserts import insert_or_keep, insert_or_update

MOST_FUNCTIONS: Final = 200_000
"""Of one service: several times as many as a large application and its libraries reach."""

MOST_RELEASES: Final = 1_000
"""Of one service; those that were seen last."""


def take(
    connection: Connection, reports: Sequence[AgentReport], offset: int, journal: str
) -> list[tuple[AgentReport, BootBill]]:
    """The bills that became others by it."""
    changed = []
    for report in reports:
        before = agents.find(connection, report.service, report.boot)
        if before is None and not agents.is_room_for(connection, report.service):
            continue
        is_gone = before is not None and before.is_gone
        agents.note(connection, report, before)
        if report.is_watching:
            _see_release(connection, report)
        places.merge(connection, report, is_gone=is_gone)
        routes.merge(connection, report, is_gone=is_gone)
        _reach(connection, report)
        code.merge(connection, report, is_gone=is_gone)
        bill = None if is_gone else bills.take(connection, report)
        if bill is not None:
            changed.append((report, bill))
    connection.execute(insert_or_update(connection, derived), {"id": 1, "offset": offset, "journal": journal})
    return changed


def _see_release(connection: Connection, report: AgentReport) -> None:
    table = releases
    of_service = table.c.service == report.service
    row = connection.execute(select(table).where(of_service, table.c.release == report.release)).one_or_none()
    at = report.received_at
    seen = {"first_seen": at, "last_seen": at}
    if row is not None:
        seen = {"first_seen": min(at, row.first_seen), "last_seen": max(at, row.last_seen)}
    names = {"service": report.service, "release": report.release}
    connection.execute(insert_or_update(connection, table), {**names, **seen})
    if row is None and _count(connection, table, report.service) > MOST_RELEASES:
        latest = select(table.c.release).where(of_service).order_by(table.c.last_seen.desc(), table.c.release)
        connection.execute(delete(table).where(of_service, table.c.release.not_in(latest.limit(MOST_RELEASES))))


def _reach(connection: Connection, report: AgentReport) -> None:
    rows = [
        {"service": report.service, "part": part, "file": each.file, "line": each.line, "function": each.function}
        for part, reached in report.functions.items()
        for each in reached
    ]
    if rows:
        room = max(0, MOST_FUNCTIONS - _count(connection, functions, report.service))
        if rows[:room]:
            connection.execute(insert_or_keep(connection, functions), rows[:room])


def _count(connection: Connection, table: Any, service: str) -> int:
    wanted = select(func.count()).select_from(table).where(table.c.service == service)
    return connection.execute(wanted).scalar_one()
