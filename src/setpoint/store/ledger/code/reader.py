"""`CodeReader` on a database. `SqlReader.code` makes it; threads may share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from setpoint.model.admitting import BreakGlass, Grant
from setpoint.model.code import OpenWeakness
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.store.ledger.code import bringing, scans
from setpoint.store.ledger.database import Database


class SqlCode:
    def __init__(self, database: Database) -> None:
        self._database = database

    def scan(self, release: Release, newest: Scan | None = None) -> Scan | None:
        with self._database.read() as connection:
            return scans.read(connection, release) if newest is None else scans.together(connection, release, newest)

    def known(self, service: str) -> Mapping[str, tuple[str, datetime]]:
        with self._database.read() as connection:
            return scans.known(connection, service)

    def services(self) -> Sequence[str]:
        with self._database.read() as connection:
            return scans.read_services(connection)

    def version(self, service: str) -> str:
        with self._database.read() as connection:
            return str(scans.numbered(connection, service))

    def open(self, service: str) -> Sequence[OpenWeakness]:
        with self._database.read() as connection:
            return scans.read_open(connection, service)

    def grants(self, release: Release, now: datetime) -> Sequence[Grant]:
        with self._database.read() as connection:
            return bringing.read_grants(connection, release, now)

    def break_glass(self, release: Release, now: datetime) -> BreakGlass | None:
        with self._database.read() as connection:
            return next(iter(bringing.read_break_glass(connection, now, release)), None)

    def broken(self, now: datetime) -> Sequence[BreakGlass]:
        with self._database.read() as connection:
            return bringing.read_break_glass(connection, now)
