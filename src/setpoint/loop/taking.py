"""A scan of a release that comes without a question to the gate: of what runs, say. Kept as a gate keeps one.

Called by `admission` and `setpoint dast`, on this machine or for somebody at the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from setpoint.errors import NotFoundError
from setpoint.loop.clock import Clock
from setpoint.loop.code import CodeParts, Evidence, code_findings
from setpoint.loop.known_services import expect_known
from setpoint.model.code import ScanChanges, TakenScan
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.scan import Scan
from setpoint.model.service import Release, Service, check_release
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import Ledger, LedgerReader, LedgerWriter

ScanNoted = Callable[[TakenScan], None]
"""What else belongs to the record of a scan."""


@dataclass(frozen=True, slots=True)
class ScanKeeper:
    """Writes a scan down, and what it means for the service as far as production says now."""

    parts: CodeParts
    scope: str
    actor: str

    def keep(
        self,
        writer: LedgerWriter,
        release: Release,
        scan: Scan,
        evidence: Evidence,
        waivers: Sequence[Waiver],
        now: datetime,
    ) -> ScanChanges:
        """Of a release that is known. Where it says what was known, nothing new is concluded."""
        service = release.service
        changes = writer.code().record_scan(release, scan, now, self.actor)
        if changes.open is not None:
            exceptions = Exceptions.at(now, Urn.service(service), waivers, NO_EXCEPTIONS.baseline)
            findings = code_findings(self.parts, service, changes.open, evidence, exceptions)
            writer.code().record_findings(self.scope, service, findings, now)
        return changes


@dataclass(frozen=True, slots=True)
class ScanTaker:
    """Takes scans on behalf of somebody."""

    keeper: ScanKeeper
    services: Mapping[str, Service]
    """Those that the configuration describes."""
    waivers: Sequence[Waiver] = ()
    """Those of the configuration."""

    def take(
        self,
        ledger: Ledger,
        service: str,
        version: str,
        scan: Scan,
        noted: ScanNoted = lambda _taken: None,
    ) -> TakenScan:
        """Of the newest release that is known, where no version is named.

        `noted` is called within the transaction that records it. Raises `NotFoundError` for a service that nobody
        knows, and where there is no release of it.
        """
        release = release_meant(ledger, self.services, service, version)
        now = Clock(ledger.latest_time()).now()
        met = ledger.findings(scope=self.keeper.scope, urn=Urn.service(service))
        evidence = Evidence(ledger, service, [each.finding for each in met])
        waivers = (*self.waivers, *ledger.waivers())
        writer = ledger.visitor()
        with writer.transaction():
            writer.put_release(release, now)
            changes = self.keeper.keep(writer, release, scan, evidence, waivers, now)
            taken = TakenScan(release, changes.opened, changes.reopened, changes.closed)
            noted(taken)
        return taken


def release_meant(ledger: LedgerReader, services: Mapping[str, Service], service: str, version: str) -> Release:
    """The one of this version, else the newest that is known. Raises `NotFoundError`."""
    expect_known(service, services, ledger)
    if version:
        release = Release(service, version)
        check_release(release)
        return release
    newest = next(iter(ledger.releases(service)), None)
    if newest is None:
        raise no_release(service)
    return newest[0]


def no_release(service: str) -> NotFoundError:
    return NotFoundError(f"no release of {service} is known", remedy="say which one runs there, with --release V")
