"""Answers that the API gave, kept for a day: a call that is made again under its key is answered, not done again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from setpoint.store.interface import KeptAnswer, LedgerWriter
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.tables import answers
from setpoint.store.ledger.writer import SqlWriter

KEPT_FOR: Final = timedelta(days=1)
"""Longer than anybody repeats a call whose answer was lost, and short enough to need no room."""


class SqlAnswers:
    """`KeptAnswers` on a database; threads and processes may share it."""

    def __init__(self, database: Database, writer: SqlWriter) -> None:
        self._database = database
        self._writer = writer

    def recall(self, caller: str, key: str, now: datetime) -> KeptAnswer | None:
        with self._database.read() as connection:
            return _find(connection, caller, key, now)

    def once(
        self, caller: str, key: str, now: datetime, act: Callable[[LedgerWriter], KeptAnswer]
    ) -> tuple[KeptAnswer, bool]:
        with self._database.write() as connection:
            kept = _find(connection, caller, key, now)
            if kept is not None:
                return kept, False
            answer = act(self._writer)
            _add(connection, caller, key, now, answer)
        return answer, True


def _find(connection: Connection, caller: str, key: str, now: datetime) -> KeptAnswer | None:
    wanted = select(answers).where(answers.c.caller == caller, answers.c.key == key, answers.c.at > now - KEPT_FOR)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else KeptAnswer(row.fingerprint, row.status, row.body)


def _add(connection: Connection, caller: str, key: str, now: datetime, answer: KeptAnswer) -> None:
    """In the place of what is no longer kept."""
    connection.execute(delete(answers).where(answers.c.at <= now - KEPT_FOR))
    values = {
        "caller": caller,
        "key": key,
        "at": now,
        "fingerprint": answer.fingerprint,
        "status": answer.status,
        "body": answer.body,
    }
    connection.execute(insert(answers).values(values))
