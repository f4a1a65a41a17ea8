"""`PrincipalReader` on a database, and what `SqlWriter` writes of identities in its own transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select

from setpoint.model.finding import Finding, FindingChanges, FindingSource
from setpoint.model.identity import AccountReading, PrincipalComparison, Used
from setpoint.model.urn import Urn
from setpoint.store.interface.principals import ConcludedPrincipal, PrincipalKeys
from setpoint.store.ledger import decisions, findings
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.database import Database, batches
from setpoint.store.ledger.identity.changes import called
from setpoint.store.ledger.identity.principal_codec import decode_comparison, encode_comparison
from setpoint.store.ledger.identity.principal_tables import account_readings, principals
from setpoint.store.ledger.identity.tables import names, use_marks, uses, write_names
from setpoint.store.ledger.upserts import insert_or_update


class SqlPrincipals:
    """`SqlReader.principals` makes it; threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remembered(self, scope: str, account: str) -> Mapping[Urn, PrincipalKeys]:
        table = principals
        wanted = select(table.c.urn, table.c.compared, table.c.judged)
        wanted = wanted.where(table.c.scope == scope, table.c.account == account)
        with self._database.read() as connection:
            return {Urn(row.urn): PrincipalKeys(row.compared, row.judged) for row in connection.execute(wanted)}

    def page(
        self, scope: str, *, service: str | None = None, after: str = "", limit: int
    ) -> Sequence[PrincipalComparison]:
        wanted = select(principals).where(principals.c.scope == scope, principals.c.urn > after)
        if service is not None:
            wanted = wanted.where(principals.c.service == service)
        with self._database.read() as connection:
            return [_decode(row) for row in connection.execute(wanted.order_by(principals.c.urn).limit(limit))]

    def named(self, scope: str, name: str) -> Sequence[PrincipalComparison]:
        table = principals
        is_it = or_(table.c.urn == name, table.c.principal == name, table.c.name == name)
        wanted = select(table).where(table.c.scope == scope, is_it).order_by(table.c.urn)
        with self._database.read() as connection:
            return [_decode(row) for row in connection.execute(wanted)]

    def known(self, scope: str, urn: Urn) -> PrincipalComparison | None:
        wanted = select(principals).where(principals.c.scope == scope, principals.c.urn == urn)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
            return _decode(row) if row is not None else None

    def accounts(self, scope: str) -> Sequence[AccountReading]:
        table = account_readings
        wanted = select(table).where(table.c.scope == scope).order_by(table.c.account, table.c.partition)
        with self._database.read() as connection:
            return [
                AccountReading(row.partition, row.account, row.read_at, tuple(row.doubts))
                for row in connection.execute(wanted)
            ]

    def use_marks(self, account: str) -> Mapping[str, int]:
        wanted = select(names.c.name, use_marks.c.mark).join(names, names.c.id == use_marks.c.principal)
        with self._database.read() as connection:
            rows = connection.execute(wanted.where(names.c.name.contains(f":{account}:", autoescape=True)))
            return {row.name: row.mark for row in rows}

    def write_marks(self, account: str, source: str, events: Collection[str]) -> Mapping[str, int]:
        table, calls = write_names, [called(source, each) for each in sorted(events)]
        wanted = select(table.c.name, func.max(table.c.number).label("number")).group_by(table.c.name)
        with self._database.read() as connection:
            rows = connection.execute(wanted.where(table.c.account == account, table.c.call.in_(calls)))
            return {row.name: row.number for row in rows}

    def used(self, principal: str) -> Sequence[Used]:
        who, what, which = (names.alias(each) for each in ("who", "what", "which"))
        wanted = (
            select(
                what.c.name.label("action"),
                which.c.name.label("resource"),
                func.sum(uses.c.used).label("times"),
                func.max(uses.c.last).label("last"),
            )
            .join(who, who.c.id == uses.c.principal)
            .join(what, what.c.id == uses.c.action)
            .join(which, which.c.id == uses.c.resource)
            .where(who.c.name == principal, uses.c.used > 0)
            .group_by(what.c.name, which.c.name)
            .order_by(what.c.name, which.c.name)
        )
        with self._database.read() as connection:
            return [Used(row.action, row.resource, int(row.times), row.last) for row in connection.execute(wanted)]


def record(
    connection: Connection,
    scope: str,
    concluded: Sequence[ConcludedPrincipal],
    gone: Sequence[Urn],
    at: datetime,
    reason: str,
) -> tuple[dict[Urn, FindingChanges], list[Entry]]:
    """What came and went, and what the audit log says about it."""
    if concluded:
        rows = [_encode(scope, each, at) for each in concluded]
        connection.execute(insert_or_update(connection, principals), rows)
    for some in batches(gone):
        connection.execute(delete(principals).where(principals.c.scope == scope, principals.c.urn.in_(some)))
    found = {each.comparison.urn: each.findings for each in concluded}
    changes = findings.record(connection, scope, found, at, _is_of_another_plane)
    ended = findings.record(connection, scope, dict.fromkeys(gone, ()), at, _is_of_another_plane)
    decided = decisions.together(decision for each in concluded for decision in each.decisions)
    written = decisions.append(connection, decided, at)
    told = [*findings.entries(changes, at), *findings.entries(ended, at, reason), *decisions.entries(written, at)]
    return {**changes, **ended}, told


def put_reading(connection: Connection, scope: str, reading: AccountReading) -> None:
    table = account_readings
    row = {
        "scope": scope,
        "partition": reading.partition,
        "account": reading.account,
        "read_at": reading.read_at,
        "doubts": list(reading.doubts),
    }
    keep = () if reading.read_at is not None else ("read_at",)
    connection.execute(insert_or_update(connection, table, keep=keep), row)


def drop_reading(connection: Connection, scope: str, partition: str, account: str) -> None:
    table = account_readings
    of_it = (table.c.scope == scope, table.c.partition == partition, table.c.account == account)
    connection.execute(delete(table).where(*of_it))


def _is_of_another_plane(finding: Finding) -> bool:
    """What the configuration of the same entity is found to be is concluded elsewhere."""
    return finding.source is not FindingSource.IDENTITY


def _encode(scope: str, concluded: ConcludedPrincipal, at: datetime) -> dict[str, Any]:
    comparison = concluded.comparison
    return {
        "scope": scope,
        "urn": comparison.urn,
        "account": comparison.urn.account,
        "principal": comparison.principal,
        "name": comparison.name,
        "service": comparison.service,
        "compared": concluded.keys.compared,
        "judged": concluded.keys.judged,
        "comparison": encode_comparison(comparison),
        "updated_at": at,
    }


def _decode(row: Row[Any]) -> PrincipalComparison:
    return decode_comparison(Urn(row.urn), row.principal, row.service, row.comparison)
