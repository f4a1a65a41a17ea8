"""`InsideReader` on a database. `SqlReader.inside` makes it; threads may share it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select, tuple_

from setpoint.model.inside import (
    Agent,
    AgentSwitch,
    CodeSeen,
    FileReach,
    Inside,
    InsideSummary,
    Place,
    ReleaseSeen,
    RouteUse,
    Wanted,
)
from setpoint.model.report import Coverage, Frame, Part, ProcessBill
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.inside import agents, bills, code, places, routes, switches
from setpoint.store.ledger.inside.places import MOST_PLACES
from setpoint.store.ledger.inside.routes import MOST_ROUTES
from setpoint.store.ledger.inside.tables import agents as agent_rows
from setpoint.store.ledger.inside.tables import derived, functions, releases, told_attacks
from setpoint.store.ledger.inside.tables import places as place_rows
from setpoint.store.ledger.inside.tables import routes as route_rows
from setpoint.store.ledger.inside.taking import MOST_FUNCTIONS

LATELY: Final = timedelta(hours=1)
"""Within which an agent has to be heard of to count as one that there is: it reports every few seconds."""


class SqlInside:
    def __init__(self, database: Database) -> None:
        self._database = database

    def derived(self, journal: str = "") -> int:
        with self._database.read() as connection:
            row = connection.execute(select(derived)).one_or_none()
        if row is None or (journal and row.journal not in ("", journal)):
            return 0
        offset: int = row.offset
        return offset

    def services(self) -> Sequence[str]:
        with self._database.read() as connection:
            return read_services(connection)

    def knows(self, service: str) -> bool:
        """Whether an agent ever reported of it."""
        with self._database.read() as connection:
            return (
                connection.execute(select(agent_rows.c.boot).where(agent_rows.c.service == service).limit(1)).first()
                is not None
            )

    def version(self, service: str) -> str:
        with self._database.read() as connection:
            return _version(connection, service)

    def inside(self, service: str) -> Inside:
        with self._database.read() as connection:
            of_service = select(place_rows).where(place_rows.c.service == service).order_by(place_rows.c.key)
            seen = select(releases).where(releases.c.service == service).order_by(releases.c.first_seen)
            told = select(told_attacks.c.key, told_attacks.c.attacks).where(told_attacks.c.service == service)
            table = route_rows
            called = select(table.c.method, table.c.route, table.c.releases).where(table.c.service == service)
            return Inside(
                service,
                _version(connection, service),
                tuple(places.decode(row) for row in connection.execute(of_service)),
                tuple(ReleaseSeen(row.release, row.first_seen, row.last_seen) for row in connection.execute(seen)),
                {row.key: row.attacks for row in connection.execute(told)},
                {(row.method, row.route): frozenset(row.releases) for row in connection.execute(called)},
            )

    def summary(self, service: str, now: datetime) -> InsideSummary | None:
        table = agent_rows
        with self._database.read() as connection:
            known = connection.execute(
                select(table.c.coverage, table.c.received_at).where(table.c.service == service)
            ).all()
            if not known:
                return None
            kept = [
                (name, _count(connection, each, service), most)
                for name, each, most in (
                    ("weak places", place_rows, MOST_PLACES),
                    ("routes", route_rows, MOST_ROUTES),
                    ("functions", functions, MOST_FUNCTIONS),
                )
            ]
        lately = [coverage for coverage, received_at in known if now - received_at <= LATELY]
        place_count, route_count, function_count = (count for _, count, _ in kept)
        full = tuple(name for name, count, most in kept if count >= most)
        return InsideSummary(
            service=service,
            agents=len(lately),
            coverage=_least(lately or [each for each, _ in known]),
            places=place_count,
            routes=route_count,
            functions=function_count,
            full=full,
        )

    def agents(
        self, *, service: str | None, since: datetime, after: tuple[str, str, str], limit: int
    ) -> Sequence[Agent]:
        table = agent_rows
        place = (table.c.service, table.c.instance, table.c.boot)
        wanted = select(table).where(table.c.received_at >= since, tuple_(*place) > after).order_by(*place).limit(limit)
        if service is not None:
            wanted = wanted.where(table.c.service == service)
        with self._database.read() as connection:
            said = switches.wanted_of(connection)
            return [
                agents.decode(
                    row, said.get((row.service, row.instance), said.get((row.service, switches.ALL), Wanted.ON))
                )
                for row in connection.execute(wanted)
            ]

    def places(self, service: str, *, after: str, limit: int) -> Sequence[Place]:
        table = place_rows
        wanted = select(table).where(table.c.service == service, table.c.key > after).order_by(table.c.key)
        return [places.decode(row) for row in self._rows(wanted.limit(limit))]

    def routes(self, service: str, *, after: tuple[str, str], limit: int) -> Sequence[RouteUse]:
        table = route_rows
        place = (table.c.route, table.c.method)
        wanted = select(table).where(table.c.service == service, tuple_(*place) > after).order_by(*place)
        return [routes.decode(row) for row in self._rows(wanted.limit(limit))]

    def files(self, service: str, *, after: tuple[str, str], limit: int) -> Sequence[FileReach]:
        table = functions
        place = (table.c.part, table.c.file)
        wanted = select(*place, func.count()).where(table.c.service == service, tuple_(*place) > after)
        rows = self._rows(wanted.group_by(*place).order_by(*place).limit(limit))
        return [FileReach(Part(part), file, count) for part, file, count in rows]

    def functions(self, service: str, *, after: tuple[str, str, int, str], limit: int) -> Sequence[tuple[Part, Frame]]:
        table = functions
        place = (table.c.part, table.c.file, table.c.line, table.c.function)
        wanted = select(*place).where(table.c.service == service, tuple_(*place) > after).order_by(*place)
        return [(Part(row.part), Frame(row.file, row.line, row.function)) for row in self._rows(wanted.limit(limit))]

    def code(self, service: str) -> CodeSeen:
        of_service = select(place_rows).where(place_rows.c.service == service).order_by(place_rows.c.key)
        ran = select(functions.c.file, functions.c.function).where(functions.c.service == service)
        with self._database.read() as connection:
            rows = connection.execute(ran).all()
            return CodeSeen(
                service,
                tuple(places.decode(row) for row in connection.execute(of_service)),
                frozenset((file, function) for file, function in rows),
                code.watches(connection, service),
                is_whole=len(rows) < MOST_FUNCTIONS,
            )

    def bills(self, service: str, since: datetime) -> Sequence[ProcessBill]:
        with self._database.read() as connection:
            return bills.of_service(connection, service, since)

    def switch_for(self, service: str, instance: str) -> AgentSwitch | None:
        with self._database.read() as connection:
            return switches.find(connection, service, instance)

    def _rows(self, wanted: Select[Any]) -> Sequence[Any]:
        with self._database.read() as connection:
            return connection.execute(wanted).all()


def read_services(connection: Connection) -> list[str]:
    """Every service that an agent reported of, by name."""
    return list(connection.execute(select(agent_rows.c.service).distinct().order_by(agent_rows.c.service)).scalars())


def _version(connection: Connection, service: str) -> str:
    changed = select(func.max(place_rows.c.changed)).where(place_rows.c.service == service)
    seen = select(func.count(), func.max(releases.c.last_seen)).where(releases.c.service == service)
    count, last = connection.execute(seen).one()
    # A single release replaces none, so that being seen again changes nothing.
    return f"{connection.execute(changed).scalar_one()}:{count}:{last if count > 1 else ''}"


def _count(connection: Connection, table: Any, service: str) -> int:
    return connection.execute(select(func.count()).select_from(table).where(table.c.service == service)).scalar_one()


def _least(known: Sequence[str]) -> Coverage:
    """Of modes: what is not told by one may have run in it."""
    return next(each for each in (Coverage.OFF, Coverage.SAMPLED, Coverage.EXACT) if each in known)
