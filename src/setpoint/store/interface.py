"""What the loop and the commands ask of the ledger; reading and writing are two interfaces.

Every write carries the fencing token of a lease: once a newer worker holds the lease, the older one's writes raise
`FencedError` and change nothing. All times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import FindingChanges, FindingRecord
from setpoint.model.order import Order
from setpoint.model.remediation import Plan, Remediation, RemediationState
from setpoint.model.service import Release, Service, Signal
from setpoint.model.snapshot import AreaCoverage
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a scope."""

    scope: str
    holder: str
    """`host:pid`, for people."""
    token: int
    """Grows by one with every new holder."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the append-only log; `digest` covers everything else in the row and the previous row's digest."""

    sequence: int
    writer: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Json]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class BeatRow:
    """What one heartbeat did."""

    id: int
    started_at: datetime
    ended_at: datetime
    resources: int
    examined: int
    """How many were compared and judged; the rest was remembered."""
    opened: int
    closed: int
    remediated: int
    coverage: tuple[AreaCoverage, ...]


class LedgerReader(Protocol):
    def remembered(self, scope: str) -> Mapping[str, str]:
        """URN → the key under which its conclusion is remembered."""
        ...

    def latest_time(self) -> datetime | None:
        """The latest time ever written: a clock that says less has jumped back."""
        ...

    def comparisons(self, scope: str, *, service: str | None = None) -> Iterator[Comparison]:
        """The remembered comparison of every entity (of one service) that has a drift or a gap, in URN order."""
        ...

    def findings(
        self, *, service: str | None = None, urn: Urn | None = None, include_closed: bool = False
    ) -> Sequence[FindingRecord]: ...

    def decisions(self, *, subject: Urn | None = None, limit: int = 100) -> Sequence[tuple[datetime, Decision]]:
        """Newest first."""
        ...

    def remediations(
        self, *, states: frozenset[RemediationState] | None = None, urn: Urn | None = None, service: str | None = None
    ) -> Sequence[Remediation]:
        """Oldest first; of these states only, where given."""
        ...

    def signals(self, service: str, *, since: datetime) -> Sequence[Signal]: ...

    def services(self) -> Sequence[Service]: ...

    def releases(self, service: str) -> Sequence[tuple[Release, datetime]]: ...

    def waivers(self) -> Sequence[Waiver]:
        """Every waiver that was ever entered, expired ones too, oldest first."""
        ...

    def waiver_matches(self) -> Mapping[str, datetime]:
        """Waiver id (a file's too) → when it last kept something from counting."""
        ...

    def open_orders(self) -> Sequence[Order]:
        """Given by people and not yet carried out, oldest first."""
        ...

    def pause_in_force(self) -> Order | None:
        """The order that paused all changes, while none resumed them."""
        ...

    def beats(self, *, limit: int = 20) -> Sequence[BeatRow]:
        """Newest first."""
        ...

    def audit(self, *, after: int = 0) -> Iterator[AuditRow]: ...

    def broken_audit_rows(self) -> Sequence[str]:
        """What is wrong with the audit chain, a sentence each that names the row; empty when it verifies."""
        ...


class LedgerWriter(Protocol):
    """Writes under one lease. Each method is one transaction; inside `transaction()` they are all one."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def record(self, conclusions: Sequence[Conclusion], at: datetime) -> Mapping[Urn, FindingChanges]:
        """Remember conclusions; open, update and close their entities' findings; keep decisions that changed."""
        ...

    def forget(self, urns: Sequence[Urn], at: datetime) -> Mapping[Urn, FindingChanges]:
        """Entities that neither side knows any more: their findings are closed, their memory goes."""
        ...

    def add_signals(self, signals: Sequence[Signal]) -> None: ...

    def plan(
        self,
        urn: Urn,
        service: str,
        plan: Plan | None,
        state: RemediationState,
        reason: str,
        findings: Sequence[str],
        detected_at: datetime,
        at: datetime,
    ) -> Remediation:
        """A new remediation, in state PLANNED, AWAITING_APPROVAL or ESCALATED."""
        ...

    def advance(self, remediation: Remediation, state: RemediationState, reason: str, at: datetime) -> Remediation:
        """One step of the state machine; raises `LedgerError` for a step that TRANSITIONS does not name."""
        ...

    def settle_order(self, order: Order, outcome: str, at: datetime) -> None:
        """It was carried out, or could not be."""
        ...

    def note_waiver_matches(self, identities: Sequence[str], at: datetime) -> None: ...

    def give_order(self, order: Order) -> Order:
        """A person's order; its id is given by the ledger. Needs no lease."""
        ...

    def add_waiver(self, waiver: Waiver) -> Waiver:
        """Its id is given by the ledger. Needs no lease."""
        ...

    def end_waiver(self, identity: str, actor: str, at: datetime) -> Waiver:
        """Expired from now on; raises `InputError` for one that the ledger does not have. Needs no lease."""
        ...

    def put_services(self, services: Sequence[Service]) -> None: ...

    def put_release(self, release: Release, at: datetime) -> None: ...

    def put_decision(self, decision: Decision, at: datetime) -> None: ...

    def put_beat(self, beat: BeatRow) -> None:
        """`beat.id` is ignored: the ledger numbers beats."""
        ...

    def note(self, actor: str, action: str, subject: str, details: Mapping[str, Json], at: datetime) -> None:
        """One row of the audit log."""
        ...


class Ledger(LedgerReader, Protocol):
    def acquire(self, scope: str, now: datetime, ttl: float) -> tuple[Lease, LedgerWriter]:
        """Take the lease; raises `LeaseHeldError` while another live worker holds it."""
        ...

    def renew(self, lease: Lease, now: datetime, ttl: float) -> Lease:
        """Raises `FencedError` when it has been lost."""
        ...

    def release(self, lease: Lease) -> None: ...

    def visitor(self) -> LedgerWriter:
        """For single writes of commands beside the loop (a gate's decision): appends only, needs no lease."""
        ...

    def close(self) -> None: ...
