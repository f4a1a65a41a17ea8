"""What was concluded of a service from inside: its findings and decisions, and which attacks were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from setpoint.model.decision import Decision
from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.urn import Urn
from setpoint.store.ledger import decisions as kept_decisions
from setpoint.store.ledger import findings as kept_findings
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.inside.tables import told_attacks
from setpoint.store.ledger.upserts import insert_or_update


def record(
    connection: Connection,
    scope: str,
    service: str,
    findings: Sequence[Finding],
    decisions: Sequence[Decision],
    at: datetime,
    reason: str,
) -> tuple[FindingChanges, list[Entry]]:
    """What came and went, and what the audit log says about it."""
    urn = Urn.service(service)
    # What its components are known for is concluded elsewhere.
    changes = kept_findings.record(
        connection, scope, {urn: findings}, at, lambda each: each.source is not FindingSource.RUNTIME
    )
    written = kept_decisions.append(connection, kept_decisions.together(decisions), at)
    told = [*kept_findings.entries(changes, at, reason), *kept_decisions.entries(written, at)]
    return changes.get(urn, FindingChanges()), told


def note_attacks(connection: Connection, service: str, attacks: Mapping[str, int]) -> None:
    rows = [{"service": service, "key": key, "attacks": count} for key, count in sorted(attacks.items())]
    if rows:
        connection.execute(insert_or_update(connection, told_attacks), rows)
