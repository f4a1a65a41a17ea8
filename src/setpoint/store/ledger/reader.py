"""Reading the ledger: each method sees one committed state, on its own connection, whatever is being written.

So inside a writer's `transaction()` they do not see what it wrote until it commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select

from setpoint.model.attribution import Traced
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.history import Lost, PastGate, PastState
from setpoint.model.order import Order
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import Exposure, Release, Service, Signal, SignalKind, Tier
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import AuditRow, BeatRow, Delivery, DeliveryState, Known, Reach
from setpoint.store.ledger import (
    audit_check,
    codec,
    deliveries,
    findings,
    gate_cases,
    history,
    leases,
    people,
    remediations,
    tables,
)
from setpoint.store.ledger.code.reader import SqlCode
from setpoint.store.ledger.columns import EPOCH
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.identity import attributions
from setpoint.store.ledger.identity.principals import SqlPrincipals
from setpoint.store.ledger.identity.reader import SqlPermissionUse
from setpoint.store.ledger.inside.reader import SqlInside, read_services
from setpoint.store.ledger.inventory.reader import SqlInventory, read_inventoried

ROWS_AT_ONCE: Final = 1_000
"""How many of a long answer are in memory at one time."""


class SqlReader:
    """`LedgerReader` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remembered(self, scope: str) -> Mapping[str, str]:
        table = tables.resources
        wanted = select(table.c.urn, table.c.key).where(table.c.scope == scope)
        with self._database.read() as connection:
            return dict(iter(connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted)))

    def latest_time(self) -> datetime | None:
        with self._database.read() as connection:
            latest = connection.execute(select(tables.clock.c.latest)).scalar_one()
        return latest if latest != EPOCH else None

    def comparisons(self, scope: str, *, service: str | None = None, everything: bool = False) -> Iterator[Comparison]:
        table = tables.resources
        wanted = select(table.c.urn, table.c.comparison).where(table.c.scope == scope)
        if not everything:
            wanted = wanted.where(table.c.differs)
        if service is not None:
            wanted = wanted.where(table.c.service == service)
        wanted = wanted.order_by(table.c.urn)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted):
                yield codec.decode_comparison(Urn(row.urn), row.comparison)

    def known(self, scope: str, urn: Urn) -> Known | None:
        table = tables.resources
        wanted = select(table.c.service, table.c.comparison).where(table.c.scope == scope, table.c.urn == urn)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            actual = history.seen_last(connection, scope, urn)
        return Known(row.service, codec.decode_comparison(urn, row.comparison), actual)

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
        """In order of URN, rule and path."""
        table = tables.findings
        wanted = select(table).order_by(table.c.urn, table.c.rule, table.c.path)
        if scope is not None:
            wanted = wanted.where(table.c.scope == scope)
        if service is not None:
            wanted = wanted.where(table.c.service == service)
        if urn is not None:
            wanted = wanted.where(table.c.urn == urn)
        if but is not None:
            wanted = wanted.where(table.c.source != but)
        if not include_closed:
            wanted = wanted.where(findings.are_there(include_accepted=include_accepted))
        with self._database.read() as connection:
            return [findings.decode(row) for row in connection.execute(wanted)]

    def to_trace(self, scope: str, now: datetime, *, most: int) -> Sequence[tuple[FindingRecord, Traced]]:
        return self._traced(attributions.to_ask(scope, now, most))

    def unsettled_traces(self, scope: str, now: datetime, newest: int) -> Sequence[tuple[FindingRecord, Traced]]:
        return self._traced(attributions.unsettled(scope, now, newest))

    def _traced(self, wanted: Select[Any]) -> Sequence[tuple[FindingRecord, Traced]]:
        with self._database.read() as connection:
            return [(findings.decode(row), attributions.traced_of(row)) for row in connection.execute(wanted)]

    def decisions(self, *, subject: Urn | None = None, limit: int = 100) -> Sequence[tuple[datetime, Decision]]:
        table = tables.decisions
        wanted = select(table.c.at, table.c.document).order_by(table.c.id.desc()).limit(limit)
        if subject is not None:
            wanted = wanted.where(table.c.subject == subject)
        with self._database.read() as connection:
            return [(row.at, codec.decode_decision(row.document)) for row in connection.execute(wanted)]

    def gate_decisions(self, service: str, *, limit: int = 100) -> Sequence[tuple[datetime, Decision]]:
        # As a range, for which the index serves: releases of other services stand before or after.
        first = Urn.release(service, "")
        after_last = first[:-1] + chr(ord(first[-1]) + 1)
        table = tables.decisions
        wanted = select(table.c.at, table.c.document).where(table.c.subject >= first, table.c.subject < after_last)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(table.c.id.desc()).limit(limit))
            return [(row.at, codec.decode_decision(row.document)) for row in rows]

    def remediations(
        self,
        *,
        scope: str | None = None,
        states: frozenset[RemediationState] | None = None,
        urn: Urn | None = None,
        service: str | None = None,
        since: datetime | None = None,
    ) -> Sequence[Remediation]:
        table = tables.remediations
        wanted = select(table).order_by(table.c.id)
        if scope is not None:
            wanted = wanted.where(table.c.scope == scope)
        if states is not None:
            wanted = wanted.where(table.c.state.in_(sorted(states)))
        if urn is not None:
            wanted = wanted.where(table.c.urn == urn)
        if service is not None:
            wanted = wanted.where(table.c.service == service)
        if since is not None:
            wanted = wanted.where(table.c.updated_at >= since)
        with self._database.read() as connection:
            return [remediations.decode(row) for row in connection.execute(wanted)]

    def next_inquiry(self, scope: str, before: datetime) -> Remediation | None:
        table = tables.remediations
        due = select(table).where(table.c.scope == scope, table.c.ask_at <= before).order_by(table.c.ask_at, table.c.id)
        with self._database.read() as connection:
            row = connection.execute(due.limit(1)).one_or_none()
        return None if row is None else remediations.decode(row)

    def remediation_steps(self, remediation: int) -> Sequence[tuple[datetime, RemediationState, str]]:
        """How a remediation came to its state: when, to which state, and why; oldest first."""
        with self._database.read() as connection:
            return remediations.steps(connection, remediation)

    def signals(self, service: str, *, since: datetime) -> Sequence[Signal]:
        """Oldest first, from `since` on."""
        table = tables.signals
        wanted = select(table).where(table.c.service == service, table.c.at >= since).order_by(table.c.at, table.c.id)
        with self._database.read() as connection:
            return [
                Signal(row.service, SignalKind(row.kind), row.weight, row.at, row.cause)
                for row in connection.execute(wanted)
            ]

    def services(self) -> Sequence[Service]:
        """By name."""
        table, owning = tables.services, tables.resources.c.service
        with self._database.read() as connection:
            described = {
                row.name: Service(row.name, Tier(row.tier), Exposure(row.exposure), row.owner)
                for row in connection.execute(select(table))
            }
            owners = connection.execute(select(owning).where(owning != "").distinct()).scalars()
            seen = (*owners, *read_services(connection), *read_inventoried(connection))
            known = {name: Service(name) for name in seen} | described
        return [known[name] for name in sorted(known)]

    def worker(self, scope: str, now: datetime) -> str:
        with self._database.read() as connection:
            return leases.holder(connection, scope, self._database.time(connection, now))

    def knows_service(self, name: str) -> bool:
        if self.inside().knows(name) or self.inventory().knows(name):
            return True
        of_services = (tables.resources, tables.findings, tables.remediations, tables.releases, tables.signals)
        named = [tables.services.c.name, *(each.c.service for each in of_services)]
        with self._database.read() as connection:
            return any(connection.execute(select(each).where(each == name).limit(1)).first() for each in named)

    def releases(self, service: str) -> Sequence[tuple[Release, datetime]]:
        """Each with the time when it was first put here, newest first."""
        table = tables.releases
        wanted = select(table).where(table.c.service == service).order_by(table.c.first_seen.desc(), table.c.version)
        with self._database.read() as connection:
            return [(Release(row.service, row.version), row.first_seen) for row in connection.execute(wanted)]

    def waivers(self) -> Sequence[Waiver]:
        with self._database.read() as connection:
            return people.read_waivers(connection)

    def waiver_matches(self) -> Mapping[str, datetime]:
        with self._database.read() as connection:
            return people.read_matches(connection)

    def open_orders(self) -> Sequence[Order]:
        with self._database.read() as connection:
            return people.open_orders(connection)

    def pause_in_force(self) -> Order | None:
        with self._database.read() as connection:
            return people.pause_in_force(connection)

    def due_deliveries(self, scope: str, before: datetime, *, untried: bool = False) -> Mapping[str, int]:
        with self._database.read() as connection:
            return deliveries.due(connection, scope, before, untried=untried)

    def next_delivery(self, scope: str) -> datetime | None:
        with self._database.read() as connection:
            return deliveries.next_at(connection, scope)

    def deliveries(self, scope: str, *, state: DeliveryState | None = None, limit: int = 100) -> Sequence[Delivery]:
        with self._database.read() as connection:
            return deliveries.read(connection, scope, state, limit)

    def delivery_counts(self, scope: str) -> Mapping[str, Mapping[DeliveryState, int]]:
        with self._database.read() as connection:
            return deliveries.count(connection, scope)

    def beats(self, *, scope: str | None = None, limit: int = 20) -> Sequence[BeatRow]:
        table = tables.beats
        wanted = select(table).order_by(table.c.id.desc()).limit(limit)
        if scope is not None:
            wanted = wanted.where(table.c.scope == scope)
        with self._database.read() as connection:
            return [codec.decode_beat(row) for row in connection.execute(wanted)]

    def reach(self, scope: str) -> Reach | None:
        with self._database.read() as connection:
            return history.reach(connection, scope)

    def last_beat(self, scope: str, before: datetime) -> datetime | None:
        ended_at = tables.beats.c.ended_at
        wanted = select(func.max(ended_at)).where(tables.beats.c.scope == scope, ended_at <= before)
        with self._database.read() as connection:
            last: datetime | None = connection.execute(wanted).scalar_one()
            return last

    def past_states(
        self, scope: str, since: datetime, until: datetime | None, *, service: str | None = None
    ) -> Iterator[PastState | Lost]:
        with self._database.read() as connection:
            yield from history.read(connection, scope, since, until, service)

    def past_gates(
        self, since: datetime, until: datetime | None, *, service: str | None = None
    ) -> Iterator[PastGate | Lost]:
        with self._database.read() as connection:
            yield from gate_cases.read(connection, since, until, service)

    def inside(self) -> SqlInside:
        return SqlInside(self._database)

    def inventory(self) -> SqlInventory:
        return SqlInventory(self._database)

    def code(self) -> SqlCode:
        return SqlCode(self._database)

    def permission_use(self) -> SqlPermissionUse:
        return SqlPermissionUse(self._database)

    def principals(self) -> SqlPrincipals:
        return SqlPrincipals(self._database)

    def audit(self, *, after: int = 0) -> Iterator[AuditRow]:
        table = tables.audit_log
        wanted = select(table).where(table.c.sequence > after).order_by(table.c.sequence)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted):
                yield AuditRow(**row._mapping)

    def audit_rows(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(tables.audit_log)).scalar_one()

    def broken_audit_rows(self) -> Sequence[str]:
        with self._database.read() as connection:
            return list(audit_check.broken_rows(connection))
