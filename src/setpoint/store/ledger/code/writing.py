"""`CodeWriter` on a database. `SqlWriter.code` makes it, with its own transactions and audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from setpoint.model.admitting import BreakGlass, Grant
from setpoint.model.code import ScanChanges
from setpoint.model.finding import OF_SCANS, Finding, FindingChanges, FindingSource
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.model.urn import Urn
from setpoint.store.ledger import findings as kept_findings
from setpoint.store.ledger.code import bringing, scans
from setpoint.store.ledger.part import PartWriter
from setpoint.store.ledger.tables import findings as finding_rows
from setpoint.store.ledger.tables import releases

OF_GATE: Final = frozenset({FindingSource.GATE})


class SqlCodeWriter(PartWriter):
    def record_scan(self, release: Release, scan: Scan, at: datetime, actor: str) -> ScanChanges:
        with self._writing(at) as connection:
            changes, entries = scans.record(connection, release, scan, at, actor)
            self._tell(connection, entries)
        return changes

    def record_findings(
        self, scope: str, service: str, findings: Sequence[Finding], at: datetime, reason: str = ""
    ) -> FindingChanges:
        with self._writing(at) as connection:
            return self._settle(connection, scope, service, findings, OF_SCANS, at, reason)

    def add_grant(self, grant: Grant) -> None:
        with self._writing(grant.at) as connection:
            self._tell(connection, [bringing.add_grant(connection, grant)])

    def add_break_glass(self, broken: BreakGlass, scope: str, finding: Finding) -> None:
        with self._writing(broken.at) as connection:
            self._tell(connection, [bringing.add_break_glass(connection, broken)])
            told = _told_of(connection, scope, broken.service)
            kept = [*(each for each in told if each.id != finding.id), finding]
            self._settle(connection, scope, broken.service, kept, OF_GATE, broken.at, "")

    def end_break_glass(self, scope: str, release: Release, at: datetime) -> None:
        with self._writing(at) as connection:
            told = _told_of(connection, scope, release.service)
            later = _later(connection, release)
            kept = [each for each in told if each.path in later]
            if len(kept) < len(told):
                reason = f"{release.urn} was admitted regularly"
                self._settle(connection, scope, release.service, kept, OF_GATE, at, reason)

    def _settle(
        self,
        connection: Connection,
        scope: str,
        service: str,
        findings: Sequence[Finding],
        sources: frozenset[FindingSource],
        at: datetime,
        reason: str,
    ) -> FindingChanges:
        """All findings of these sources; what the others say of the service is concluded elsewhere."""
        urn = Urn.service(service)
        changes = kept_findings.record(connection, scope, {urn: findings}, at, lambda each: each.source not in sources)
        self._tell(connection, list(kept_findings.entries(changes, at, reason)))
        return changes.get(urn, FindingChanges())


def _told_of(connection: Connection, scope: str, service: str) -> list[Finding]:
    """What is open of how its releases got past the gate."""
    table = finding_rows
    wanted = select(table).where(
        table.c.scope == scope,
        table.c.urn == Urn.service(service),
        table.c.source == FindingSource.GATE,
        kept_findings.are_there(include_accepted=True),
    )
    return [kept_findings.decode(row).finding for row in connection.execute(wanted)]


def _later(connection: Connection, release: Release) -> frozenset[str]:
    """Versions of the service that came after a release."""
    of_service = releases.c.service == release.service
    own = select(releases.c.first_seen).where(of_service, releases.c.version == release.version).scalar_subquery()
    wanted = select(releases.c.version).where(of_service, releases.c.first_seen > own)
    return frozenset(connection.execute(wanted).scalars())
