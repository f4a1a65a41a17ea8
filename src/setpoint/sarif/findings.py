"""Findings as SARIF: a rule for each kind of drift and for each guardrail, with levels by severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from setpoint.model.canonical import Json
from setpoint.model.finding import Finding, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.snapshot import AreaCoverage, doubts
from setpoint.model.urn import Urn
from setpoint.sarif.drift import RULES
from setpoint.sarif.log import Level, SarifResult, SarifRule, made_by_properties, sarif_log

LEVELS: Final[Mapping[Severity, Level]] = {
    Severity.CRITICAL: Level.ERROR,
    Severity.HIGH: Level.ERROR,
    Severity.MEDIUM: Level.WARNING,
    Severity.LOW: Level.NOTE,
    Severity.INFO: Level.NOTE,
}

_OF_DRIFT: Final = {rule.id: rule for rule in RULES.values()}


def findings_log(
    records: Iterable[FindingRecord], declared_at: Mapping[Urn, str], coverage: Iterable[AreaCoverage]
) -> Json:
    """Those that are open; `declared_at` says of an entity where it is declared, as far as that is known."""
    results = [_result(each, declared_at) for each in records if each.closed_at is None]
    untold = [f"{each.area} could not be read: {'; '.join(each.reasons)}" for each in doubts(coverage)]
    return sarif_log(results, untold)


def _result(record: FindingRecord, declared_at: Mapping[Urn, str]) -> SarifResult:
    finding, level = record.finding, LEVELS[record.finding.severity]
    rule = _rule(finding)
    return SarifResult(
        rule,
        finding.title or rule.title,
        entity=finding.urn,
        path=finding.path,
        fingerprint=finding.id,
        level=level,
        declared_at=_code_place(finding) or declared_at.get(finding.urn, ""),
        properties={
            "severity": finding.severity,
            "service": finding.service,
            "policies": list(finding.policies),
            "openedAt": record.opened_at.isoformat(),
            **made_by_properties(record.attribution),
        },
    )


def _code_place(finding: Finding) -> str:
    """Where it is in the source, or its address where it runs; empty where it is in neither."""
    if finding.source is FindingSource.DAST:
        return f"{finding.evidence['file']}: {finding.evidence['operation']}"
    if finding.source is not FindingSource.CODE:
        return ""
    line = finding.evidence["line"]
    place = f"{finding.evidence['file']}:{line}" if line else str(finding.evidence["file"])
    return f"{place}: {finding.evidence['function'] or finding.rule}"


def _rule(finding: Finding) -> SarifRule:
    match finding.source:
        case FindingSource.DRIFT:
            return _OF_DRIFT[finding.rule]
        case FindingSource.GUARDRAIL:
            title = f"The policy {finding.rule} is broken"
            remedy = f"What it checks and why: setpoint policy explain {finding.rule}"
        case FindingSource.RUNTIME:
            title = f"An agent met {finding.evidence['type']} inside"
            remedy = f"The path from the request to the call: setpoint runtime {finding.service} --flows"
        case FindingSource.COMPONENT:
            title = "A component has a known flaw"
            remedy = f"Every instance that it affects: setpoint affected {finding.rule.partition('/')[2]}"
        case FindingSource.IDENTITY:
            title = "An identity differs from what was intended"
            remedy = f"What it may do, was meant to, and uses: setpoint identity {finding.evidence['principal']}"
        case FindingSource.CODE:
            title = "A scanner told of a weakness in the source"
            remedy = f"What production says of it: {finding.evidence['because']}"
        case FindingSource.DAST:
            title = f"The running service has a fault: {finding.rule.partition('/')[2]}"
            remedy = "The request that shows it: setpoint dast URL, on the same service"
        case FindingSource.GATE:
            title = "A release got in whatever the gate said"
            remedy = "Mend what kept it out, and release again: one that is admitted regularly ends this"
        case _:
            assert_never(finding.source)
    return SarifRule(finding.rule, title, remedy, Level.WARNING)
