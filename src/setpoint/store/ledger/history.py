"""What each entity was judged from, and since when: written where it changed, read to be judged again.

One row is one state of one entity, from when it was judged to when it was judged to be another one. What a row consists
of is kept once, by digest (`states.py`), and what was decided is found among the decisions. `writer.py` and
`reader.py` call this module, inside their transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from setpoint.errors import LedgerError
from setpoint.model.canonical import Json
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.exceptions import NO_EXCEPTIONS, Baseline, Exceptions
from setpoint.model.history import Grounds, Lost, PastState
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.store.interface import Reach
from setpoint.store.ledger import codec, decisions, states
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.decisions import Together, Topic
from setpoint.store.ledger.states import Document, Kept
from setpoint.store.ledger.tables import history, history_reach
from setpoint.store.ledger.upserts import insert_or_keep

PAGE: Final = 500
"""Rows whose documents are in memory at one time: a few megabytes."""

_JUDGED_FROM: Final = ("actual", "intended", "differences", "exceptions")
_SAID: Final = ("service", *_JUDGED_FROM, "decided")
"""The columns in which two rows of one entity differ, where there is any need for the second one."""


def record(
    connection: Connection,
    scope: str,
    conclusions: Sequence[Conclusion],
    decided: Mapping[Topic, Together],
    at: datetime,
) -> None:
    """Keep what is other than what was judged last."""
    digests: dict[str, dict[str, str]] = {}
    for (subject, _, path), now in decided.items():
        digests.setdefault(subject, {})[path] = now.digest
    documents: dict[str, Document] = {}
    rows: dict[str, dict[str, Any]] = {}
    for each in conclusions:
        if each.grounds is not None:
            judged_from = _documents(each.urn, each.comparison, each.grounds)
            documents.update((document.digest, document) for document in judged_from.values())
            rows[each.urn] = {
                "service": each.service,
                **{name: judged_from[name].digest if name in judged_from else None for name in _JUDGED_FROM},
                "decided": digests.get(each.urn),
            }
    known = _current(connection, scope, list(rows))
    changed = {urn: row for urn, row in rows.items() if known.get(urn) != row}
    if not changed:
        return
    wanted = {row[name] for row in changed.values() for name in _JUDGED_FROM}
    states.keep(connection, (document for digest, document in documents.items() if digest in wanted))
    end(connection, scope, [urn for urn in changed if urn in known], at)
    connection.execute(insert(history), [{"scope": scope, "urn": urn, "at": at, **row} for urn, row in changed.items()])
    begins = {"scope": scope, "since": at, "pruned_at": at}
    connection.execute(insert_or_keep(connection, history_reach), begins)


def end(connection: Connection, scope: str, urns: Sequence[str], at: datetime) -> None:
    """What these entities were, they are no more."""
    for some in batches(urns):
        of_these = (history.c.scope == scope, history.c.urn.in_(some), history.c.ended_at.is_(None))
        connection.execute(update(history).where(*of_these).values(ended_at=at))


def reach(connection: Connection, scope: str) -> Reach | None:
    row = connection.execute(select(history_reach).where(history_reach.c.scope == scope)).one_or_none()
    return None if row is None else Reach(row.since, row.pruned_at)


def read(
    connection: Connection, scope: str, since: datetime, until: datetime | None, service: str | None
) -> Iterator[PastState | Lost]:
    """Every state that held at some time from `since` to `until`, in the order in which they began."""
    wanted = select(history).where(
        history.c.scope == scope, history.c.ended_at.is_(None) | (history.c.ended_at > since)
    )
    if until is not None:
        wanted = wanted.where(history.c.at <= until)
    if service is not None:
        wanted = wanted.where(history.c.service == service)
    # A scope's rows are numbered in the order of their times.
    rows = connection.execute(wanted.order_by(history.c.id).execution_options(yield_per=PAGE))
    for page in rows.partitions():
        yield from _read_page(connection, page)


def seen_last(connection: Connection, scope: str, urn: Urn) -> Resource | None:
    """The actual state that an entity was last judged from; None where there was none, or it is not kept."""
    of_it = (history.c.scope == scope, history.c.urn == urn, history.c.ended_at.is_(None))
    digest = connection.execute(select(history.c.actual).where(*of_it)).scalar_one_or_none()
    return Kept.load(connection, [digest]).resource(urn, digest)


def _documents(urn: Urn, comparison: Comparison, grounds: Grounds) -> dict[str, Document]:
    """What a judge was given, by column; nothing for what there is not."""
    documents: dict[str, Document] = {}
    if grounds.actual is not None:
        documents["actual"] = states.of_resource(grounds.actual)
    if grounds.intended is not None:
        documents["intended"] = states.of_resource(grounds.intended)
    differences = codec.encode_comparison(Comparison(urn, comparison.drifts))
    if differences is not None:
        documents["differences"] = states.of_value(differences)
    exceptions = _encode_exceptions(urn, grounds.exceptions)
    if exceptions is not None:
        documents["exceptions"] = states.of_value(exceptions)
    return documents


def _current(connection: Connection, scope: str, urns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """URN → what its row says that is not over."""
    current: dict[str, dict[str, Any]] = {}
    for some in batches(urns):
        of_these = (history.c.scope == scope, history.c.urn.in_(some), history.c.ended_at.is_(None))
        for row in connection.execute(select(history).where(*of_these)):
            current[row.urn] = {name: row._mapping[name] for name in _SAID}
    return current


def _read_page(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[PastState | Lost]:
    kept = Kept.load(connection, (row._mapping[name] for row in rows for name in _JUDGED_FROM))
    decided = decisions.recall(connection, {topic for row in rows for topic in _topics(row)})
    for row in rows:
        try:
            yield _decode(row, kept, [decided.get(topic) for topic in _topics(row)])
        except LedgerError as error:
            yield Lost(Urn(row.urn), row.at, error.what)


def _topics(row: Row[Any]) -> list[tuple[Topic, str]]:
    return [((row.urn, Stage.RUNTIME, path), digest) for path, digest in (row.decided or {}).items()]


def _decode(row: Row[Any], kept: Kept, decided: Sequence[tuple[Decision, ...] | None]) -> PastState:
    urn = Urn(row.urn)
    differences = kept.value(row.differences)
    exceptions = kept.value(row.exceptions)
    known = [each for each in decided if each is not None]
    if len(known) < len(decided):
        raise LedgerError("what was decided then is not in the ledger")
    return PastState(
        urn=urn,
        service=row.service,
        at=row.at,
        comparison=codec.decode_comparison(urn, differences) if differences is not None else Comparison(urn),
        grounds=Grounds(
            kept.resource(urn, row.intended),
            kept.resource(urn, row.actual),
            _decode_exceptions(urn, exceptions) if exceptions is not None else NO_EXCEPTIONS,
        ),
        decided=tuple(decision for together in known for decision in together),
    )


def _encode_exceptions(urn: Urn, exceptions: Exceptions) -> Json:
    """None where nothing bears on the entity."""
    accepted = exceptions.baseline.accepted.get(urn)
    if not exceptions.waivers and not accepted:
        return None
    return {"waivers": [codec.encode_waiver(each) for each in exceptions.waivers], "accepted": accepted or {}}


def _decode_exceptions(urn: Urn, document: Json) -> Exceptions:
    waivers = [codec.decode_waiver(each) for each in document["waivers"]]
    return Exceptions(waivers, Baseline({urn: document["accepted"]} if document["accepted"] else {}))
