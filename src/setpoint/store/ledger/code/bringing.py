"""What releases brought to the gate, in the ledger: approvals, canaries, emergencies. For `writing` and `reader`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, insert, select

from setpoint.model.admitting import BreakGlass, ExtraKind, Grant
from setpoint.model.service import Release
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.code.tables import break_glass, grants

MOST: Final = 100
"""That are told at once: what holds now of one release, or of all, is a few."""

_GRANT: Final = ("service", "kind", "actor", "reason", "at", "expires_at", "share")
_BROKEN: Final = ("service", "ticket", "reason", "actor", "at", "expires_at")


def add_grant(connection: Connection, grant: Grant) -> Entry:
    row = {name: getattr(grant, name) for name in _GRANT} | {"version": grant.release}
    connection.execute(insert(grants).values(row))
    share = {"share": grant.share} if grant.kind is ExtraKind.CANARY else {}
    details = {"reason": grant.reason, "expires_at": grant.expires_at.isoformat(), **share}
    return Entry(grant.at, f"{grant.kind} brought", Release(grant.service, grant.release).urn, details, grant.actor)


def add_break_glass(connection: Connection, broken: BreakGlass) -> Entry:
    row = {name: getattr(broken, name) for name in _BROKEN} | {"version": broken.release}
    connection.execute(insert(break_glass).values(row))
    details = {"ticket": broken.ticket, "reason": broken.reason, "expires_at": broken.expires_at.isoformat()}
    return Entry(broken.at, "break-glass used", Release(broken.service, broken.release).urn, details, broken.actor)


def read_grants(connection: Connection, release: Release, now: datetime) -> list[Grant]:
    """Those that hold now, the latest first."""
    return [_grant(row) for row in _in_force(connection, grants, now, release)]


def read_break_glass(connection: Connection, now: datetime, release: Release | None = None) -> list[BreakGlass]:
    """What holds now of one release, or of all; the latest first."""
    return [_broken(row) for row in _in_force(connection, break_glass, now, release)]


def _in_force(connection: Connection, table: Table, now: datetime, release: Release | None) -> list[Row[Any]]:
    wanted = select(table).where(table.c.at <= now, table.c.expires_at > now)
    if release is not None:
        wanted = wanted.where(table.c.service == release.service, table.c.version == release.version)
    return list(connection.execute(wanted.order_by(table.c.id.desc()).limit(MOST)))


def _grant(row: Row[Any]) -> Grant:
    given = {name: row._mapping[name] for name in _GRANT} | {"kind": ExtraKind(row.kind)}
    return Grant(release=row.version, **given)


def _broken(row: Row[Any]) -> BreakGlass:
    return BreakGlass(release=row.version, **{name: row._mapping[name] for name in _BROKEN})
