"""Verifying the audit log: every row against its digest and its writer's chain, every stretch of rows against its seal.

`reader.py` calls it. It reads the columns as they are stored: in a log that somebody changed, they may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Connection, Row, Text, cast, select, type_coerce

from setpoint.store.interface import AuditEnd
from setpoint.store.ledger.audit import SEAL_EVERY, end, row_digest, seal_digest
from setpoint.store.ledger.columns import EPOCH
from setpoint.store.ledger.tables import audit_log, clock, seals

ROWS_AT_ONCE: Final = 1_000

_ROWS = select(
    audit_log.c.sequence,
    audit_log.c.writer,
    type_coerce(audit_log.c.at, BigInteger).label("at"),
    audit_log.c.actor,
    audit_log.c.action,
    audit_log.c.subject,
    type_coerce(audit_log.c.details, Text).label("details"),
    audit_log.c.previous,
    audit_log.c.digest,
).order_by(audit_log.c.sequence)

_SEALS = select(
    seals.c.number,
    cast(seals.c.through, BigInteger).label("through"),
    seals.c.digest,
).order_by(seals.c.number)


def broken_rows(connection: Connection) -> Iterator[str]:
    """What is wrong, a sentence each that names the row; nothing when the log verifies."""
    check = _Check(connection.execute(_SEALS).all())
    for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(_ROWS):
        yield from check.row(row)
    yield from check.end()


def lost_rows(connection: Connection, mark: AuditEnd | None) -> Iterator[str]:
    """What a log that holds together does not have any more; `mark` is where it ended once."""
    last = end(connection)
    if last is None and connection.execute(select(clock.c.latest)).scalar_one() != EPOCH:
        yield "the audit log is empty, though the ledger has been written to: all of its rows were removed"
    if mark is None:
        return
    here = connection.execute(select(audit_log.c.digest).where(audit_log.c.sequence == mark.sequence)).scalar()
    first = last.sequence + 1 if last is not None else 1
    if mark.sequence >= first:
        yield f"{_span('audit row', first, mark.sequence)} missing, which the mark beside the ledger knows"
    elif here != mark.digest:
        yield f"audit row {mark.sequence} is not the one that the mark beside the ledger knows: rows were replaced"


class _Check:
    """Walks the log once, in order, and remembers only where each chain stands."""

    def __init__(self, seals_in_order: Sequence[Row[Any]]) -> None:
        self._seals = list(seals_in_order)
        self._heads: dict[str, str] = {}
        self._last = 0
        self._seal_number = 0
        self._seal_before = ""
        self._unsealed: list[str] = []
        self._named = False
        """Whether something was named already since the last seal: its mismatch would only say so again."""

    def row(self, row: Row[Any]) -> Iterator[str]:
        misplaced = list(self._place(row))
        yield from misplaced
        while self._seals and self._seals[0].through < row.sequence:
            yield from self._seal(named=bool(misplaced))
        broken = [*self._content(row), *self._chain(row)]
        yield from broken
        self._named = self._named or bool(misplaced or broken)
        self._heads[row.writer] = row.digest
        self._last = max(self._last, row.sequence)
        self._unsealed.append(str(row.digest))
        if self._seals and self._seals[0].through == row.sequence:
            yield from self._seal()

    def end(self) -> Iterator[str]:
        """What only the end shows: rows that no seal covers any more, and seals over rows that are not there."""
        if len(self._unsealed) >= SEAL_EVERY and not self._seals:
            yield f"no seal covers the last {len(self._unsealed)} audit rows: seals were removed"
        while self._seals:
            seal = self._seals[0]
            gap = seal.through > self._last
            if gap:
                yield f"{_span('audit row', self._last + 1, seal.through)} missing, which seal {seal.number} covers"
                self._last = seal.through
            yield from self._seal(named=gap)

    def _place(self, row: Row[Any]) -> Iterator[str]:
        if row.sequence < 1:
            yield f"audit row {row.sequence} was inserted: rows are numbered from 1"
        elif row.sequence > self._last + 1:
            yield f"{_span('audit row', self._last + 1, row.sequence - 1)} missing"

    def _content(self, row: Row[Any]) -> Iterator[str]:
        if _digest(row) != row.digest:
            yield f"{_name(row)} was changed or inserted: its digest does not fit what it says"

    def _chain(self, row: Row[Any]) -> Iterator[str]:
        if row.previous != self._heads.get(row.writer, ""):
            yield (
                f"{_name(row)} does not follow its writer's row before it: one of the two was changed or inserted, "
                "or rows between them were removed"
            )

    def _seal(self, *, named: bool = False) -> Iterator[str]:
        seal = self._seals.pop(0)
        expected = seal_digest(self._seal_number + 1, seal.through, self._seal_before, self._unsealed)
        if seal.number != self._seal_number + 1:
            yield f"{_span('seal', self._seal_number + 1, seal.number - 1)} missing from the audit log"
        elif seal.digest != expected and not (named or self._named):
            yield (
                f"the audit rows up to {seal.through} are not the ones that seal {seal.number} was put on: "
                "rows were replaced, or the seal was changed"
            )
        self._seal_number, self._seal_before = seal.number, str(seal.digest)
        self._unsealed, self._named = [], False


def _digest(row: Row[Any]) -> str:
    """What the row's digest should be; empty where a column holds what the ledger never writes."""
    try:
        details = orjson.loads(row.details)
        return row_digest(row.sequence, row.writer, row.at, row.actor, row.action, row.subject, details, row.previous)
    except (TypeError, ValueError):
        return ""


def _name(row: Row[Any]) -> str:
    return f"audit row {row.sequence} ({row.action}, {row.subject}; writer {row.writer})"


def _span(noun: str, first: int, last: int) -> str:
    return f"{noun} {first} is" if first == last else f"{noun}s {first} to {last} are"
