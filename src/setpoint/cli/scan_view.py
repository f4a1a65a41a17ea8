"""How a scan is shown: what each scanner came to, then the weaknesses, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.code import scan_document
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, ScannerRun, Weakness
from setpoint.model.wording import counted

HEADINGS: Final = ("severity", "place", "rule", "what", "told by", "new")
RUN_HEADINGS: Final = ("scanner", "looks at", "status", "files", "results", "suppressed", "took", "why")


def show_scan(output: Output, scan: Scan, counting: int, least: Severity) -> None:
    output.table(RUN_HEADINGS, [_run_row(each) for each in scan.runs])
    output.line("")
    output.table(HEADINGS, [_row(each) for each in worst_first(scan.weaknesses)])
    if scan.weaknesses:
        output.line("")
    for each in scan.doubts:
        output.line(f"could not tell: {each.scanner}: {each.status}{_because(each)}", style="bold yellow")
    output.line(scan_summary(scan, counting, least))


def worst_first(weaknesses: Sequence[Weakness]) -> list[Weakness]:
    """New ones in front of old ones of the same severity."""
    return sorted(weaknesses, key=lambda each: (-each.severity.rank, each.is_new is False, each.place, each.rule))


def shown_document(scan: Scan, counting: int) -> dict[str, Json]:
    """`scan_document` of the model, the worst first, with what else is shown; `only_scan` takes that out again."""
    document = scan_document(replace(scan, weaknesses=tuple(worst_first(scan.weaknesses))))
    runs = [
        {**written, "results": len(run.results), "suppressed": _suppressed(run)}
        for written, run in zip(document["runs"], scan.runs, strict=True)
    ]
    doubts = [f"{each.scanner}: {each.status}{_because(each)}" for each in scan.doubts]
    return {**document, "runs": runs, "counting": counting, "doubts": doubts}


def only_scan(document: Json) -> Json:
    """The scan that is in what `setpoint scan --json` prints; anything else as it is."""
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        return document
    runs = [_without(each, "results", "suppressed") for each in document["runs"]]
    return {**_without(document, "counting", "doubts"), "runs": runs}


def _without(document: Json, *names: str) -> Any:
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if name not in names}


def scan_summary(scan: Scan, counting: int, least: Severity) -> str:
    suppressed = sum(_suppressed(each) for each in scan.runs)
    new = ", new since the base" if scan.base else ""
    told = [f"{counted(counting, 'weakness', 'weaknesses')} of severity {least} or worse{new}"]
    if others := len(scan.weaknesses) - counting:
        told.append(f"{counted(others, 'other')} (--fail-on)" if not scan.base else counted(others, "other"))
    if suppressed:
        told.append(f"{counted(suppressed, 'result')} suppressed in the source")
    return "; ".join(told)


def _run_row(run: ScannerRun) -> tuple[object, ...]:
    return (
        f"{run.scanner} {run.version}".strip(),
        run.kind,
        run.status,
        run.files,
        len(run.results) or "",
        _suppressed(run) or "",
        f"{run.seconds:.1f}s" if run.seconds else "",
        run.reason,
    )


def _row(weakness: Weakness) -> tuple[object, ...]:
    return (
        weakness.severity,
        _place(weakness),
        weakness.rule,
        weakness.message,
        "\n".join(weakness.told_by),
        {True: "new", False: "old", None: ""}[weakness.is_new],
    )


def _place(weakness: Weakness) -> str:
    place = weakness.place
    at = f"{place.file or '.'}:{place.line}" if place.line else place.file or "."
    return f"{at}\n{place.function}" if place.function else at


def _suppressed(run: ScannerRun) -> int:
    return sum(each.is_suppressed for each in run.results)


def _because(run: ScannerRun) -> str:
    return f": {run.reason}" if run.reason else ""
