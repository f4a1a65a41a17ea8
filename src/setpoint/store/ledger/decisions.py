"""Decisions are appended; what the loop only decides again as before is not written again. `writer.py` calls this."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from setpoint.model.canonical import Json, digest
from setpoint.model.decision import Decision
from setpoint.store.ledger.audit import ITSELF, Entry
from setpoint.store.ledger.codec import decode_decision, encode_decision
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import decisions

Topic = tuple[str, str, str]
"""Subject, stage, path. Several policies can decide about one: what is decided together repeats or changes together."""


@dataclass(frozen=True, slots=True)
class Written:
    """A decision that was written, and between what it stands."""

    decision: Decision
    before: str
    """The digest of what was decided last of the same topic; empty where nothing was."""
    after: str
    """The digest of what was decided now."""


@dataclass(frozen=True, slots=True)
class Together:
    """All that was decided of one topic at one time."""

    decisions: tuple[Decision, ...]
    documents: tuple[Json, ...]
    digest: str


def together(decided: Iterable[Decision]) -> dict[Topic, Together]:
    """What is decided now, by topic."""
    topics: dict[Topic, list[Decision]] = {}
    for each in decided:
        topics.setdefault((each.subject, each.stage, each.path), []).append(each)
    return {topic: _together(decisions) for topic, decisions in topics.items()}


def _together(decisions: Sequence[Decision]) -> Together:
    documents = [encode_decision(each) for each in decisions]
    return Together(tuple(decisions), tuple(documents), digest(documents))


def append(
    connection: Connection, topics: Mapping[Topic, Together], at: datetime, *, repeated: bool = False
) -> list[Written]:
    """Write what changed of what is decided now, or with `repeated` all of it, and return what was written."""
    last = _last_digests(connection, sorted({subject for subject, _, _ in topics}))
    written: list[Written] = []
    rows: list[dict[str, Any]] = []
    for topic, now in topics.items():
        before = last.get(topic, "")
        if before == now.digest and not repeated:
            continue
        written.extend(Written(each, before, now.digest) for each in now.decisions)
        subject, stage, path = topic
        rows.extend(
            {
                "subject": subject,
                "service": document["service"],
                "stage": stage,
                "path": path,
                "together": now.digest,
                "at": at,
                "document": document,
            }
            for document in now.documents
        )
    if rows:
        connection.execute(insert(decisions), rows)
    return written


def entries(written: Sequence[Written], at: datetime, actor: str = ITSELF) -> Iterator[Entry]:
    """What the audit log says about it; the digest binds the log to the whole decision."""
    for each in written:
        decision = each.decision
        details = {
            "stage": decision.stage,
            "path": decision.path,
            "verdict": decision.verdict,
            "effect": decision.effect,
            "because": [f"{reason.policy}: {reason.outcome}" for reason in decision.reasons],
            "decision": digest(encode_decision(decision)),
            "before": each.before or None,
            "after": each.after,
            **({"decided": decision.decided, "ticket": broken.ticket} if (broken := decision.break_glass) else {}),
        }
        yield Entry(at, "decision recorded", decision.subject, details, actor)


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


def recall(
    connection: Connection, wanted: Collection[tuple[Topic, str]]
) -> dict[tuple[Topic, str], tuple[Decision, ...]]:
    """What was decided together of these topics under these digests; what is not in the ledger is left out."""
    found: dict[tuple[Topic, str], list[Decision]] = {}
    first: dict[tuple[Topic, str], datetime] = {}
    subjects, digests = sorted({subject for (subject, _, _), _ in wanted}), sorted({each for _, each in wanted})
    for some in batches(subjects):
        for few in batches(digests):
            sought = select(decisions).where(decisions.c.subject.in_(some), decisions.c.together.in_(few))
            for row in connection.execute(sought.order_by(decisions.c.id)):
                key = ((row.subject, row.stage, row.path), row.together)
                # What was decided again later says the same.
                if first.setdefault(key, row.at) == row.at:
                    found.setdefault(key, []).append(decode_decision(row.document))
    return {key: tuple(decided) for key, decided in found.items()}
