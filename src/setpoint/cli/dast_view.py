"""How a scan of a running service, and the plan of one, are shown: as tables and lines, or as one JSON document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from setpoint.cli.dast_left_out import shortened, show_left_out
from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.dast import WHOLE_SITE, DastReport, Exchange, Fault
from setpoint.model.wording import counted
from setpoint.scan.dast.curl import curl_line
from setpoint.scan.dast.documents import fault_document
from setpoint.scan.dast.engine import LEFT_BEHIND
from setpoint.scan.dast.recorded import fingerprint_of

HEADINGS = ("severity", "operation", "part", "fault", "weakness", "certainty")

MOST_EXAMPLES: Final = 5
MOST_LEFT: Final = 20
"""Names in one line; `--json` has them all."""


def show_report(output: Output, report: DastReport, doubts: Sequence[str], taken: TakenScan | None = None) -> None:
    """`taken`: what it did to the findings of the service, where it is kept."""
    faults = worst_first(report.faults)
    output.table(HEADINGS, [_row(each) for each in faults])
    for number, each in enumerate(faults, start=1):
        output.line("")
        _show_fault(output, number, each)
    if faults:
        output.line("")
    show_left_out(output, report.left_out, "not tested, or only by checks about it")
    left_behind = [each.removeprefix(LEFT_BEHIND) for each in report.remarks if each.startswith(LEFT_BEHIND)]
    for remark in report.remarks:
        if not remark.startswith(LEFT_BEHIND):
            output.line(f"note: {remark}")
    for doubt in doubts:
        output.line(f"could not tell: {doubt}", style="bold yellow")
    _show_left_behind(output, left_behind)
    output.line(report_summary(report))
    if taken is not None:
        _show_taken(output, report, taken)


def report_summary(report: DastReport) -> str:
    made = sum(not why for why in report.checks.values())
    return (
        f"{counted(len(report.faults), 'fault')} of {report.base}; {counted(made, 'check')} made with "
        f"{counted(report.requests, 'request')} in {report.seconds:.0f} s, in the profile {report.profile}"
    )


def worst_first(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda each: (-each.severity.rank, each.path, each.method, each.kind, each.part))


def report_document(report: DastReport, taken: TakenScan | None = None) -> Json:
    return {
        "target": report.base,
        "profile": str(report.profile),
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "ended_early": report.ended_early,
        "checks": dict(report.checks),
        "left_out": dict(report.left_out),
        "remarks": list(report.remarks),
        "doubts": list(report.doubts),
        "faults": [fault_document(each) | {"curl": _curl(each)} for each in worst_first(report.faults)],
        "recorded": _taken_document(taken),
    }


def _show_taken(output: Output, report: DastReport, taken: TakenScan) -> None:
    release = taken.release
    output.line(
        f"kept as findings of {release.service}, release {release.version}: {len(taken.opened):,} opened, "
        f"{counted(len(taken.reopened), 'regression')}, {len(taken.closed):,} closed"
    )
    back = {*taken.reopened}
    for each in worst_first(report.faults):
        if fingerprint_of(each) in back:
            part = f", {each.part}" if each.part else ""
            output.line(f"regression: {each.kind}: {_operation(each)}{part} was mended before", style="bold")


def _taken_document(taken: TakenScan | None) -> Json:
    if taken is None:
        return None
    return {
        "service": taken.release.service,
        "release": taken.release.version,
        "opened": list(taken.opened),
        "reopened": list(taken.reopened),
        "closed": list(taken.closed),
    }


def _row(fault: Fault) -> tuple[object, ...]:
    return (
        fault.severity,
        _operation(fault),
        fault.part,
        fault.kind,
        f"CWE-{fault.cwe}, {fault.owasp}",
        fault.certainty,
    )


def _operation(fault: Fault) -> str:
    return "the whole site" if fault.path == WHOLE_SITE else f"{fault.method} {fault.path}".strip()


def _show_fault(output: Output, number: int, fault: Fault) -> None:
    part = f", {fault.part}" if fault.part else ""
    output.line(f"{number}. {fault.kind}: {_operation(fault)}{part}", style="bold")
    output.line(f"   {fault.message}")
    if fault.difference:
        output.line(f"   seen: {fault.difference}")
    if fault.examples:
        output.line(f"   for example: {shortened(fault.examples, MOST_EXAMPLES)}")
    for (line, outcome), alike in groupby((curl_line(each.sent), _outcome(each)) for each in fault.proof):
        times = sum(1 for _ in alike)
        output.line(f"   {line}")
        output.line(f"   → {outcome}{f', {times} times' if times > 1 else ''}")


def _outcome(exchange: Exchange) -> str:
    return str(exchange.answer.status) if exchange.answer else exchange.failure


def _show_left_behind(output: Output, names: Sequence[str]) -> None:
    """By what made them, so that they can be found and taken away."""
    by_maker: dict[str, list[str]] = defaultdict(list)
    others: list[str] = []
    for each in names:
        name, _, maker = each.rpartition(", made by ")
        (by_maker[maker] if name else others).append(name or each)
    if names:
        output.line("left behind:")
    for maker, made in by_maker.items():
        output.line(f"  by {maker}: {shortened(made, MOST_LEFT)}")
    for each in others:
        output.line(f"  {each}")


def _curl(fault: Fault) -> str:
    return curl_line(fault.proof[-1].sent) if fault.proof else ""
