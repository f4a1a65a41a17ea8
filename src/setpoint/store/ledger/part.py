"""What the writers of single parts of the ledger share: the transactions of the whole. `SqlWriter` makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection

from setpoint.store.ledger.audit import Entry

Appending = Callable[[], AbstractContextManager[Connection]]
"""A transaction that checks the right to write."""
Tell = Callable[[Connection, Sequence[Entry]], None]
"""Writes to the audit log, in the transaction."""
SetClock = Callable[[Connection, datetime], None]
"""Remembers the latest time of any write, in the transaction."""


class PartWriter:
    def __init__(self, appending: Appending, tell: Tell, set_clock: SetClock) -> None:
        self._appending = appending
        self._tell = tell
        self._set_clock = set_clock

    @contextmanager
    def _writing(self, at: datetime) -> Iterator[Connection]:
        with self._appending() as connection:
            yield connection
            self._set_clock(connection, at)
