"""The life of findings: opened, changed, closed when they are no longer concluded, reopened when they come back.

While a waiver or the baseline accepts one it does not count; when that ends it counts again, which is no coming back.

`settle` is pure and holds the rules; the rest reads and writes rows for `writer.py`, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from setpoint.model.canonical import canonical_bytes, digest
from setpoint.model.finding import Finding, FindingChanges, FindingRecord
from setpoint.model.urn import Urn
from setpoint.store.ledger import codec
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.identity import attributions
from setpoint.store.ledger.tables import findings
from setpoint.store.ledger.upserts import insert_or_update

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
    moved: dict[_Move, list[Finding]] = {move: [] for move in _Move}
    gone = {
        identity: known
        for identity, known in before.items()
        if identity not in found and (known.is_open or known.is_accepted) and not leaves_open(known.finding)
    }
    places = {_problem(known.finding): known for known in gone.values() if known.finding.lasting}
    for identity, finding in found.items():
        own = before.get(identity)
        was_there = own is not None and (own.is_open or own.is_accepted)
        elsewhere = None if was_there else places.pop(_problem(finding), None)
        record, move = _found(own, finding, at) if elsewhere is None else _moved(elsewhere, finding, at)
        if elsewhere is not None:
            settlement.records.append(_gone(gone.pop(elsewhere.finding.id), at))
        if record is not None:
            settlement.records.append(record)
        if move is not None:
            moved[move].append(finding)
    for known in gone.values():
        settlement.records.append(_gone(known, at))
        if known.is_open:
            moved[_Move.CLOSED].append(known.finding)
    if any(moved.values()):
        settlement.changes[urn] = FindingChanges(**{move.value: tuple(moved[move]) for move in _Move})


class _Move(Enum):
    """The fields of `FindingChanges`."""

    OPENED = "opened"
    REOPENED = "reopened"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    RESUMED = "resumed"
    MOVED = "moved"


_Found = tuple[FindingRecord | None, _Move | None]
"""What is to be written of a finding; None where it stays as it was, or nobody needs to hear of it."""


def _found(before: FindingRecord | None, finding: Finding, at: datetime) -> _Found:
    """What becomes of a finding that was concluded now."""
    if before is None:
        return (_unheard(finding, at), None) if finding.accepted_by else (_opened(finding, at, at, 1), _Move.OPENED)
    if before.is_accepted == bool(finding.accepted_by) and (before.is_open or before.is_accepted):
        changed = replace(before, finding=finding, last_changed=at)
        return (changed if _differ(before.finding, finding) else None), None
    return _accepted(before, finding, at) if finding.accepted_by else _counting(before, finding, at)


def _problem(finding: Finding) -> tuple[str, str]:
    """What tells one in the source from others, whatever its file is called."""
    return finding.rule, finding.lasting


def _moved(before: FindingRecord, finding: Finding, at: datetime) -> _Found:
    """What becomes of one whose file was renamed. A waiver may name the old file, or the new one."""
    record, move = _found(before, finding, at)
    return record, _Move.MOVED if move is None and before.is_open else move


def _accepted(before: FindingRecord, finding: Finding, at: datetime) -> _Found:
    """It was open, or had been put right."""
    now = replace(before, finding=finding, last_changed=at, closed_at=at)
    return (now, _Move.ACCEPTED) if before.is_open else (replace(now, opened_at=at, has_counted=False), None)


def _counting(before: FindingRecord, finding: Finding, at: datetime) -> _Found:
    """It was accepted, or had been put right."""
    if before.is_accepted and before.has_counted:
        return replace(before, finding=finding, last_changed=at, opened_at=at, closed_at=None), _Move.RESUMED
    move = _Move.REOPENED if before.times_opened else _Move.OPENED
    return _opened(finding, before.first_seen, at, before.times_opened + 1), move


def _gone(record: FindingRecord, at: datetime) -> FindingRecord:
    """One that was seen to be right, however much of it was accepted."""
    return replace(record, finding=replace(record.finding, accepted_by=""), last_changed=at, closed_at=at)


def _opened(finding: Finding, first_seen: datetime, at: datetime, times: int) -> FindingRecord:
    return FindingRecord(
        finding, first_seen=first_seen, opened_at=at, last_changed=at, closed_at=None, times_opened=times
    )


def _unheard(finding: Finding, at: datetime) -> FindingRecord:
    """One that is accepted before it ever counted."""
    return FindingRecord(
        finding, first_seen=at, opened_at=at, last_changed=at, closed_at=at, times_opened=0, has_counted=False
    )


def _differ(one: Finding, other: Finding) -> bool:
    # As documents: evidence that came out of the ledger has lists where a fresh one may have tuples.
    return canonical_bytes(codec.encode_finding(one)) != canonical_bytes(codec.encode_finding(other))


def record(
    connection: Connection,
    scope: str,
    concluded: Mapping[Urn, Sequence[Finding]],
    at: datetime,
    leaves_open: LeavesOpen = lambda _finding: False,
) -> dict[Urn, FindingChanges]:
    """Settle what is found of these entities in a scope."""
    settlement = settle(_known(connection, scope, list(concluded)), concluded, at, leaves_open)
    _write(connection, scope, settlement)
    return settlement.changes


def record_rules(
    connection: Connection,
    scope: str,
    concluded: Mapping[Urn, Sequence[Finding]],
    rules: Sequence[str],
    at: datetime,
) -> dict[Urn, FindingChanges]:
    """Settle what these rules find of any entity of a scope: what is not concluded of an entity is closed."""
    known = [
        decode(row)
        for some in batches(rules)
        for row in connection.execute(select(findings).where(findings.c.scope == scope, findings.c.rule.in_(some)))
    ]
    everywhere = {**dict.fromkeys((each.finding.urn for each in known), ()), **concluded}
    settlement = settle(known, everywhere, at)
    _write(connection, scope, settlement)
    return settlement.changes


def _write(connection: Connection, scope: str, settlement: Settlement) -> None:
    if settlement.records:
        rows = [{"scope": scope, **_encode(each)} for each in settlement.records]
        connection.execute(insert_or_update(connection, findings, keep=attributions.COLUMNS), rows)


def entries(changes: Mapping[Urn, FindingChanges], at: datetime, reason: str = "") -> Iterator[Entry]:
    """What the audit log says about it; `reason` is why it is so, where that is not that it was seen to be so."""
    for change in changes.values():
        for action, before, after, concerned in (
            ("finding opened", None, "open", change.opened),
            ("finding reopened", "closed", "open", change.reopened),
            ("finding closed", "open", "closed", change.closed),
            ("finding accepted", "open", "accepted", change.accepted),
            ("finding counts again", "accepted", "open", change.resumed),
            ("finding moved", "open", "open", change.moved),
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
                    **({"accepted_by": each.accepted_by} if each.accepted_by else {}),
                    **({"reason": reason} if reason else {}),
                }
                yield Entry(at, action, each.urn, details)


def decode(row: Row[Any]) -> FindingRecord:
    return FindingRecord(
        codec.decode_finding(dict(row._mapping)),
        first_seen=row.first_seen,
        opened_at=row.opened_at,
        last_changed=row.last_changed,
        closed_at=row.closed_at,
        times_opened=row.times_opened,
        has_counted=row.has_counted,
        attribution=attributions.answer_of(row),
    )


def are_there(*, include_accepted: bool) -> ColumnElement[bool]:
    """Those that count; those that are accepted, too, where they are wanted."""
    counts, accepted = findings.c.closed_at.is_(None), findings.c.accepted_by != ""
    return or_(counts, accepted) if include_accepted else counts


def _known(connection: Connection, scope: str, urns: Sequence[Urn]) -> Iterator[FindingRecord]:
    for some in batches(urns):
        for row in connection.execute(select(findings).where(findings.c.scope == scope, findings.c.urn.in_(some))):
            yield decode(row)


def _encode(record: FindingRecord) -> dict[str, Any]:
    return {
        "id": record.finding.id,
        **codec.encode_finding(record.finding),
        "first_seen": record.first_seen,
        "opened_at": record.opened_at,
        "last_changed": record.last_changed,
        "closed_at": record.closed_at,
        "times_opened": record.times_opened,
        "has_counted": record.has_counted,
    }
