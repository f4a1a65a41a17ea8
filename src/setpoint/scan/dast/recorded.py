"""A scan of a running service in the form in which the ledger and the gate know all scans. Called by the wiring.

Each fault is a weakness of the release that runs there. What of it was tested again goes with it: only that can close
what an earlier scan told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from setpoint.model.canonical import digest
from setpoint.model.dast import WHOLE_SITE, DastReport, Fault, Profile
from setpoint.model.scan import (
    CodePlace,
    Means,
    Outside,
    Scan,
    ScanKind,
    ScannerRun,
    ScanStatus,
    Tested,
    Weakness,
)
from setpoint.scan.dast.sarif import doubts_of

SCANNER: Final = "setpoint-dast"

MOST_OPERATIONS: Final = 10_000
"""That a scan says it tested: of a service with more, what the others had stays open."""


def scan_of(report: DastReport, at: datetime, *, is_every_check: bool, is_whole_site: bool) -> Scan:
    """`is_every_check`: none was left out by whoever asked; `is_whole_site`: nor was any operation."""
    means = Means(report.profile, tuple(sorted(report.callers)), report.has_agents)
    why = _doubt(report, is_every_check=is_every_check, is_whole_site=is_whole_site)
    run = ScannerRun(
        SCANNER,
        ScanKind.DAST,
        ScanStatus.PARTIAL if why else ScanStatus.COMPLETE,
        reason=why,
        seconds=report.seconds,
        tested=_tested(report, means, is_whole_site=is_whole_site),
    )
    operations = frozenset(report.operations)
    return Scan((run,), tuple(_weakness(each, report.base, operations, means) for each in report.faults), at)


def _doubt(report: DastReport, *, is_every_check: bool, is_whole_site: bool) -> str:
    """Why nobody can rely on it as the test of a release; empty where everybody can."""
    doubts = doubts_of(report)
    if report.profile is Profile.PASSIVE:
        doubts.append("the profile passive only looks")
    if not is_every_check:
        doubts.append("only some checks were asked for")
    if not is_whole_site:
        doubts.append("some operations were excluded")
    return "; ".join(doubts)


def _tested(report: DastReport, means: Means, *, is_whole_site: bool) -> Tested:
    """Nothing where it ended early: what failed on the way was not looked at, whatever its checks say."""
    if report.ended_early:
        return Tested(means, is_whole_site=False)
    operations = sorted({*report.operations} - report.left_out.keys())[:MOST_OPERATIONS]
    checks = tuple(sorted(name for name, why in report.checks.items() if not why))
    return Tested(means, checks, tuple(operations), is_whole_site)


def _weakness(fault: Fault, base: str, operations: frozenset[str], means: Means) -> Weakness:
    operation = WHOLE_SITE if fault.path == WHOLE_SITE else f"{fault.method} {fault.path}".strip()
    path = "/" if operation == WHOLE_SITE else fault.path
    return Weakness(
        fingerprint=fingerprint_of(fault),
        kind=ScanKind.DAST,
        rule=fault.kind,
        severity=fault.severity,
        place=CodePlace(f"{base}{path}"),
        message=fault.message,
        cwes=(fault.cwe,),
        told_by=(f"{SCANNER}/{fault.check or fault.kind}",),
        outside=Outside(
            operation=operation,
            part=fault.part,
            check=fault.check,
            is_of_surface=operation in operations,
            means=means,
            owasp=fault.owasp,
            certainty=str(fault.certainty),
            difference=fault.difference,
            examples=fault.examples,
        ),
    )


def fingerprint_of(fault: Fault) -> str:
    """The same whenever the same fault is found again, wherever the service runs."""
    return digest("dast", fault.key)
