"""`Ledger` on a database: reading, and handing out the right to write. `opening.py` makes it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

from setpoint.store.interface import Lease
from setpoint.store.ledger import audit, leases
from setpoint.store.ledger.answers import SqlAnswers
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.pages import SqlPages
from setpoint.store.ledger.reader import SqlReader
from setpoint.store.ledger.tokens import SqlTokens
from setpoint.store.ledger.writer import SqlWriter, set_clock, touch_clock


class SqlLedger(SqlReader):
    """Threads may share it; a process that is forked opens its own."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._visitor = f"visitor:{uuid4()}"

    def acquire(self, scope: str, now: datetime, ttl: float) -> tuple[Lease, SqlWriter]:
        with self._database.write() as connection:
            lease = leases.take(connection, scope, now, ttl)
            name = f"{scope}#{lease.token}"
            details = {"token": lease.token, "holder": lease.holder, "expires_at": lease.expires_at.isoformat()}
            audit.append(connection, name, [Entry(now, "lease taken", scope, details)])
            set_clock(connection, now)
        return lease, SqlWriter(self._database, name, lease)

    def renew(self, lease: Lease, now: datetime, ttl: float) -> Lease:
        with self._database.write() as connection:
            renewed = leases.extend(connection, lease, now, ttl)
            set_clock(connection, now)
        return renewed

    def release(self, lease: Lease) -> None:
        """Seals the audit log. A lease that was lost already is no error: it is not held any more, as was asked."""
        with self._database.write() as connection:
            if leases.give_back(connection, lease):
                audit.seal(connection)

    def visitor(self) -> SqlWriter:
        return SqlWriter(self._database, self._visitor)

    def access(self, master_key: Path) -> SqlTokens:
        """Who may call the API; `master_key` is the file of the key that agents' keys are wrapped under."""
        return SqlTokens(self._database, self._visitor, master_key)

    def pages(self) -> SqlPages:
        """What it holds, a page at a time."""
        return SqlPages(self._database)

    def answers(self) -> SqlAnswers:
        """What the API answered lately."""
        return SqlAnswers(self._database, self.visitor())

    def trouble(self) -> str:
        return self._database.trouble

    def try_again(self) -> None:
        if self._database.trouble:
            with self._database.write() as connection:
                touch_clock(connection)

    def close(self) -> None:
        self._database.close()
