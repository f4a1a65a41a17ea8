"""`Ledger` on a database: reading, and handing out the right to write. `opening.py` makes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

from setpoint.errors import CouldNotTellError, LedgerError, OutOfReachError, TemporaryError
from setpoint.store.audit_mark import AuditMark
from setpoint.store.interface import AuditCheck, AuditEnd, Lease, LedgerWriter
from setpoint.store.ledger import audit, audit_check, leases
from setpoint.store.ledger.answers import SqlAnswers
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.group_commit import GroupCommit
from setpoint.store.ledger.pages import SqlPages
from setpoint.store.ledger.reader import SqlReader
from setpoint.store.ledger.tokens import SqlTokens
from setpoint.store.ledger.writer import SqlWriter, set_clock, touch_clock

Result = TypeVar("Result")

_GIVEN_UP: Final[dict[str, set[tuple[str, int]]]] = defaultdict(set)
"""Place → leases, by scope and token, that this process could not give back, since the ledger did not answer.

It lives on, so that nobody else may take them before their time; it may itself.
"""


class SqlLedger(SqlReader):
    """Threads may share it; a process that is forked opens its own."""

    def __init__(self, database: Database, mark: AuditMark | None = None) -> None:
        """`mark` is of where the audit log ends; kept with every sign of life of a lease, and at the end."""
        super().__init__(database)
        self._mark = mark
        self._marked: AuditEnd | None = None
        self._visitor = f"visitor:{uuid4()}"
        self._group = GroupCommit(database)

    def acquire(self, scope: str, now: datetime, ttl: float) -> tuple[Lease, SqlWriter]:
        with self._database.write() as connection:
            given_up = _GIVEN_UP[self._database.place]
            taken = leases.take(connection, scope, self._database.time(connection, now), ttl, given_up)
            lease = _by_the_holders_clock(taken, now, ttl)
            name = f"{scope}#{lease.token}"
            details = {"token": lease.token, "holder": lease.holder, "expires_at": lease.expires_at.isoformat()}
            audit.append(connection, name, [Entry(now, "lease taken", scope, details)])
            set_clock(connection, now)
        return lease, SqlWriter(self._database, name, lease)

    def renew(self, lease: Lease, now: datetime, ttl: float) -> Lease:
        with self._database.write() as connection:
            renewed = leases.extend(connection, lease, self._database.time(connection, now), ttl)
            set_clock(connection, now)
        self._keep_mark()
        return _by_the_holders_clock(renewed, now, ttl)

    def release(self, lease: Lease) -> None:
        """Seals the audit log. A lease that was lost already is no error: it is not held any more, as was asked."""
        try:
            with self._database.write() as connection:
                if leases.give_back(connection, lease):
                    audit.seal(connection)
        except TemporaryError:
            _GIVEN_UP[self._database.place].add((lease.scope, lease.token))
            raise
        self._keep_mark()

    def check_audit(self) -> AuditCheck:
        # The mark first: the log may only have grown since.
        mark, doubts = self._recall_mark()
        with self._database.read() as connection:
            broken = (*audit_check.broken_rows(connection), *audit_check.lost_rows(connection, mark))
            last = audit.end(connection)
        return AuditCheck(self.audit_rows(), broken, doubts if last is not None else (), last)

    def _recall_mark(self) -> tuple[AuditEnd | None, tuple[str, ...]]:
        if self._mark is None:
            return None, ()
        try:
            return self._mark.recall(), ()
        except CouldNotTellError as error:
            return None, (error.diagnostics(),)

    def _keep_mark(self) -> None:
        if self._mark is None or self._database.read_only:
            return
        with self._database.read() as connection:
            last = audit.end(connection)
        if last is not None and last != self._marked:
            self._mark.keep(last)
            self._marked = last

    def visitor(self) -> SqlWriter:
        return SqlWriter(self._database, self._visitor)

    def together(self, act: Callable[[LedgerWriter], Result]) -> Result:
        return self._group.run(lambda: act(self.visitor()))

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
        if self._database.has_written:
            with suppress(LedgerError, OutOfReachError):  # whoever could not go on with it has been told so
                self._keep_mark()
        self._database.close()


def _by_the_holders_clock(lease: Lease, now: datetime, ttl: float) -> Lease:
    """By which it asks itself when to renew; others go by the database's time."""
    return replace(lease, expires_at=now + timedelta(seconds=ttl))
