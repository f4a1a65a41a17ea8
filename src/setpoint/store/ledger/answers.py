"""Answers that the API gave, kept for a day: a call that is made again under its key is answered, not done again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, Delete, delete, func, insert, or_, select, tuple_

from setpoint.store.interface import KeptAnswer, LedgerWriter
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.tables import answers
from setpoint.store.ledger.writer import SqlWriter

KEPT_FOR: Final = timedelta(days=1)
"""Longer than anybody repeats a call whose answer was lost, and short enough to need little room."""

MOST_OF_ONE: Final = 10_000
"""Answers to one caller: a call every nine seconds, all day long."""

LARGEST_OF_ONE: Final = 32 * 1024 * 1024
"""Characters of the answers to one caller."""

LARGEST: Final = 256 * 1024 * 1024
"""Characters of all answers."""

LOOK_EVERY: Final = 100
"""Answers between two looks at how much there is, each of which reads them all."""


log = structlog.get_logger()


class SqlAnswers:
    """`KeptAnswers` on a database; threads and processes may share it.

    There is no room without end: where a caller has too many, the oldest go before their day, and a call under such a
    key would be done again. To refuse new calls instead would stop a busy pipeline for the rest of the day.
    """

    def __init__(self, database: Database, writer: SqlWriter) -> None:
        self._database = database
        self._writer = writer
        self._until_look = 0

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
            self._bound(connection)
        return answer, True

    def _bound(self, connection: Connection) -> None:
        """Now and then, in the turn of whoever writes: the oldest go first."""
        if self._until_look == 0:
            if gone := connection.execute(_surplus()).rowcount:
                log.warning("answers went before their day: asked for again, a call is done again", count=gone)
            self._until_look = LOOK_EVERY
        self._until_look -= 1


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


def _surplus() -> Delete:
    """Without what is more than may be kept, of one caller or of all."""
    caller, newest_first, size = answers.c.caller, (answers.c.at.desc(), answers.c.key), func.length(answers.c.body)
    ranked = select(
        caller,
        answers.c.key,
        func.row_number().over(partition_by=caller, order_by=newest_first).label("count"),
        func.sum(size).over(partition_by=caller, order_by=newest_first).label("size"),
        func.sum(size).over(order_by=(*newest_first, caller)).label("total"),
    ).subquery()
    surplus = select(ranked.c.caller, ranked.c.key).where(
        or_(ranked.c["count"] > MOST_OF_ONE, ranked.c["size"] > LARGEST_OF_ONE, ranked.c.total > LARGEST)
    )
    return delete(answers).where(tuple_(answers.c.caller, answers.c.key).in_(surplus))
