"""How much each finding weighs in the risk of a release: what is known of it, in the words of `risk`. For `gate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from setpoint.decide import code, component, inside
from setpoint.decide.grounds import Ground
from setpoint.decide.risk import Reach, RiskInput
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Outcome
from setpoint.model.finding import OF_SCANS, Finding, FindingSource
from setpoint.model.urn import Urn

OF_SERVICE: Final = Urn.service("")


def risk_inputs(findings: Sequence[Finding], circumstances: Circumstances) -> list[RiskInput]:
    """What each contributes. Where agents met what a scanner told, that is one problem, as bad as the worse says."""
    met = {each.evidence["key"]: each for each in findings if each.source is FindingSource.RUNTIME}
    twins = {key for each in findings if each.source in OF_SCANS for key in each.evidence["places"]} & met.keys()
    return [
        _risk_input(each, circumstances, met)
        for each in findings
        if not component.is_untold(each)
        and not (each.source is FindingSource.RUNTIME and each.evidence["key"] in twins)
    ]


def _risk_input(finding: Finding, circumstances: Circumstances, met: Mapping[str, Finding]) -> RiskInput:
    of_code = finding.source in OF_SCANS
    same = [met[key] for key in finding.evidence["places"] if key in met] if of_code else []
    severity = max((finding.severity, *(each.severity for each in same)), key=lambda each: each.rank)
    reach = max((_reach(each) for each in (finding, *same)), key=lambda each: each.rank)
    ages = [age for each in (finding, *same) if (age := _age_of(each, circumstances)) is not None]
    return RiskInput(
        f"{finding.rule} of {place_of(finding)}",
        severity,
        exploitability=component.exploitability_of(finding),
        reach=reach,
        age=max(ages, default=None),
        score=_score(finding) if severity is finding.severity else None,
        watched=finding.evidence["watched"] if of_code else 0,
        against=of_code and _is_spoken_against(finding, same),
    )


def _is_spoken_against(finding: Finding, same: Sequence[Finding]) -> bool:
    """By the source around it; what that says of one statement, it does not say of others that agents met."""
    told = finding.evidence
    if not told.get("against"):  # what was found before this was asked has nothing of the kind
        return False
    met = (each.evidence["frames"][-1]["line"] for each in same)
    return all(told["line"] <= line <= max(told["line"], told["end_line"]) for line in met)


def _reach(finding: Finding) -> Reach:
    match finding.source:
        case FindingSource.COMPONENT:
            return component.reach_of(finding)
        case FindingSource.CODE | FindingSource.DAST:
            return code.reach_of(finding)
        case _:
            return inside.reach_of(finding)


def _score(finding: Finding) -> float | None:
    match finding.source:
        case FindingSource.COMPONENT:
            return component.score_of(finding)
        case FindingSource.CODE | FindingSource.DAST:
            return code.score_of(finding)
        case _:
            return None


def untold_risks(grounds: Sequence[Ground], circumstances: Circumstances) -> list[RiskInput]:
    return [
        RiskInput(each.reason.policy, each.reason.severity, age=_age(each.finding, circumstances))
        for each in grounds
        if each.reason.outcome is Outcome.UNKNOWN
    ]


def _age_of(finding: Finding, circumstances: Circumstances) -> float | None:
    """In days."""
    since = code.first_seen_of(finding) if finding.source in OF_SCANS else None
    return _days(since, circumstances) if since else _age(finding.id, circumstances)


def _age(finding: str, circumstances: Circumstances) -> float | None:
    """In days."""
    since = circumstances.first_seen.get(finding, circumstances.oldest_finding)
    return _days(since, circumstances) if since else None


def _days(since: datetime, circumstances: Circumstances) -> float:
    """A clock that jumped back makes nothing younger than new."""
    return max(0.0, (circumstances.now - since).total_seconds() / 86400.0)


def place_of(finding: Finding) -> str:
    """What it is about, as a person calls it."""
    if finding.source in {FindingSource.GUARDRAIL, *OF_SCANS} and finding.path:
        return finding.path
    urn = finding.urn
    return urn if urn.startswith(OF_SERVICE) else f"{urn.type} {urn.identifier}"
