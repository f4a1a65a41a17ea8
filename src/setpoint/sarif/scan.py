"""A report as SARIF: weaknesses with what production says of them, and whatever else speaks against a release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor
from setpoint.reports.content import Bearing, Problem, Report
from setpoint.sarif.findings import LEVELS
from setpoint.sarif.log import SarifResult, SarifRule, sarif_log
from setpoint.sarif.weaknesses import weakness_results


def report_log(report: Report) -> Json:
    """The run did not succeed where something that keeps a release out could not be told."""
    untold = [f"{each.rule}: {each.sentence}" for each in report.of_bearing(Bearing.UNTOLD)]
    properties = {} if report.decision is None else _numbers(report.decision)
    return sarif_log(list(_results(report)), untold, {"verdict": report.verdict, **properties})


def _results(report: Report) -> Iterator[SarifResult]:
    told = [(each, each.weakness) for each in report.problems if each.weakness is not None]
    results = weakness_results([weakness for _, weakness in told])
    for (problem, _), result in zip(told, results, strict=True):
        yield replace(
            result,
            message=problem.sentence,
            waived_by=_waived(report, problem),
            properties={**result.properties, **_stands(problem)},
        )
    for problem in report.problems:
        if problem.weakness is None:
            yield _of_release(problem, report.subject)


def _of_release(problem: Problem, subject: str) -> SarifResult:
    level = LEVELS[problem.severity]
    return SarifResult(
        SarifRule(problem.rule, f"{problem.rule} speaks of a release", "Why: setpoint gate --json", level),
        problem.message,
        entity=subject,
        path="",
        fingerprint=problem.fingerprint,
        level=level,
        is_open=problem.bearing in {Bearing.UNTOLD, Bearing.REMARK},
        properties={"severity": problem.severity, **_stands(problem)},
    )


def _stands(problem: Problem) -> dict[str, Json]:
    return {
        "bearing": problem.bearing,
        "standing": problem.standing or None,
        "because": problem.because or None,
        "policies": [each.policy for each in problem.policies],
    }


def _waived(report: Report, problem: Problem) -> str:
    if problem.bearing is not Bearing.WAIVED or report.decision is None:
        return ""
    return f"waived, as {' or '.join(report.decision.waivers)} says"


def _numbers(decision: Decision) -> dict[str, Json]:
    return {
        "service": decision.service,
        "stage": decision.stage,
        "risk": decision.risk,
        "riskFactors": [_factor(each) for each in decision.risk_factors],
        "threshold": decision.threshold,
        "thresholdFactors": [_factor(each) for each in decision.threshold_factors],
    }


def _factor(factor: Factor) -> Json:
    return {"name": factor.name, "value": factor.value, "because": factor.because}
