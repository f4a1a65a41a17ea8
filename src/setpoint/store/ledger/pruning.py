"""Letting go of what was over long ago. `writer.py` calls this, inside its transaction.

What holds now stays, however old it is: the state of an entity that is there, the last heartbeat, a message that waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from setpoint.store.ledger import deliveries, states
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import beats, gate_cases, gate_states, history, history_reach
from setpoint.store.ledger.tables import deliveries as messages

AT_ONCE: Final = 10_000
"""Rows of one table that go in one transaction: others who want to write wait well under a second."""


def prune(connection: Connection, scope: str, before: datetime, at: datetime) -> dict[str, int]:
    """How many rows went, by table. While more are left to go, the ledger does not count as pruned."""
    pruned = {
        "history": _drop(connection, history, (history.c.scope == scope) & (history.c.ended_at < before)),
        "gate cases": _drop_gate_cases(connection, scope, before),
        "beats": _drop(connection, beats, _is_beat_before(scope, before)),
        "deliveries": _drop(connection, messages, deliveries.are_over(scope, before)),
    }
    of_scope = update(history_reach).where(history_reach.c.scope == scope)
    connection.execute(of_scope.where(history_reach.c.since < before).values(since=before))
    if max(pruned.values()) < AT_ONCE:
        connection.execute(of_scope.values(pruned_at=at))
        if pruned["history"] or pruned["gate cases"]:
            pruned["states"] = states.drop_unused(connection)
    return pruned


def entries(scope: str, pruned: Mapping[str, int], before: datetime, at: datetime) -> Iterator[Entry]:
    """What the audit log, which itself is never pruned, says about it."""
    if any(pruned.values()):
        yield Entry(at, "history pruned", scope, {"before": before.isoformat(), **pruned})


def _drop(connection: Connection, table: Table, is_over: ColumnElement[bool]) -> int:
    oldest = select(table.c.id).where(is_over).order_by(table.c.id).limit(AT_ONCE)
    return connection.execute(delete(table).where(table.c.id.in_(oldest))).rowcount


def _drop_gate_cases(connection: Connection, scope: str, before: datetime) -> int:
    """The decisions themselves stay. Cases from before scopes were recorded are everybody's."""
    of_scope = gate_cases.c.scope.in_((scope, ""))
    over = select(gate_cases.c.decision).where(of_scope, gate_cases.c.at < before)
    oldest = over.order_by(gate_cases.c.at).limit(AT_ONCE)
    gone = connection.execute(oldest).scalars().all()
    for some in batches(gone):
        connection.execute(delete(gate_states).where(gate_states.c.decision.in_(some)))
        connection.execute(delete(gate_cases).where(gate_cases.c.decision.in_(some)))
    return len(gone)


def _is_beat_before(scope: str, before: datetime) -> ColumnElement[bool]:
    """All but the last one, by which the gate knows how old its knowledge is."""
    last = select(func.max(beats.c.id)).where(beats.c.scope == scope).scalar_subquery()
    return (beats.c.scope == scope) & (beats.c.ended_at < before) & (beats.c.id < last)
