"""The ledger a page at a time: `LedgerPages` on a database. The API reads through it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, and_, func, or_, select, tuple_

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.policy import Severity, Stage
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import Release, Signal, SignalKind
from setpoint.model.urn import Urn
from setpoint.store.interface import AuditRow, BeatRow, Delivery, DeliveryState, ResourceRow
from setpoint.store.ledger import codec, deliveries, findings, remediations, tables
from setpoint.store.ledger.database import Database


class SqlPages:
    """Threads may share it: each call has a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def resources(
        self, scope: str, *, service: str | None, differs: bool | None, after: str, limit: int
    ) -> Sequence[ResourceRow]:
        table = tables.resources
        columns = (table.c.urn, table.c.service, table.c.differs, table.c.updated_at)
        wanted = select(*columns).where(table.c.scope == scope, table.c.urn > after).order_by(table.c.urn).limit(limit)
        wanted = _narrowed(wanted, {table.c.service: service, table.c.differs: differs})
        with self._database.read() as connection:
            return [
                ResourceRow(Urn(row.urn), row.service, differs=row.differs, updated_at=row.updated_at)
                for row in connection.execute(wanted)
            ]

    def owner(self, scope: str, urn: Urn) -> str | None:
        table = tables.resources
        wanted = select(table.c.service).where(table.c.scope == scope, table.c.urn == urn)
        with self._database.read() as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def comparisons(
        self, scope: str, *, service: str | None, everything: bool = False, after: str, limit: int
    ) -> Sequence[Comparison]:
        table = tables.resources
        wanted = select(table.c.urn, table.c.comparison).where(table.c.scope == scope, table.c.urn > after)
        if not everything:
            wanted = wanted.where(table.c.differs)
        wanted = _narrowed(wanted, {table.c.service: service}).order_by(table.c.urn).limit(limit)
        with self._database.read() as connection:
            return [codec.decode_comparison(Urn(row.urn), row.comparison) for row in connection.execute(wanted)]

    def findings(
        self,
        scope: str,
        *,
        service: str | None,
        urn: str | None,
        rule: str | None,
        severity: Severity | None,
        source: FindingSource | None,
        include_closed: bool,
        include_accepted: bool = False,
        after: tuple[str, str, str],
        limit: int,
    ) -> Sequence[FindingRecord]:
        table = tables.findings
        place = (table.c.urn, table.c.rule, table.c.path)
        wanted = select(table).where(table.c.scope == scope, tuple_(*place) > after).order_by(*place).limit(limit)
        filters = {table.c.service: service, table.c.urn: urn, table.c.rule: rule}
        wanted = _narrowed(wanted, filters | {table.c.severity: severity, table.c.source: source})
        if not include_closed:
            wanted = wanted.where(findings.are_there(include_accepted=include_accepted))
        with self._database.read() as connection:
            return [findings.decode(row) for row in connection.execute(wanted)]

    def decisions(
        self, *, service: str | None, subject: str | None, stage: Stage | None, before: int, limit: int
    ) -> Sequence[tuple[int, datetime, Decision]]:
        table = tables.decisions
        columns = (table.c.id, table.c.at, table.c.document)
        wanted = select(*columns).where(table.c.id < before).order_by(table.c.id.desc()).limit(limit)
        wanted = _narrowed(wanted, {table.c.service: service, table.c.subject: subject, table.c.stage: stage})
        with self._database.read() as connection:
            return [(row.id, row.at, codec.decode_decision(row.document)) for row in connection.execute(wanted)]

    def remediations(
        self,
        scope: str,
        *,
        service: str | None,
        urn: str | None,
        state: RemediationState | None,
        after: int,
        limit: int,
    ) -> Sequence[Remediation]:
        table = tables.remediations
        wanted = select(table).where(table.c.scope == scope, table.c.id > after).order_by(table.c.id).limit(limit)
        wanted = _narrowed(wanted, {table.c.service: service, table.c.urn: urn, table.c.state: state})
        with self._database.read() as connection:
            return [remediations.decode(row) for row in connection.execute(wanted)]

    def remediation(self, scope: str, identity: int) -> Remediation | None:
        table = tables.remediations
        wanted = select(table).where(table.c.scope == scope, table.c.id == identity)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else remediations.decode(row)

    def remediation_steps(self, remediation: int) -> Sequence[tuple[datetime, RemediationState, str]]:
        with self._database.read() as connection:
            return remediations.steps(connection, remediation)

    def releases(
        self, service: str, *, before: tuple[datetime, str] | None, limit: int
    ) -> Sequence[tuple[Release, datetime]]:
        table = tables.releases
        wanted = select(table).where(table.c.service == service)
        if before is not None:
            seen, version = before
            same = and_(table.c.first_seen == seen, table.c.version > version)
            wanted = wanted.where(or_(table.c.first_seen < seen, same))
        wanted = wanted.order_by(table.c.first_seen.desc(), table.c.version).limit(limit)
        with self._database.read() as connection:
            return [(Release(row.service, row.version), row.first_seen) for row in connection.execute(wanted)]

    def signals(self, service: str, *, after: int, limit: int) -> Sequence[tuple[int, Signal]]:
        table = tables.signals
        wanted = select(table).where(table.c.service == service, table.c.id > after).order_by(table.c.id).limit(limit)
        with self._database.read() as connection:
            return [
                (row.id, Signal(row.service, SignalKind(row.kind), row.weight, row.at, row.cause))
                for row in connection.execute(wanted)
            ]

    def deliveries(self, scope: str, *, state: DeliveryState | None, before: int, limit: int) -> Sequence[Delivery]:
        with self._database.read() as connection:
            return deliveries.read(connection, scope, state, limit, before=before)

    def beats(self, scope: str, *, before: int, limit: int) -> Sequence[BeatRow]:
        table = tables.beats
        wanted = select(table).where(table.c.scope == scope, table.c.id < before).order_by(table.c.id.desc())
        with self._database.read() as connection:
            return [codec.decode_beat(row) for row in connection.execute(wanted.limit(limit))]

    def audit(self, *, action: str | None, subject: str | None, after: int, limit: int) -> Sequence[AuditRow]:
        table = tables.audit_log
        wanted = select(table).where(table.c.sequence > after).order_by(table.c.sequence).limit(limit)
        wanted = _narrowed(wanted, {table.c.action: action, table.c.subject: subject})
        with self._database.read() as connection:
            return [AuditRow(**row._mapping) for row in connection.execute(wanted)]

    def last_audit_row(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.max(tables.audit_log.c.sequence))).scalar_one_or_none() or 0


def _narrowed(wanted: Select[Any], filters: dict[Column[Any], Any]) -> Select[Any]:
    """Only rows with these values; None stands for any."""
    return wanted.where(*(column == value for column, value in filters.items() if value is not None))
