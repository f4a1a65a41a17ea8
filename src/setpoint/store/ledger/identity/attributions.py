"""Who made each difference, beside its finding: which are to be asked about, and what the answers were.

`findings`, `reader` and `writer` ask it, inside their transactions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, update

from setpoint.model.attribution import NOT_TRACED, Attribution, Traced, Untold
from setpoint.model.canonical import Json
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.store.ledger.tables import findings

COLUMNS: Final = ("traced", "traced_for", "traced_up_to", "trace_at", "traces_until")
"""Of a finding, that recording it again leaves as they are."""

SOURCES: Final = (FindingSource.DRIFT, FindingSource.GUARDRAIL, FindingSource.IDENTITY)
"""What somebody made so at the provider; what is inside of an application, no trail tells."""


def to_ask(scope: str, now: datetime, most: int) -> Select[Any]:
    """What is there, and was not asked since it changed, or is due again; the longest waiting first."""
    return _open(scope).where(or_(_is_new(), findings.c.trace_at <= now)).limit(most)


def unsettled(scope: str, now: datetime, newest: int) -> Select[Any]:
    """What may have another answer by what was recorded since it was asked; the longest waiting first.

    `newest` is the number of the change that was recorded last.
    """
    is_unsettled = or_(findings.c.traces_until.is_(None), findings.c.traces_until > now)
    return _open(scope).where(~_is_new(), findings.c.traced_up_to < newest, is_unsettled)


def keep(connection: Connection, scope: str, answers: Iterable[tuple[FindingRecord, Traced]]) -> None:
    """What was changed meanwhile is asked about anew."""
    for record, traced in answers:
        one = (findings.c.scope == scope) & (findings.c.id == record.finding.id)
        connection.execute(
            update(findings)
            .where(one, findings.c.last_changed == record.last_changed)
            .values(
                traced=_encode(traced),
                traced_for=record.last_changed,
                traced_up_to=traced.up_to,
                trace_at=traced.ask_at,
                traces_until=traced.asks_until,
            )
        )


def traced_of(row: Row[Any]) -> Traced:
    """What is known about it as it is now."""
    if row.traced is None or row.traced_for != row.last_changed:
        return NOT_TRACED
    document = row.traced
    return Traced(_answer(document), row.traced_up_to, document["asked"], row.trace_at, row.traces_until)


def answer_of(row: Row[Any]) -> Attribution | Untold | None:
    """Also of what is closed by now; None where nobody asked since it was opened."""
    is_of_this = row.traced is not None and row.traced_for >= row.opened_at
    return _answer(row.traced) if is_of_this else None


def _open(scope: str) -> Select[Any]:
    table = findings.c
    is_there = or_(table.closed_at.is_(None), table.accepted_by != "")
    wanted = select(findings).where(table.scope == scope, table.source.in_([*map(str, SOURCES)]), is_there)
    return wanted.order_by(func.coalesce(table.traced_up_to, -1), table.urn, table.rule, table.path)


def _is_new() -> ColumnElement[bool]:
    return or_(findings.c.traced_for.is_(None), findings.c.traced_for != findings.c.last_changed)


def _encode(traced: Traced) -> Json:
    answer = traced.answer
    told: dict[str, Json] = {"asked": traced.asked}
    if isinstance(answer, Attribution):
        return {**told, "attribution": answer.document()}
    return {**told, "reason": answer.reason, "may_be_told": answer.may_be_told}


def _answer(document: dict[str, Json]) -> Attribution | Untold:
    if "attribution" in document:
        return Attribution.of(document["attribution"])
    return Untold(document["reason"], document["may_be_told"])
