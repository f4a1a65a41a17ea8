"""The life of findings: opened, changed, closed when they are no longer concluded, reopened when they come back.

`settle` is pure and holds the rules; the rest reads and writes rows for `writer.py`, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from setpoint.model.canonical import canonical_bytes, digest
from setpoint.model.finding import Finding, FindingChanges, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.store.ledger import dialect
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import findings

LeavesOpen = Callable[[Finding], bool]
"""Whether a finding that is not concluded now may hold all the same (`Conclusion.leaves_open`)."""


@dataclass(slots=True)
class Settlement:
    """What new conclusions do to the findings of their entities."""

    records: list[FindingRecord] = field(default_factory=list)
    """To be written: everything that is new or other than before."""
    changes: dict[Urn, FindingChanges] = field(default_factory=dict)
    """Of the entities where something was opened, reopened or closed."""


def settle(
    known: Iterable[FindingRecord],
    concluded: Mapping[Urn, Sequence[Finding]],
    at: datetime,
    leaves_open: LeavesOpen = lambda _finding: False,
) -> Settlement:
    """`known` is every finding ever of the entities in `concluded`; of these, what is not concluded now is closed.

    What the conclusion leaves open stays as it was.
    """
    before: dict[Urn, dict[str, FindingRecord]] = {urn: {} for urn in concluded}
    for record in known:
        before[record.finding.urn][record.finding.id] = record
    settlement = Settlement()
    for urn, found in concluded.items():
        _settle_entity(settlement, urn, before[urn], {each.id: each for each in found}, at, leaves_open)
    return settlement


def _settle_entity(
    settlement: Settlement,
    urn: Urn,
    before: Mapping[str, FindingRecord],
    found: Mapping[str, Finding],
    at: datetime,
    leaves_open: LeavesOpen,
) -> None:
    opened, reopened, closed = [], [], []
    for identity, finding in found.items():
        record = before.get(identity)
        if record is None:
            opened.append(finding)
            settlement.records.append(_opened(finding, first_seen=at, at=at, times=1))
        elif record.closed_at is not None:
            reopened.append(finding)
            settlement.records.append(
                _opened(finding, first_seen=record.first_seen, at=at, times=record.times_opened + 1)
            )
        elif _differ(record.finding, finding):
            settlement.records.append(replace(record, finding=finding, last_changed=at))
    for identity, record in before.items():
        if record.closed_at is None and identity not in found and not leaves_open(record.finding):
            closed.append(record.finding)
            settlement.records.append(replace(record, last_changed=at, closed_at=at))
    if opened or reopened or closed:
        settlement.changes[urn] = FindingChanges(tuple(opened), tuple(reopened), tuple(closed))


def _opened(finding: Finding, *, first_seen: datetime, at: datetime, times: int) -> FindingRecord:
    return FindingRecord(
        finding, first_seen=first_seen, opened_at=at, last_changed=at, closed_at=None, times_opened=times
    )


def _differ(one: Finding, other: Finding) -> bool:
    # As documents: evidence that came out of the ledger has lists where a fresh one may have tuples.
    return canonical_bytes(_columns(one)) != canonical_bytes(_columns(other))


def record(
    connection: Connection,
    scope: str,
    concluded: Mapping[Urn, Sequence[Finding]],
    at: datetime,
    leaves_open: LeavesOpen = lambda _finding: False,
) -> dict[Urn, FindingChanges]:
    """Settle what is found of these entities in a scope."""
    settlement = settle(_known(connection, scope, list(concluded)), concluded, at, leaves_open)
    if settlement.records:
        rows = [{"scope": scope, **_encode(each)} for each in settlement.records]
        connection.execute(dialect.insert_or_update(findings), rows)
    return settlement.changes


def entries(changes: Mapping[Urn, FindingChanges], at: datetime, reason: str = "") -> Iterator[Entry]:
    """What the audit log says about it; `reason` is why it is so, where that is not that it was seen to be so."""
    for change in changes.values():
        for action, before, after, concerned in (
            ("finding opened", None, "open", change.opened),
            ("finding reopened", "closed", "open", change.reopened),
            ("finding closed", "open", "closed", change.closed),
        ):
            for each in concerned:
                details = {
                    "finding": each.id,
                    "rule": each.rule,
                    "path": each.path,
                    "severity": each.severity,
                    "before": before,
                    "after": after,
                    "evidence": digest(each.evidence),
                    **({"reason": reason} if reason else {}),
                }
                yield Entry(at, action, each.urn, details)


def decode(row: Row[Any]) -> FindingRecord:
    return FindingRecord(
        Finding(
            urn=Urn(row.urn),
            service=row.service,
            source=FindingSource(row.source),
            rule=row.rule,
            path=row.path,
            severity=Severity(row.severity),
            title=row.title,
            evidence=row.evidence,
            policies=tuple(row.policies),
        ),
        first_seen=row.first_seen,
        opened_at=row.opened_at,
        last_changed=row.last_changed,
        closed_at=row.closed_at,
        times_opened=row.times_opened,
    )


def _known(connection: Connection, scope: str, urns: Sequence[Urn]) -> Iterator[FindingRecord]:
    for some in batches(urns):
        for row in connection.execute(select(findings).where(findings.c.scope == scope, findings.c.urn.in_(some))):
            yield decode(row)


def _encode(record: FindingRecord) -> dict[str, Any]:
    return {
        "id": record.finding.id,
        **_columns(record.finding),
        "first_seen": record.first_seen,
        "opened_at": record.opened_at,
        "last_changed": record.last_changed,
        "closed_at": record.closed_at,
        "times_opened": record.times_opened,
    }


def _columns(finding: Finding) -> dict[str, Any]:
    return {
        "urn": finding.urn,
        "service": finding.service,
        "source": finding.source,
        "rule": finding.rule,
        "path": finding.path,
        "severity": finding.severity,
        "title": finding.title,
        "evidence": finding.evidence,
        "policies": finding.policies,
    }
