"""Remediations in the ledger: the state machine of `model.remediation`, enforced where its state is kept.

`writer.py` calls `add` and `step` inside its transaction, `reader.py` decodes rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from setpoint.errors import ConflictError, LedgerError
from setpoint.model.attribution import Inquiry
from setpoint.model.canonical import digest
from setpoint.model.remediation import TRANSITIONS, UNFINISHED, Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.codec import decode_inquiry, decode_plan, encode_answer, encode_inquiry, encode_plan
from setpoint.store.ledger.tables import remediation_steps, remediations

BEGINNINGS: Final = frozenset(
    {RemediationState.PLANNED, RemediationState.AWAITING_APPROVAL, RemediationState.ESCALATED}
)

IN_FORCE: Final = UNFINISHED | {RemediationState.AWAITING_APPROVAL, RemediationState.VERIFIED}
"""States in which another one for the same entity would be one too many, where people ask for it."""


def add(connection: Connection, scope: str, remediation: Remediation) -> Remediation:
    """A new one of a scope, in a state in which one can begin; returned with the id that it was given."""
    if remediation.state not in BEGINNINGS:
        raise LedgerError(f"a remediation cannot begin as {remediation.state.value!r}", where=remediation.urn)
    if remediation.plan is None and remediation.state is not RemediationState.ESCALATED:
        raise LedgerError("a remediation without a plan can only be escalated", where=remediation.urn)
    values = {"scope": scope, **_encode(remediation)}
    identity = connection.execute(insert(remediations).values(values).returning(remediations.c.id)).scalar_one()
    added = replace(remediation, id=identity)
    _keep_step(connection, added)
    return added


def refuse_second(connection: Connection, scope: str, urn: Urn) -> None:
    """Raises `ConflictError` where one for the entity is under way, or was carried out and not undone."""
    table = remediations
    wanted = select(table.c.id, table.c.state).where(
        table.c.scope == scope, table.c.urn == urn, table.c.state.in_([each.value for each in IN_FORCE])
    )
    row = connection.execute(wanted).first()
    if row is not None:
        raise ConflictError(f"remediation {row.id} of it is {row.state}", where=urn)


def step(
    connection: Connection, remediation: Remediation, state: RemediationState, reason: str, at: datetime
) -> Remediation:
    """The remediation in its next state; `LedgerError` when it is not as the caller read it, or may not go there."""
    where = f"remediation {remediation.id}"
    row = connection.execute(select(remediations).where(remediations.c.id == remediation.id)).one_or_none()
    if row is None:
        raise LedgerError("the ledger has no such remediation", where=where)
    current = decode(row)
    if (current.state, current.updated_at, current.attempts) != (
        remediation.state,
        remediation.updated_at,
        remediation.attempts,
    ):
        raise LedgerError(
            f"it is {current.state.value!r} since {current.updated_at.isoformat()}, "
            f"not {remediation.state.value!r} since {remediation.updated_at.isoformat()} as the caller read it",
            where=where,
            remedy="read it again",
        )
    if state not in TRANSITIONS[current.state]:
        following = ", ".join(sorted(each.value for each in TRANSITIONS[current.state])) or "nothing"
        raise LedgerError(
            f"{state.value!r} cannot follow {current.state.value!r}", where=where, remedy=f"what can is: {following}"
        )
    attempts = current.attempts + (state is RemediationState.APPLYING)
    stepped = replace(current, state=state, reason=reason, updated_at=at, attempts=attempts)
    connection.execute(
        update(remediations)
        .where(remediations.c.id == stepped.id)
        .values(state=state.value, reason=reason, updated_at=at, attempts=attempts)
    )
    _keep_step(connection, stepped)
    return stepped


def steps(connection: Connection, remediation: int) -> list[tuple[datetime, RemediationState, str]]:
    """How it came to its state: when, to which state, and why; oldest first."""
    table = remediation_steps
    wanted = select(table).where(table.c.remediation == remediation).order_by(table.c.id)
    return [(row.at, RemediationState(row.state), row.reason) for row in connection.execute(wanted)]


def answer(connection: Connection, remediation: Remediation, inquiry: Inquiry) -> Remediation:
    """The remediation with what is known now of who caused it."""
    connection.execute(
        update(remediations)
        .where(remediations.c.id == remediation.id)
        .values(inquiry=encode_inquiry(inquiry), ask_at=inquiry.ask_at)
    )
    return replace(remediation, inquiry=inquiry)


def tell_answer(remediation: Remediation, inquiry: Inquiry, at: datetime) -> Entry:
    """What the audit log says about who caused it, once that is told, or will not be."""
    details = {"remediation": remediation.id, "asked": inquiry.asked, **encode_answer(inquiry.answer)}
    return Entry(at, "remediation attributed", remediation.urn, details)


def entry(remediation: Remediation, before: RemediationState | None = None) -> Entry:
    """What the audit log says about the state that it just reached, from `before`; None where it begins.

    The values that a change is made of stay out of the log, which outlives them; their digests tell them apart.
    """
    plan = remediation.plan
    return Entry(
        remediation.updated_at,
        f"remediation {remediation.state.value}",
        remediation.urn,
        {
            "remediation": remediation.id,
            "before": before,
            "after": remediation.state,
            "reason": remediation.reason,
            "attempts": remediation.attempts,
            "findings": remediation.findings,
            "precondition": plan.precondition if plan else None,
            **({"inquiry": encode_inquiry(remediation.inquiry)} if remediation.inquiry else {}),
            "changes": [
                {"path": each.path, "before": digest(each.before), "after": digest(each.after)}
                for each in (plan.changes if plan else ())
            ],
        },
    )


def decode(row: Row[Any]) -> Remediation:
    urn = Urn(row.urn)
    return Remediation(
        id=row.id,
        urn=urn,
        service=row.service,
        state=RemediationState(row.state),
        plan=decode_plan(urn, row.plan),
        findings=tuple(row.findings),
        reason=row.reason,
        detected_at=row.detected_at,
        updated_at=row.updated_at,
        attempts=row.attempts,
        inquiry=decode_inquiry(row.inquiry, row.ask_at),
    )


def _encode(remediation: Remediation) -> dict[str, Any]:
    """Every column but the id and the scope, which the ledger gives."""
    return {
        "urn": remediation.urn,
        "service": remediation.service,
        "state": remediation.state,
        "plan": encode_plan(remediation.plan),
        "findings": remediation.findings,
        "reason": remediation.reason,
        "detected_at": remediation.detected_at,
        "updated_at": remediation.updated_at,
        "attempts": remediation.attempts,
        "inquiry": encode_inquiry(remediation.inquiry),
        "ask_at": remediation.inquiry.ask_at if remediation.inquiry else None,
    }


def _keep_step(connection: Connection, remediation: Remediation) -> None:
    connection.execute(
        insert(remediation_steps).values(
            remediation=remediation.id,
            state=remediation.state.value,
            reason=remediation.reason,
            at=remediation.updated_at,
        )
    )
