"""What the loop and the commands ask of the ledger; reading and writing are two interfaces.

Every write carries the fencing token of a lease: once a newer worker holds the lease, the older one's writes raise
`FencedError` and change nothing. All times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from setpoint.model.attribution import Inquiry, Traced
from setpoint.model.canonical import Json
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import Finding, FindingChanges, FindingRecord, FindingSource
from setpoint.model.history import GateCase
from setpoint.model.inside import AgentSwitch
from setpoint.model.order import Order
from setpoint.model.remediation import Plan, Remediation, RemediationState
from setpoint.model.service import Release, Service, Signal
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface.code import CodeReader, CodeWriter
from setpoint.store.interface.history import HistoryReader
from setpoint.store.interface.identity import PermissionUseReader, PermissionUseWriter
from setpoint.store.interface.inside import InsideReader, ReportTaker
from setpoint.store.interface.inventory import InventoryReader, InventoryWriter
from setpoint.store.interface.principals import PrincipalReader, PrincipalWriter
from setpoint.store.interface.rows import (
    AuditCheck,
    AuditRow,
    BeatRow,
    Delivery,
    DeliveryState,
    Known,
    LastKnown,
    Lease,
    Parcel,
)


class ThresholdKeeper(Protocol):
    """Keeps what was last known outside of the ledger, so that a gate can do without it for a while."""

    def keep(self, known: LastKnown) -> None:
        """In the place of what was kept before. Raises `InputError` or `LedgerError` where it cannot be kept."""
        ...

    def recall(self, scope: str, now: datetime) -> LastKnown:
        """What was kept last; `CouldNotTellError` where it cannot be trusted, of this scope and at this time."""
        ...


class LedgerReader(Protocol):
    """Where a `scope` can be given, None means all of them."""

    def remembered(self, scope: str) -> Mapping[str, str]:
        """URN → the key under which its conclusion is remembered."""
        ...

    def latest_time(self) -> datetime | None:
        """The latest time ever written: a clock that says less has jumped back."""
        ...

    def comparisons(self, scope: str, *, service: str | None = None, everything: bool = False) -> Iterator[Comparison]:
        """The remembered comparison of every entity (of one service) that has a drift or a gap, in URN order.

        With `everything`, of every entity that is remembered.
        """
        ...

    def known(self, scope: str, urn: Urn) -> Known | None:
        """What is remembered of one entity; None where nothing is."""
        ...

    def findings(
        self,
        *,
        scope: str | None = None,
        service: str | None = None,
        urn: Urn | None = None,
        include_closed: bool = False,
        include_accepted: bool = False,
        but: FindingSource | None = None,
    ) -> Sequence[FindingRecord]:
        """Those that count; with `include_accepted`, also what is there and accepted; with `include_closed`, all.

        Those of the source `but` are left out.
        """
        ...

    def to_trace(self, scope: str, now: datetime, *, most: int) -> Sequence[tuple[FindingRecord, Traced]]:
        """Findings of which it is to be asked by now who made them so, each with what is known of that; the longest
        waiting first.
        """
        ...

    def unsettled_traces(self, scope: str, now: datetime, newest: int) -> Sequence[tuple[FindingRecord, Traced]]:
        """Those of which a change may tell more that was recorded since they were asked about; in the same order.

        `newest` is the number of the change that a trail recorded last.
        """
        ...

    def decisions(self, *, subject: Urn | None = None, limit: int = 100) -> Sequence[tuple[datetime, Decision]]:
        """Newest first."""
        ...

    def gate_decisions(self, service: str, *, limit: int = 100) -> Sequence[tuple[datetime, Decision]]:
        """Those about its releases, newest first."""
        ...

    def remediations(
        self,
        *,
        scope: str | None = None,
        states: frozenset[RemediationState] | None = None,
        urn: Urn | None = None,
        service: str | None = None,
        since: datetime | None = None,
    ) -> Sequence[Remediation]:
        """Oldest first; of these states only, and that moved at `since` or later, where given."""
        ...

    def next_inquiry(self, scope: str, before: datetime) -> Remediation | None:
        """The one of which it is due longest to be asked who caused it, if it is by then."""
        ...

    def signals(self, service: str, *, since: datetime) -> Sequence[Signal]: ...

    def services(self) -> Sequence[Service]:
        """By name; also those that only own something, as the tags of production say, or that were reported to run."""
        ...

    def worker(self, scope: str, now: datetime) -> str:
        """Who holds the lease of the scope, and since when, as a clause; empty where nobody does."""
        ...

    def knows_service(self, name: str) -> bool:
        """Whether it is or ever was the service of anything here."""
        ...

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

    def due_deliveries(self, scope: str, before: datetime, *, untried: bool = False) -> Mapping[str, int]:
        """Channel → the message that is due longest; with `untried`, also one that is still held open for more."""
        ...

    def next_delivery(self, scope: str) -> datetime | None:
        """When the next message is due; None where none waits."""
        ...

    def deliveries(self, scope: str, *, state: DeliveryState | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Newest first."""
        ...

    def delivery_counts(self, scope: str) -> Mapping[str, Mapping[DeliveryState, int]]:
        """Channel → how many messages are in each state."""
        ...

    def beats(self, *, scope: str | None = None, limit: int = 20) -> Sequence[BeatRow]:
        """Newest first."""
        ...

    def inside(self) -> InsideReader:
        """What agents reported of services from inside."""
        ...

    def inventory(self) -> InventoryReader:
        """What runs where, and what advisories say of it."""
        ...

    def code(self) -> CodeReader:
        """What scanners told of releases, and what releases brought to the gate."""
        ...

    def permission_use(self) -> PermissionUseReader:
        """Which permissions were used, as audit trails tell."""
        ...

    def principals(self) -> PrincipalReader:
        """Identities, as they were last compared."""
        ...

    def audit(self, *, after: int = 0) -> Iterator[AuditRow]: ...

    def audit_rows(self) -> int:
        """How many rows the log has, whatever may have been made of them."""
        ...

    def broken_audit_rows(self) -> Sequence[str]:
        """What is wrong with the audit chain, a sentence each that names the row; empty when it verifies."""
        ...

    def check_audit(self) -> AuditCheck:
        """All that can be told of the log: its chain, and whether it still has what it had."""
        ...


class LedgerWriter(ReportTaker, PrincipalWriter, Protocol):
    """Writes under one lease. Each method is one transaction; inside `transaction()` they are all one."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def record(self, conclusions: Sequence[Conclusion], at: datetime) -> Mapping[Urn, FindingChanges]:
        """Remember conclusions; open, update and close their entities' findings; keep decisions that changed.

        What an entity was judged from is kept where it is other than the last time.
        """
        ...

    def forget(self, urns: Sequence[Urn], at: datetime, reason: str = "") -> Mapping[Urn, FindingChanges]:
        """Entities that nothing can be told of any more: their findings are closed, for this reason."""
        ...

    def record_inside(
        self,
        service: str,
        findings: Sequence[Finding],
        decisions: Sequence[Decision],
        attacks: Mapping[str, int],
        at: datetime,
        reason: str = "",
    ) -> FindingChanges:
        """All that is wrong with a service as seen from inside: what is not among it any more is closed, for a reason.

        `attacks` are how many of each place's the service's threshold knows of from now on.
        """
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
        inquiry: Inquiry | None = None,
    ) -> Remediation:
        """A new remediation, in state PLANNED, AWAITING_APPROVAL or ESCALATED."""
        ...

    def answer(self, remediation: Remediation, inquiry: Inquiry, at: datetime) -> Remediation:
        """One more answer to who caused it; its state stays what it is."""
        ...

    def put_traces(self, answers: Sequence[tuple[FindingRecord, Traced]], at: datetime) -> None:
        """Who made each of these so; of what has changed since it was read, nothing is kept."""
        ...

    def advance(self, remediation: Remediation, state: RemediationState, reason: str, at: datetime) -> Remediation:
        """One step of the state machine; raises `LedgerError` for a step that TRANSITIONS does not name."""
        ...

    def prune(self, before: datetime, at: datetime) -> int:
        """Let go of what was over before then: states, decided gate cases, beats, ended deliveries; how much it was.

        What holds now stays, however old it is, and so does the audit log. Only so much goes at once that nobody has
        to wait for it; whatever is left goes the next time.
        """
        ...

    def alert(self, scope: str, parcels: Sequence[Parcel], at: datetime) -> None:
        """Alerts to be sent at once, by whoever holds the scope's lease. Needs no lease."""
        ...

    def enqueue(self, parcels: Sequence[Parcel], at: datetime, hold: timedelta) -> None:
        """Alerts to be sent; those of one channel and group that come within `hold` become one message."""
        ...

    def begin_delivery(self, identity: int, at: datetime, retry_at: datetime) -> Delivery | None:
        """Before each attempt: the message, which nothing joins any more. None where it is not waiting.

        Unless the attempt is told of by then, the message is due again at `retry_at`.
        """
        ...

    def postpone_delivery(self, delivery: Delivery, reason: str, next_at: datetime, at: datetime) -> None:
        """The attempt came to nothing."""
        ...

    def end_delivery(self, delivery: Delivery, at: datetime, *, given_up: str = "") -> None:
        """It was delivered; or it is given up, for this reason."""
        ...

    def settle_order(self, order: Order, outcome: str, at: datetime) -> None:
        """It was carried out, or could not be."""
        ...

    def note_waiver_matches(self, identities: Sequence[str], at: datetime) -> None: ...

    def record_components(
        self,
        findings: Mapping[Urn, Sequence[Finding]],
        rules: Sequence[str] | None,
        decisions: Sequence[Decision],
        at: datetime,
        reason: str = "",
    ) -> Mapping[Urn, FindingChanges]:
        """What advisories say of what services run: what is not among it any more is closed, for a reason.

        All that is said by these rules; or, without `rules`, all that is said of the services.
        """
        ...

    def keep_ran(self, judged: Sequence[Conclusion], at: datetime) -> None:
        """What services ran, as it was judged, for when it is judged again; without grounds, that one runs nothing.

        What was decided of it is recorded by `record_components`.
        """
        ...

    def inventory(self) -> InventoryWriter:
        """Needs no lease; where there is one, its writes carry it."""
        ...

    def code(self) -> CodeWriter:
        """Needs no lease; where there is one, its writes carry it."""
        ...

    def permission_use(self) -> PermissionUseWriter:
        """Needs no lease; where there is one, its writes carry it."""
        ...

    def request(
        self, scope: str, urn: Urn, service: str, plan: Plan, reason: str, actor: str, at: datetime
    ) -> Remediation:
        """A plan that a person asks for, in state PLANNED; whoever holds the scope's lease carries it out.

        `ConflictError` where one for this entity is under way, or was carried out and not undone. Needs no lease.
        """
        ...

    def give_order(self, order: Order) -> Order:
        """A person's order; its id is given by the ledger. Needs no lease."""
        ...

    def switch_agents(self, switch: AgentSwitch) -> AgentSwitch:
        """In force from now on, at the time that it comes back with. Needs no lease."""
        ...

    def add_waiver(self, waiver: Waiver) -> Waiver:
        """Its id is given by the ledger. Needs no lease."""
        ...

    def end_waiver(self, identity: str, actor: str, at: datetime) -> Waiver:
        """Expired from now on; raises `InputError` for one that the ledger does not have. Needs no lease."""
        ...

    def put_services(self, services: Sequence[Service]) -> None: ...

    def put_release(self, release: Release, at: datetime) -> None: ...

    def put_decision(
        self, decision: Decision, at: datetime, actor: str = "setpoint", *, case: GateCase | None = None
    ) -> None:
        """Somebody asked for it: it is written even if it repeats what was decided last.

        With `case`, what it was made from is kept, too, so that it can be made again.
        """
        ...

    def put_beat(self, beat: BeatRow) -> None:
        """`beat.id` is ignored: the ledger numbers beats."""
        ...

    def note(self, actor: str, action: str, subject: str, details: Mapping[str, Json], at: datetime) -> None:
        """One row of the audit log."""
        ...


class Ledger(LedgerReader, HistoryReader, Protocol):
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
