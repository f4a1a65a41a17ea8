"""Writing the ledger: what the loop writes under its lease, and what a command beside it may append without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from setpoint.errors import LedgerError
from setpoint.model.attribution import Inquiry, Traced
from setpoint.model.canonical import Json
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.finding import Finding, FindingChanges, FindingRecord, FindingSource
from setpoint.model.history import GateCase
from setpoint.model.identity import AccountReading
from setpoint.model.inside import AgentSwitch
from setpoint.model.order import Order
from setpoint.model.remediation import Plan, Remediation, RemediationState
from setpoint.model.report import AgentReport
from setpoint.model.service import Release, Service, Signal
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import BeatRow, ConcludedPrincipal, Delivery, Lease, Parcel
from setpoint.store.ledger import (
    audit,
    codec,
    decisions,
    deliveries,
    findings,
    gate_cases,
    history,
    leases,
    people,
    pruning,
    remediations,
    tables,
)
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.code.writing import SqlCodeWriter
from setpoint.store.ledger.columns import EPOCH
from setpoint.store.ledger.database import Database, batches
from setpoint.store.ledger.identity import attributions
from setpoint.store.ledger.identity import principals as identities
from setpoint.store.ledger.identity.writing import SqlPermissionUseWriter
from setpoint.store.ledger.inside import agents, concluding, switches, taking
from setpoint.store.ledger.inventory import recording
from setpoint.store.ledger.inventory.writer import SqlInventoryWriter
from setpoint.store.ledger.stock import take_stock
from setpoint.store.ledger.upserts import insert_or_keep, insert_or_update


class SqlWriter:
    """`LedgerWriter` on a database: under a lease, or a visitor's without one.

    Whatever changes is told to the audit log in the same transaction.
    """

    def __init__(self, database: Database, name: str, lease: Lease | None = None) -> None:
        self._database = database
        self._name = name
        """As which writer its audit rows are chained."""
        self._lease = lease

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._appending():
            yield

    @contextmanager
    def _appending(self) -> Iterator[Connection]:
        """A transaction, refused to a worker whose lease is no longer current."""
        with self._database.write() as connection:
            if self._lease is not None:
                leases.check(connection, self._lease)
            yield connection

    @contextmanager
    def _working(self) -> Iterator[tuple[Connection, str]]:
        """As `_appending`, with the scope that is worked on; refused to a visitor."""
        if self._lease is None:
            raise LedgerError("a visitor of the ledger may not do this", remedy="take the lease of the scope first")
        with self._appending() as connection:
            yield connection, self._lease.scope

    def _tell(self, connection: Connection, entries: Sequence[Entry]) -> None:
        audit.append(connection, self._name, entries)

    # What the loop does under its lease

    def record(self, conclusions: Sequence[Conclusion], at: datetime) -> Mapping[Urn, FindingChanges]:
        # Two conclusions about one entity cannot both hold: the later counts.
        latest = {each.urn: each for each in conclusions}
        if not latest:
            return {}
        with self._working() as (connection, scope):
            rows = [_encode_conclusion(scope, each, at) for each in latest.values()]
            connection.execute(insert_or_update(connection, tables.resources), rows)
            found = {urn: each.findings for urn, each in latest.items()}
            changes = findings.record(
                connection,
                scope,
                found,
                at,
                lambda finding: _is_of_identity(finding) or latest[finding.urn].leaves_open(finding),
            )
            decided = decisions.together(decision for each in latest.values() for decision in each.decisions)
            written = decisions.append(connection, decided, at)
            history.record(connection, scope, list(latest.values()), decided, at)
            self._tell(connection, [*findings.entries(changes, at), *decisions.entries(written, at)])
            set_clock(connection, at)
        return changes

    def forget(self, urns: Sequence[Urn], at: datetime, reason: str = "") -> Mapping[Urn, FindingChanges]:
        if not urns:
            return {}
        with self._working() as (connection, scope):
            table = tables.resources
            for some in batches(urns):
                connection.execute(delete(table).where(table.c.scope == scope, table.c.urn.in_(some)))
            changes = findings.record(connection, scope, dict.fromkeys(urns, ()), at, _is_of_identity)
            history.end(connection, scope, urns, at)
            self._tell(connection, list(findings.entries(changes, at, reason)))
            set_clock(connection, at)
        return changes

    def take_reports(self, reports: Sequence[AgentReport], offset: int, at: datetime, *, journal: str = "") -> None:
        with self._working() as (connection, _):
            changed = taking.take(connection, reports, offset, journal)
            take_stock(self.inventory(), reports, changed, at)
            set_clock(connection, at)

    def let_go_boots(self, before: datetime, at: datetime) -> int:
        with self._working() as (connection, _):
            gone = agents.let_go(connection, before)
            set_clock(connection, at)
        return gone

    def record_inside(
        self,
        service: str,
        findings: Sequence[Finding],
        decisions: Sequence[Decision],
        attacks: Mapping[str, int],
        at: datetime,
        reason: str = "",
    ) -> FindingChanges:
        with self._working() as (connection, scope):
            changes, entries = concluding.record(connection, scope, service, findings, decisions, at, reason)
            concluding.note_attacks(connection, service, attacks)
            self._tell(connection, entries)
            set_clock(connection, at)
        return changes

    def record_components(
        self,
        findings: Mapping[Urn, Sequence[Finding]],
        rules: Sequence[str] | None,
        decisions: Sequence[Decision],
        at: datetime,
        reason: str = "",
    ) -> Mapping[Urn, FindingChanges]:
        with self._working() as (connection, scope):
            changes, entries = recording.record(connection, scope, findings, rules, decisions, at, reason)
            self._tell(connection, entries)
            set_clock(connection, at)
        return changes

    def keep_ran(self, judged: Sequence[Conclusion], at: datetime) -> None:
        with self._working() as (connection, scope):
            decided = decisions.together(decision for each in judged for decision in each.decisions)
            history.record(connection, scope, judged, decided, at)
            history.end(connection, scope, [each.urn for each in judged if each.grounds is None], at)

    def record_principals(
        self,
        concluded: Sequence[ConcludedPrincipal],
        gone: Sequence[Urn],
        at: datetime,
        reason: str = "",
    ) -> Mapping[Urn, FindingChanges]:
        with self._working() as (connection, scope):
            changes, entries = identities.record(connection, scope, concluded, gone, at, reason)
            self._tell(connection, entries)
            set_clock(connection, at)
        return changes

    def put_account_reading(self, reading: AccountReading, at: datetime) -> None:
        with self._working() as (connection, scope):
            identities.put_reading(connection, scope, reading)
            set_clock(connection, at)

    def drop_account_reading(self, partition: str, account: str) -> None:
        with self._working() as (connection, scope):
            identities.drop_reading(connection, scope, partition, account)

    def add_signals(self, signals: Sequence[Signal]) -> None:
        if not signals:
            return
        with self._working() as (connection, _):
            connection.execute(insert(tables.signals), [_encode_signal(each) for each in signals])
            self._tell(connection, [_tell_signal(each) for each in signals])
            set_clock(connection, max(each.at for each in signals))

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
        found = tuple(findings)
        new = Remediation(0, urn, service, state, plan, found, reason, detected_at, updated_at=at, inquiry=inquiry)
        with self._working() as (connection, scope):
            planned = remediations.add(connection, scope, new)
            self._tell(connection, [remediations.entry(planned)])
            set_clock(connection, at)
        return planned

    def advance(self, remediation: Remediation, state: RemediationState, reason: str, at: datetime) -> Remediation:
        with self._working() as (connection, _):
            stepped = remediations.step(connection, remediation, state, reason, at)
            self._tell(connection, [remediations.entry(stepped, before=remediation.state)])
            set_clock(connection, at)
        return stepped

    def answer(self, remediation: Remediation, inquiry: Inquiry, at: datetime) -> Remediation:
        with self._working() as (connection, _):
            answered = remediations.answer(connection, remediation, inquiry)
            if inquiry.ask_at is None:
                self._tell(connection, [remediations.tell_answer(remediation, inquiry, at)])
            set_clock(connection, at)
        return answered

    def put_traces(self, answers: Sequence[tuple[FindingRecord, Traced]], at: datetime) -> None:
        if not answers:
            return
        with self._working() as (connection, scope):
            attributions.keep(connection, scope, answers)
            set_clock(connection, at)

    def put_beat(self, beat: BeatRow) -> None:
        with self._working() as (connection, scope):
            connection.execute(insert(tables.beats).values({"scope": scope, **_encode_beat(beat)}))
            set_clock(connection, beat.ended_at)

    def prune(self, before: datetime, at: datetime) -> int:
        with self._working() as (connection, scope):
            pruned = pruning.prune(connection, scope, before, at)
            self._tell(connection, list(pruning.entries(scope, pruned, before, at)))
            set_clock(connection, at)
        return sum(pruned.values())

    def enqueue(self, parcels: Sequence[Parcel], at: datetime, hold: timedelta) -> None:
        if not parcels:
            return
        with self._working() as (connection, scope):
            deliveries.add(connection, scope, parcels, at, hold)
            set_clock(connection, at)

    def begin_delivery(self, identity: int, at: datetime, retry_at: datetime) -> Delivery | None:
        with self._working() as (connection, scope):
            begun = deliveries.begin(connection, scope, identity, retry_at)
            set_clock(connection, at)
        return begun

    def postpone_delivery(self, delivery: Delivery, reason: str, next_at: datetime, at: datetime) -> None:
        with self._working() as (connection, _):
            deliveries.postpone(connection, delivery, reason, next_at)
            set_clock(connection, at)

    def end_delivery(self, delivery: Delivery, at: datetime, *, given_up: str = "") -> None:
        with self._working() as (connection, _):
            deliveries.end(connection, delivery, given_up)
            self._tell(connection, [deliveries.tell_end(delivery, given_up, at)])
            set_clock(connection, at)

    def settle_order(self, order: Order, outcome: str, at: datetime) -> None:
        with self._working() as (connection, _):
            people.settle_order(connection, order, outcome, at)
            self._tell(connection, [people.tell_order(replace(order, outcome=outcome), "carried out", at)])
            set_clock(connection, at)

    def note_waiver_matches(self, identities: Sequence[str], at: datetime) -> None:
        if identities:
            with self._working() as (connection, _):
                people.note_matches(connection, identities, at)

    # What a visitor may do as well

    def inventory(self) -> SqlInventoryWriter:
        return SqlInventoryWriter(self._appending, self._tell, set_clock)

    def code(self) -> SqlCodeWriter:
        return SqlCodeWriter(self._appending, self._tell, set_clock)

    def permission_use(self) -> SqlPermissionUseWriter:
        return SqlPermissionUseWriter(self._appending, self._tell, set_clock)

    def request(
        self, scope: str, urn: Urn, service: str, plan: Plan, reason: str, actor: str, at: datetime
    ) -> Remediation:
        new = Remediation(0, urn, service, RemediationState.PLANNED, plan, (), reason, detected_at=at, updated_at=at)
        with self._appending() as connection:
            remediations.refuse_second(connection, scope, urn)
            requested = remediations.add(connection, scope, new)
            self._tell(connection, [replace(remediations.entry(requested), actor=actor)])
            set_clock(connection, at)
        return requested

    def alert(self, scope: str, parcels: Sequence[Parcel], at: datetime) -> None:
        with self._appending() as connection:
            deliveries.add(connection, scope, parcels, at, timedelta(0))
            set_clock(connection, at)

    def give_order(self, order: Order) -> Order:
        with self._appending() as connection:
            given = people.add_order(connection, order)
            self._tell(connection, [people.tell_order(given, "ordered", order.at)])
            set_clock(connection, order.at)
        return given

    def switch_agents(self, switch: AgentSwitch) -> AgentSwitch:
        with self._appending() as connection:
            issued = switches.put(connection, switch)
            self._tell(connection, [switches.tell(issued)])
            set_clock(connection, issued.issued_at)
        return issued

    def add_waiver(self, waiver: Waiver) -> Waiver:
        with self._appending() as connection:
            added = people.add_waiver(connection, waiver)
            self._tell(connection, [people.tell_waiver(added, "waiver added", added.created_at, added.actor)])
            set_clock(connection, added.created_at)
        return added

    def end_waiver(self, identity: str, actor: str, at: datetime) -> Waiver:
        with self._appending() as connection:
            before, ended = people.end_waiver(connection, identity, at)
            self._tell(connection, [people.tell_waiver(ended, "waiver ended", at, actor, before)])
            set_clock(connection, at)
        return ended

    def put_services(self, services: Sequence[Service]) -> None:
        if not services:
            return
        with self._appending() as connection:
            connection.execute(
                insert_or_update(connection, tables.services), [_encode_service(each) for each in services]
            )

    def put_release(self, release: Release, at: datetime) -> None:
        with self._appending() as connection:
            row = {"service": release.service, "version": release.version, "first_seen": at}
            connection.execute(insert_or_keep(connection, tables.releases), row)
            set_clock(connection, at)

    def put_decision(
        self, decision: Decision, at: datetime, actor: str = audit.ITSELF, *, case: GateCase | None = None
    ) -> None:
        with self._appending() as connection:
            written = decisions.append(connection, decisions.together([decision]), at, repeated=True)
            if case is not None:
                gate_cases.record(connection, case, at)
            self._tell(connection, list(decisions.entries(written, at, actor)))
            set_clock(connection, at)

    def note(self, actor: str, action: str, subject: str, details: Mapping[str, Json], at: datetime) -> None:
        with self._appending() as connection:
            self._tell(connection, [Entry(at, action, subject, details, actor)])
            set_clock(connection, at)


def _is_of_identity(finding: Finding) -> bool:
    """What an entity may do is concluded apart from how it is configured."""
    return finding.source is FindingSource.IDENTITY


def set_clock(connection: Connection, at: datetime) -> None:
    """Remember `at`, if it is the latest time so far."""
    connection.execute(update(tables.clock).where(tables.clock.c.latest < at).values(latest=at))


def touch_clock(connection: Connection) -> None:
    """Leaves it as it was, and reaches the disk all the same: SQLite does not write what was written unchanged."""
    latest = connection.execute(select(tables.clock.c.latest)).scalar_one()
    for moment in (EPOCH, latest):
        connection.execute(update(tables.clock).values(latest=moment))


def _encode_conclusion(scope: str, conclusion: Conclusion, at: datetime) -> dict[str, Any]:
    comparison = conclusion.comparison
    return {
        "scope": scope,
        "urn": conclusion.urn,
        "service": conclusion.service,
        "key": conclusion.key,
        "comparison": codec.encode_comparison(comparison),
        "differs": bool(comparison.drifts or comparison.gaps),
        "updated_at": at,
    }


def _encode_signal(signal: Signal) -> dict[str, Any]:
    return {
        "service": signal.service,
        "kind": signal.kind,
        "weight": signal.weight,
        "at": signal.at,
        "cause": signal.cause,
    }


def _tell_signal(signal: Signal) -> Entry:
    details = {"kind": signal.kind, "weight": signal.weight, "cause": signal.cause}
    return Entry(signal.at, "signal added", Urn.service(signal.service), details)


def _encode_service(service: Service) -> dict[str, Any]:
    return {"name": service.name, "tier": service.tier, "exposure": service.exposure, "owner": service.owner}


def _encode_beat(beat: BeatRow) -> dict[str, Any]:
    return {
        "started_at": beat.started_at,
        "ended_at": beat.ended_at,
        "resources": beat.resources,
        "examined": beat.examined,
        "opened": beat.opened,
        "closed": beat.closed,
        "remediated": beat.remediated,
        "coverage": codec.encode_coverage((*beat.coverage, *beat.running)),
        "held": beat.held,
    }
