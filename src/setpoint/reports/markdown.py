"""The summary that people read beside a pipeline: why, by how much, and what would do. In a file, or GitHub's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from setpoint.model.decision import Decision, Factor, Verdict
from setpoint.model.scan import ScannerRun
from setpoint.model.wording import counted
from setpoint.reports.content import Bearing, Problem, Report
from setpoint.reports.markup import Blocks, code, text

MOST_BYTES: Final = 1024 * 1024
"""Of a step's summaries: GitHub drops more than that whole (*Workflow commands*, *Step isolation and limits*)."""

FELT: Final = 0.005
"""A share of a load below this is shown as 0.00, and so not at all."""


def markdown(report: Report, *, most: int = MOST_BYTES) -> str:
    """At most so many bytes; rows that do not fit are counted."""
    blocks = Blocks(most)
    blocks.heading(f"{_sign(report.verdict)} {text(report.headline)}")
    told = [each for each in report.problems if each.bearing is not Bearing.WAIVED]
    of_code = [each for each in told if each.weakness is not None]
    of_code.sort(key=lambda each: (each.is_new is False, each.bearing.rank))
    blocks.table("Why", ("", "severity", "rule", "why"), [_reason(each) for each in told if each.weakness is None])
    if report.decision is not None:
        _show_numbers(blocks, report.decision)
    blocks.list("What would do", _remedies(report))
    headings = ("", "severity", "place", "rule", "what", "in production", "new")
    blocks.table("Weaknesses in the source", headings, [_weakness(each) for each in of_code])
    runs = report.scan.runs if report.scan is not None else ()
    blocks.table("Scanners", ("scanner", "status", "why"), [_run(each) for each in runs])
    if waived := report.of_bearing(Bearing.WAIVED):
        blocks.paragraph(f"{counted(len(waived), 'weakness', 'weaknesses')} waived: <code>setpoint waivers</code>")
    return blocks.whole()


def _show_numbers(blocks: Blocks, decision: Decision) -> None:
    blocks.table("The risk is the product of", ("factor", "times", "because"), map(_factor, decision.risk_factors))
    felt = [each for each in decision.threshold_factors if each.value >= FELT]
    blocks.table("The threshold is lowered by", ("what", "load", "because"), map(_factor, felt))
    extras = [
        (text(each.name), text(each.brought or "nothing"), text(each.because), text(each.remedy))
        for each in decision.extras
    ]
    blocks.table("Required beside", ("what", "brought", "because", "what would do"), extras)


def _remedies(report: Report) -> Iterator[str]:
    """Commands that say more of what keeps it out, and what would let it pass."""
    out = [each for each in report.problems if each.bearing in {Bearing.AGAINST, Bearing.UNTOLD}]
    if report.decision is None or not out:
        return
    service, version = report.decision.service, str(report.decision.subject).rpartition("@")[2]
    if any(each.bearing is Bearing.UNTOLD for each in out):
        yield f"{code('setpoint doctor')} says what cannot be read, and which permission is missing"
    for command in dict.fromkeys(each for problem in out for each in _commands(problem, service)):
        yield f"{code(command)} says why, and what mends it"
    if report.verdict is not Verdict.ADMIT:
        command = f"setpoint gate --service {service} --release {version} --what-if without=…"
        yield f"{code(command)} says what would be decided without a policy or a finding"


def _commands(problem: Problem, service: str) -> Iterator[str]:
    """That explain a problem, by the kind of rule that found it."""
    is_of_code = problem.weakness is not None
    for rule in [each.policy for each in problem.policies] if is_of_code else [problem.rule]:
        kind, _, name = rule.partition("/")
        match kind:
            case "risk":
                yield f"setpoint risk {service} --explain"
            case "runtime":
                yield f"setpoint runtime {service} --flows"
            case "component":
                yield f"setpoint affected {name}"
            case _ if name and (is_of_code or not problem.standing):
                yield f"setpoint policy explain {kind}/{name}"


def _sign(verdict: Verdict) -> str:
    match verdict:
        case Verdict.ADMIT:
            return "✅"
        case Verdict.REFUSE:
            return "❌"
        case Verdict.UNKNOWN:
            return "❔"
        case _:
            assert_never(verdict)


def _reason(problem: Problem) -> Sequence[str]:
    return (str(problem.bearing), str(problem.severity), code(problem.rule), text(problem.sentence))


def _weakness(problem: Problem) -> Sequence[str]:
    stands = ": ".join(filter(None, (problem.standing, problem.because)))
    said = "; ".join((problem.message.removesuffix("."), *problem.objections))
    new = {True: "new", False: "old", None: ""}[problem.is_new]
    return (
        str(problem.bearing),
        str(problem.severity),
        code(problem.where),
        code(problem.rule),
        text(said),
        text(stands),
        new,
    )


def _run(run: ScannerRun) -> Sequence[str]:
    return (text(f"{run.scanner} {run.version}".strip()), str(run.status), text(run.reason))


def _factor(factor: Factor) -> Sequence[str]:
    return (text(factor.name), f"{factor.value:.2f}", text(factor.because))
