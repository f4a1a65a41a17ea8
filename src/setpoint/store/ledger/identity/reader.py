"""`PermissionUseReader` on a database. `SqlReader.permission_use` makes it; threads may share it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, func, select, text

from setpoint.model.attribution import RecordedWrite
from setpoint.model.permission_use import Gap, RecordReach, SessionOrigin, Use
from setpoint.store.ledger.database import Database, batches
from setpoint.store.ledger.identity import changes
from setpoint.store.ledger.identity.tables import gaps, logs, marks, names, reach, sessions, unmapped, uses
from setpoint.store.ledger.identity.writing import decode_gap

ROWS_AT_ONCE: Final = 1_000
"""How many of a long answer are in memory at one time."""


class SqlPermissionUse:
    def __init__(self, database: Database) -> None:
        self._database = database

    def uses(
        self, *, principal: str | None = None, since: date | None = None, until: date | None = None
    ) -> Iterator[Use]:
        who, what, which, behind = (names.alias(each) for each in ("who", "what", "which", "behind"))
        wanted = (
            select(uses, who.c.name, what.c.name, which.c.name, behind.c.name)
            .join(who, who.c.id == uses.c.principal)
            .join(what, what.c.id == uses.c.action)
            .join(which, which.c.id == uses.c.resource)
            .join(behind, behind.c.id == uses.c.original)
            .order_by(who.c.name, what.c.name, which.c.name, uses.c.day, behind.c.name)
        )
        if principal is not None:
            wanted = wanted.where(who.c.name == principal)
        if since is not None:
            wanted = wanted.where(uses.c.day >= since.toordinal())
        if until is not None:
            wanted = wanted.where(uses.c.day <= until.toordinal())
        with self._database.read() as connection:
            _join_by_hash(connection)
            for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted):
                named, action, resource, original = row[-4:]
                yield Use(
                    principal=named,
                    original=original,
                    action=action,
                    resource=resource,
                    day=date.fromordinal(row.day),
                    used=row.used,
                    failed=row.failed,
                    denied=row.denied,
                    first=row.first,
                    last=row.last,
                )

    def last_used(self, principal: str) -> Mapping[str, datetime]:
        who, what = names.alias("who"), names.alias("what")
        wanted = (
            select(what.c.name, func.max(uses.c.last).label("at"))
            .join(who, who.c.id == uses.c.principal)
            .join(what, what.c.id == uses.c.action)
            .where(who.c.name == principal, uses.c.used > 0)
            .group_by(what.c.name)
            .order_by(what.c.name)
        )
        with self._database.read() as connection:
            return {row.name: row.at for row in connection.execute(wanted)}

    def actions_seen(self, since: date) -> Collection[str]:
        seen = select(uses.c.action).where(uses.c.day >= since.toordinal())
        wanted = select(names.c.name).where(names.c.id.in_(seen)).order_by(names.c.name)
        with self._database.read() as connection:
            return tuple(connection.execute(wanted).scalars())

    def use_gaps(self) -> Sequence[Gap]:
        with self._database.read() as connection:
            return sorted(decode_gap(row) for row in connection.execute(select(gaps)))

    def use_reach(self) -> Sequence[RecordReach]:
        with self._database.read() as connection:
            rows = connection.execute(select(reach).order_by(reach.c.account, reach.c.region))
            return [RecordReach(row.account, row.region, row.first, row.last) for row in rows]

    def unmapped_events(self) -> Mapping[str, int]:
        with self._database.read() as connection:
            return {row.name: row.events for row in connection.execute(select(unmapped).order_by(unmapped.c.name))}

    def trail_mark(self, source: str, part: str) -> str:
        wanted = select(marks.c.mark).where(marks.c.source == source, marks.c.part == part)
        with self._database.read() as connection:
            return connection.execute(wanted).scalar_one_or_none() or ""

    def logs_read(self, source: str, names: Collection[str]) -> Mapping[str, str]:
        read: dict[str, str] = {}
        with self._database.read() as connection:
            for some in batches(sorted(names)):
                wanted = select(logs.c.name, logs.c.digest).where(logs.c.source == source, logs.c.name.in_(some))
                read |= {row.name: row.digest for row in connection.execute(wanted)}
        return read

    def sessions_begun(self, since: datetime) -> Mapping[str, SessionOrigin]:
        wanted = select(sessions).where(sessions.c.begun >= since)
        with self._database.read() as connection:
            return {
                row.key: SessionOrigin(row.principal, row.begun, tuple(row.chain or ()), tuple(row.labels or ()))
                for row in connection.execute(wanted)
            }

    def writes_naming(self, account: str, names: Collection[str]) -> Sequence[RecordedWrite]:
        with self._database.read() as connection:
            return changes.naming(connection, account, names)

    def names_recorded(self, after: int, up_to: int) -> Collection[tuple[str, str]]:
        with self._database.read() as connection:
            return changes.names_between(connection, after, up_to)

    def newest_write(self) -> int:
        with self._database.read() as connection:
            return changes.newest(connection)


def _join_by_hash(connection: Connection) -> None:
    """Where PostgreSQL has counted tables that were still empty, every pair of names looks cheap: minutes for seconds.

    For this transaction alone (PostgreSQL documentation, 19.7.1, `enable_nestloop`).
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_nestloop = off"))
