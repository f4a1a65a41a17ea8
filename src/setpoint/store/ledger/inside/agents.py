"""Agents in the ledger: a row for each boot, as of its last report. Used by `taking` and `reader`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from setpoint.model.inside import Agent, Wanted
from setpoint.model.report import AgentReport, Coverage
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inside.tables import agents, bills, look_boots, place_boots, route_boots

MOST_BOOTS: Final = 10_000
"""Of one service, some of them long gone; the one that was silent longest goes first."""

MOST_SERVICES: Final = 10_000
"""Of which agents report; what is reported of any other is not kept."""

KNOWN_FOR: Final = timedelta(days=366)
"""After its counts were let go, a boot that comes back is known so long: what it says does not count twice."""


def find(connection: Connection, service: str, boot: str) -> Row[Any] | None:
    return connection.execute(select(agents).where(agents.c.service == service, agents.c.boot == boot)).one_or_none()


def is_room_for(connection: Connection, service: str) -> bool:
    """Whether it is known, or may become so."""
    if connection.execute(select(agents.c.boot).where(agents.c.service == service).limit(1)).first() is not None:
        return True
    known = connection.execute(select(func.count(agents.c.service.distinct()))).scalar_one()
    return known < MOST_SERVICES


def note(connection: Connection, report: AgentReport, before: Row[Any] | None) -> None:
    """As the latest of its reports says; counters and times only grow, whatever the order."""
    if before is None:
        _drop_the_silent(connection, report.service)
        connection.execute(insert(agents).values(is_gone=False, **_columns(report)))
        return
    grown = {
        "received_at": max(before.received_at, report.received_at),
        "reported_at": max(before.reported_at, report.reported_at),
        "cpu_seconds": max(before.cpu_seconds, report.cpu_seconds),
        "counters": _largest(before.counters, report.counters),
        "mishaps": _largest(before.mishaps, report.mishaps),
    }
    latest = _columns(report) if report.sequence >= before.sequence else {}
    row = (agents.c.service == report.service) & (agents.c.boot == report.boot)
    connection.execute(update(agents).where(row).values(**{**latest, **grown}))


def let_go(connection: Connection, before: datetime) -> int:
    """What is kept of boots that were last heard of before then, but for the row that says that they are known.

    That goes, too, once it is very old. How many boots it was.
    """
    silent = select(agents.c.service, agents.c.boot).where(~agents.c.is_gone, agents.c.received_at < before)
    gone = connection.execute(silent).all()
    for service, boot in gone:
        _drop_counts(connection, service, [boot])
        of_boot = (agents.c.service == service) & (agents.c.boot == boot)
        connection.execute(update(agents).where(of_boot).values(is_gone=True))
    connection.execute(delete(agents).where(agents.c.is_gone, agents.c.received_at < before - KNOWN_FOR))
    return len(gone)


def _drop_the_silent(connection: Connection, service: str) -> None:
    of_service = agents.c.service == service
    known = connection.execute(select(func.count()).select_from(agents).where(of_service)).scalar_one()
    if known < MOST_BOOTS:
        return
    oldest = select(agents.c.boot).where(of_service).order_by(agents.c.received_at, agents.c.boot)
    boots = connection.execute(oldest.limit(known - MOST_BOOTS + 1)).scalars().all()
    _drop_counts(connection, service, boots)
    for some in batches(boots):
        connection.execute(delete(agents).where(of_service, agents.c.boot.in_(some)))


def _drop_counts(connection: Connection, service: str, boots: Any) -> None:
    for table in (place_boots, route_boots, look_boots, bills):
        for some in batches(boots):
            connection.execute(delete(table).where(table.c.service == service, table.c.boot.in_(some)))


def decode(row: Row[Any], wanted: Wanted) -> Agent:
    return Agent(
        service=row.service,
        instance=row.instance,
        boot=row.boot,
        sequence=row.sequence,
        release=row.release,
        version=row.version,
        python=row.python,
        implementation=row.implementation,
        coverage=Coverage(row.coverage),
        started=row.started,
        reported_at=row.reported_at,
        received_at=row.received_at,
        cpu_seconds=row.cpu_seconds,
        counters=row.counters,
        mishaps=row.mishaps,
        is_watching=row.is_watching,
        wanted=wanted,
    )


def _columns(report: AgentReport) -> dict[str, Any]:
    return {
        "service": report.service,
        "boot": report.boot,
        "instance": report.instance,
        "sequence": report.sequence,
        "release": report.release,
        "version": report.version,
        "python": report.python,
        "implementation": report.implementation,
        "coverage": report.coverage,
        "started": report.started,
        "reported_at": report.reported_at,
        "received_at": report.received_at,
        "cpu_seconds": report.cpu_seconds,
        "counters": report.counters,
        "mishaps": report.mishaps,
        "is_watching": report.is_watching,
    }


def _largest(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {name: max(before.get(name, 0), now.get(name, 0)) for name in {*before, *now}}
