"""How a heartbeat is shown: while it goes on, when it is done, and as JSON. Shared by `beat` and `up`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from setpoint.cli.output import Output
from setpoint.errors import CouldNotTellError
from setpoint.loop.report import BeatReport
from setpoint.model.canonical import Json
from setpoint.model.remediation import Mode, Remediation
from setpoint.model.snapshot import AreaCoverage, Extent, doubts
from setpoint.model.wording import counted
from setpoint.store.interface import BeatRow, LedgerReader

if TYPE_CHECKING:
    from rich.status import Status


class Progress:
    """A line on the error stream that says how far the beat is, where that is a terminal; else nothing.

    Stop it before anything is printed on another stream; the next call shows it again.
    """

    def __init__(self) -> None:
        self._status: Status | None = None

    def __enter__(self) -> Self:
        self._show("reading what is declared …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __call__(self, report: BeatReport) -> None:
        self._show(f"{counted(report.observed, 'resource')} read, {report.examined:,} compared …")

    def stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _show(self, text: str) -> None:
        if self._status is not None:
            self._status.update(text)
        elif sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status(text)
            self._status.start()


def show_beat(output: Output, report: BeatReport, *, mode: Mode) -> None:
    """One beat in a few lines."""
    output.line(
        f"beat: {report.declared:,} declared, {report.observed:,} read, {report.examined:,} compared, "
        f"{counted(report.opened, 'finding')} opened, {report.closed:,} closed, {report.open_findings:,} open "
        f"({report.seconds():.1f} s, mode {mode})"
    )
    if not report.areas and not report.interrupted:
        output.line("nothing is declared, so that nothing was compared", style="yellow")
    output.table(
        ("remediation", "state", "service", "resource", "why"),
        [(each.id, each.state, each.service, each.urn, each.why) for each in report.remediations],
    )
    for reason, times in report.held.items():
        output.line(f"{counted(times, 'revert')} held back: {reason}", style="bold yellow")
    if report.open_findings:
        output.line("see them with: setpoint findings")
    if report.not_matched:
        output.line(f"components could not be matched against advisories: {report.not_matched}", style="bold yellow")
    for reason in report.identities_unread:
        output.line(f"identities could not be compared: {reason}", style="bold yellow")
    if report.not_kept:
        output.line(f"a gate could not do without the ledger: {report.not_kept}", style="bold yellow")


def explain_coverage(output: Output, areas: Sequence[AreaCoverage]) -> None:
    """What could not be read, and what is not covered, each with its reason."""
    unsure = doubts(areas)
    if unsure:
        output.line("could not tell:", style="bold yellow")
        output.table(
            ("area", "read", "because"), [(each.area, each.extent, "; ".join(each.reasons)) for each in unsure]
        )
    not_covered = [each for each in areas if each.extent is Extent.NOT_COVERED]
    if not_covered:
        output.line(f"not covered: {', '.join(sorted({each.area.type for each in not_covered}))}")


def last_beat(ledger: LedgerReader, scope: str) -> BeatRow:
    """Raises `CouldNotTellError` where nothing was ever looked at."""
    for beat in ledger.beats(scope=scope, limit=1):
        return beat
    raise CouldNotTellError("no heartbeat was recorded yet", remedy="run one with: setpoint beat")


def summary(report: BeatReport) -> Json:
    """A beat as JSON."""
    return {
        "started_at": report.started_at.isoformat(),
        "ended_at": report.ended_at.isoformat() if report.ended_at else None,
        "declared": report.declared,
        "observed": report.observed,
        "examined": report.examined,
        "opened": report.opened,
        "closed": report.closed,
        "open_findings": report.open_findings,
        "held_back": report.held,
        "interrupted": report.interrupted,
        "not_matched": report.not_matched,
        "identities_unread": list(report.identities_unread),
        "not_kept": report.not_kept,
        "remediations": [remediation_json(each) for each in report.remediations],
        "coverage": coverage_json(report.areas),
        "running": coverage_json(report.running_areas),
    }


def coverage_json(areas: Sequence[AreaCoverage]) -> Json:
    """Coverage as JSON, a row an area."""
    return [
        {"area": str(each.area), "extent": each.extent, "reasons": list(each.reasons)}
        for each in sorted(areas, key=lambda each: each.area)
    ]


def remediation_json(remediation: Remediation) -> Json:
    """A remediation as JSON."""
    plan = remediation.plan
    return {
        "id": remediation.id,
        "urn": remediation.urn,
        "service": remediation.service,
        "state": remediation.state,
        "reason": remediation.reason,
        "findings": list(remediation.findings),
        "detected_at": remediation.detected_at.isoformat(),
        "updated_at": remediation.updated_at.isoformat(),
        "changes": [{"path": change.path, "before": change.before, "after": change.after} for change in plan.changes]
        if plan
        else [],
        "permissions": list(plan.permissions) if plan else [],
        "inquiry": remediation.inquiry.document() if remediation.inquiry else None,
    }
