"""How a scan of a running service, and the plan of one, are shown: as tables and lines, or as one JSON document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.dast import WHOLE_SITE, DastPlan, DastReport, Fault
from setpoint.model.wording import counted
from setpoint.scan.dast.curl import curl_line
from setpoint.scan.dast.documents import fault_document
from setpoint.scan.dast.recorded import fingerprint_of

HEADINGS = ("severity", "operation", "part", "fault", "weakness", "certainty")
PLAN_HEADINGS = ("operation", "check", "caller", "requests")


def show_report(output: Output, report: DastReport, doubts: Sequence[str], taken: TakenScan | None = None) -> None:
    """`taken`: what it did to the findings of the service, where it is kept."""
    faults = worst_first(report.faults)
    output.table(HEADINGS, [_row(each) for each in faults])
    for number, each in enumerate(faults, start=1):
        output.line("")
        _show_fault(output, number, each)
    if faults:
        output.line("")
    _show_left_out(output, report.left_out, "nothing was sent to")
    for remark in report.remarks:
        output.line(f"note: {remark}")
    for doubt in doubts:
        output.line(f"could not tell: {doubt}", style="bold yellow")
    output.line(report_summary(report))
    if taken is not None:
        _show_taken(output, report, taken)


def show_plan(output: Output, plan: DastPlan) -> None:
    """By check and caller, operation by operation."""
    output.table(
        PLAN_HEADINGS,
        [(each.operation, each.check, each.caller or "nobody", f"{each.about:,}") for each in plan.requests],
    )
    if plan.requests:
        output.line("")
    _show_left_out(output, plan.left_out, "nothing would be sent to")
    for remark in plan.remarks:
        output.line(f"note: {remark}")
    total = sum(each.about for each in plan.requests)
    output.line(f"about {counted(total, 'request')} at most to {plan.base}, in the profile {plan.profile}")


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
        "faults": [fault_document(each) | {"curl": _curl(each)} for each in worst_first(report.faults)],
        "recorded": _taken_document(taken),
    }


def plan_document(plan: DastPlan) -> Json:
    return {
        "target": plan.base,
        "profile": str(plan.profile),
        "about": sum(each.about for each in plan.requests),
        "requests": [
            {"operation": each.operation, "check": each.check, "caller": each.caller, "about": each.about}
            for each in plan.requests
        ],
        "left_out": dict(plan.left_out),
        "remarks": list(plan.remarks),
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
        output.line(f"   for example: {', '.join(fault.examples)}")
    for each in fault.proof:
        output.line(f"   {curl_line(each.sent)}")
        output.line(f"   → {each.answer.status if each.answer else each.failure}")


def _show_left_out(output: Output, left_out: Mapping[str, str], words: str) -> None:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for operation, reason in left_out.items():
        by_reason[reason].append(operation)
    for reason, operations in by_reason.items():
        output.line(f"{words} {', '.join(operations)}: {reason}")


def _curl(fault: Fault) -> str:
    return curl_line(fault.proof[-1].sent) if fault.proof else ""
