"""Decisions are appended; one that only repeats what was decided last is not written again. `writer.py` calls this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from setpoint.model.canonical import digest
from setpoint.model.decision import Decision
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.codec import encode_decision
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import decisions

Topic = tuple[str, str, str]
"""Subject, stage, path. Several policies can decide about one: what is decided together repeats or changes together."""


def append(connection: Connection, decided: Sequence[Decision], at: datetime) -> list[Decision]:
    """Write what changed of `decided`, and return it."""
    topics: dict[Topic, list[Decision]] = {}
    for each in decided:
        topics.setdefault((each.subject, each.stage, each.path), []).append(each)
    before = _last_digests(connection, sorted({subject for subject, _, _ in topics}))
    written: list[Decision] = []
    rows: list[dict[str, Any]] = []
    for topic, together in topics.items():
        documents = [encode_decision(each) for each in together]
        now = digest(documents)
        if before.get(topic) == now:
            continue
        written.extend(together)
        subject, stage, path = topic
        rows.extend(
            {"subject": subject, "stage": stage, "path": path, "together": now, "at": at, "document": document}
            for document in documents
        )
    if rows:
        connection.execute(insert(decisions), rows)
    return written


def entries(written: Sequence[Decision], at: datetime) -> Iterator[Entry]:
    """What the audit log says about it; the digest binds the log to the whole decision."""
    for each in written:
        details = {
            "stage": each.stage,
            "path": each.path,
            "verdict": each.verdict,
            "effect": each.effect,
            "decision": digest(encode_decision(each)),
        }
        yield Entry(at, "decision recorded", each.subject, details)


def _last_digests(connection: Connection, subjects: Sequence[str]) -> dict[Topic, str]:
    """Topic → the digest of what was decided last."""
    found: dict[Topic, str] = {}
    for some in batches(subjects):
        last = (
            select(func.max(decisions.c.id))
            .where(decisions.c.subject.in_(some))
            .group_by(decisions.c.subject, decisions.c.stage, decisions.c.path)
        )
        columns = (decisions.c.subject, decisions.c.stage, decisions.c.path, decisions.c.together)
        for subject, stage, path, together in connection.execute(select(*columns).where(decisions.c.id.in_(last))):
            found[subject, stage, path] = together
    return found
