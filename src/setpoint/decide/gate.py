"""The gate: may this release pass this stage? Called by `setpoint gate` with the declared resources of its service.

Refused where a policy refuses, or where the risk exceeds the threshold; *could not tell* where something that could
refuse is not known; admitted otherwise. The decision names every factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from setpoint.decide import component, inside
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.component import COMPONENT, components_in
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.decide.policy.overrides import OverriddenPolicies
from setpoint.decide.risk import Reach, RiskInput, assess_risk
from setpoint.errors import NotFoundError
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Threshold
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

REFUSING: Final = frozenset({Effect.DENY, Effect.REQUIRE_APPROVAL})
"""Effects that keep a release out; an approval that nobody gave does."""

OF_SERVICE: Final = Urn.service("")


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, and what its policy asks for at the stage."""

    effect: Effect
    reason: Reason
    finding: str = ""
    """The id of the finding that it is about; empty where it is about none."""


def judge_intended(
    policies: PolicySet, resources: Sequence[Resource], stage: Stage, service: str
) -> tuple[tuple[Finding, ...], tuple[Ground, ...]]:
    """Every guardrail that speaks at the stage, over the declared resources of a service, and what a bill lists.

    What an override silences is a ground without effect, and no finding.
    """
    findings: dict[str, Finding] = {}
    grounds: dict[tuple[str, Outcome], Ground] = {}
    for resource in (each for listed in resources for each in components_in(listed)):
        for evaluation in evaluate_guardrails(policies, resource, stage):
            silenced = evaluation.policy.is_silenced(stage)
            if evaluation.outcome is Outcome.HELD or (silenced and not evaluation.is_against):
                continue
            finding = _finding(evaluation, resource, service)
            if evaluation.is_against and not silenced:
                findings[finding.id] = finding
            # A bill may list one package twice, with other contents: that is one problem.
            grounds[finding.id, evaluation.outcome] = _ground(evaluation, finding, stage)
    return tuple(findings.values()), tuple(grounds.values())


def leave_out(
    names: Sequence[str], findings: Sequence[Finding], grounds: Sequence[Ground]
) -> tuple[tuple[Finding, ...], tuple[Ground, ...]]:
    """What `judge_intended` found, but for these findings (by id) and what these policies found."""
    known = {name for ground in grounds for name in (ground.finding, ground.reason.policy)}
    for name in names:
        if name not in known:
            speaking = ", ".join(sorted({ground.reason.policy for ground in grounds})) or "none"
            raise NotFoundError(
                f"{name!r} is neither a finding of this release nor a policy that speaks against it",
                remedy=f"those that do are: {speaking}",
            )
    return (
        tuple(each for each in findings if each.id not in names and each.rule not in names),
        tuple(each for each in grounds if each.finding not in names and each.reason.policy not in names),
    )


def set_aside(
    waivers: Sequence[Waiver], now: datetime, findings: Sequence[Finding], grounds: Sequence[Ground]
) -> tuple[tuple[Finding, ...], tuple[Ground, ...], tuple[str, ...]]:
    """What no active waiver covers of what `judge_intended` found, and the ids of the waivers that cover the rest."""
    excuses: dict[str, str] = {}
    for finding in findings:
        excuse = Exceptions.at(now, finding.urn, waivers, NO_EXCEPTIONS.baseline).excuse(
            finding.urn, finding.rule, finding.path, None
        )
        if excuse:
            excuses[finding.id] = excuse
    return (
        tuple(each for each in findings if each.id not in excuses),
        tuple(each for each in grounds if each.finding not in excuses),
        tuple(sorted(set(excuses.values()))),
    )


def decide_release(
    release: Release,
    stage: Stage,
    service: Service,
    findings: Sequence[Finding],
    grounds: Sequence[Ground],
    circumstances: Circumstances,
) -> Decision:
    """`findings` and `grounds` are `judge_intended`'s."""
    threshold = circumstances.threshold
    told = [_risk_input(each, circumstances) for each in findings if not component.is_untold(each)]
    risk, factors = assess_risk(told, service)
    worst, _ = assess_risk([*told, *_untold_risks(grounds, circumstances)], service)
    exceeded, untold = _exceeded(risk, worst, threshold), _untold(service, circumstances)
    all_grounds = [*grounds, *exceeded, *untold, *_remarks(circumstances)]
    verdict, effect = verdict_of(all_grounds)
    return Decision(
        subject=release.urn,
        service=release.service,
        stage=stage,
        verdict=verdict,
        effect=effect,
        reasons=tuple(
            replace(ground.reason, effect=ground.effect) for ground in sorted(all_grounds, key=weight, reverse=True)
        ),
        risk=risk,
        risk_factors=factors,
        threshold=threshold.value if threshold else None,
        threshold_factors=threshold.factors if threshold else (),
    )


def verdict_of(grounds: Sequence[Ground]) -> tuple[Verdict, Effect]:
    """What all of them together come to."""
    refusing = [each for each in grounds if each.effect in REFUSING]
    against = [each for each in refusing if each.reason.outcome is not Outcome.UNKNOWN]
    if against:
        return Verdict.REFUSE, _strongest(against)
    if refusing:
        return Verdict.UNKNOWN, _strongest(refusing)
    return Verdict.ADMIT, _strongest(grounds)


def _strongest(grounds: Sequence[Ground]) -> Effect:
    return max((each.effect for each in grounds), key=lambda effect: effect.rank, default=Effect.NONE)


def weight(ground: Ground) -> tuple[bool, int, int]:
    """What decides comes first."""
    return ground.reason.outcome is not Outcome.UNKNOWN, ground.effect.rank, ground.reason.severity.rank


def _finding(evaluation: Evaluation, resource: Resource, service: str) -> Finding:
    """Of a component, the service is at fault, as in production."""
    if resource.type == COMPONENT:
        return evaluation.finding(Urn.service(service), service, resource.urn.identifier)
    return evaluation.finding(resource.urn, service)


def _ground(evaluation: Evaluation, finding: Finding, stage: Stage) -> Ground:
    reason = evaluation.reason(stage)
    about = replace(
        reason,
        message=f"{_place(finding)}: {reason.message}",
        evidence={**reason.evidence, "finding": finding.id} if evaluation.is_against else reason.evidence,
    )
    return Ground(evaluation.policy.effect(stage), about, finding.id)


def _exceeded(risk: float, worst: float, threshold: Threshold | None) -> list[Ground]:
    """`worst` is the risk if all that could not be told were found."""
    if threshold is None or worst <= threshold.value:
        return []
    limit = f"the {threshold.value:.2f} that {threshold.service} may carry now"
    if risk > threshold.value:
        outcome, message = Outcome.VIOLATED, f"its risk is {risk:.2f}, more than {limit}"
    else:
        outcome, message = (
            Outcome.UNKNOWN,
            f"its risk may be {worst:.2f} with what could not be told, more than {limit}",
        )
    evidence = {"risk": risk, "threshold": threshold.value, "base": threshold.base, "load": threshold.load}
    return [Ground(Effect.DENY, Reason("risk", outcome, Severity.HIGH, message, evidence))]


def _untold(service: Service, circumstances: Circumstances) -> list[Ground]:
    told = [] if circumstances.threshold else [f"the threshold of {service.name} is not known"]
    return [_not_known(Effect.DENY, Severity.HIGH, message) for message in (*told, *circumstances.unknowns)]


def _remarks(circumstances: Circumstances) -> list[Ground]:
    return [_not_known(Effect.WARN, Severity.INFO, message) for message in circumstances.remarks]


def _not_known(effect: Effect, severity: Severity, message: str) -> Ground:
    return Ground(effect, Reason("risk", Outcome.UNKNOWN, severity, message))


def _risk_input(finding: Finding, circumstances: Circumstances) -> RiskInput:
    name = f"{finding.rule} of {_place(finding)}"
    return RiskInput(
        name,
        finding.severity,
        exploitability=component.exploitability_of(finding),
        reach=_reach(finding),
        age=_age(finding.id, circumstances),
    )


def _reach(finding: Finding) -> Reach:
    of_component = finding.source is FindingSource.COMPONENT
    return component.reach_of(finding) if of_component else inside.reach_of(finding)


def _untold_risks(grounds: Sequence[Ground], circumstances: Circumstances) -> list[RiskInput]:
    return [
        RiskInput(each.reason.policy, each.reason.severity, age=_age(each.finding, circumstances))
        for each in grounds
        if each.reason.outcome is Outcome.UNKNOWN
    ]


def _age(finding: str, circumstances: Circumstances) -> float | None:
    """In days; a clock that jumped back makes nothing younger than new."""
    seen = circumstances.first_seen.get(finding, circumstances.oldest_finding)
    return max(0.0, (circumstances.now - seen).total_seconds() / 86400.0) if seen else None


def _place(finding: Finding) -> str:
    """What it is about, as a person calls it."""
    if finding.source is FindingSource.GUARDRAIL and finding.path:
        return finding.path
    urn = finding.urn
    return urn if urn.startswith(OF_SERVICE) else f"{urn.type} {urn.identifier}"


class ReleaseGate:
    """Implements `decide.interface.Gate`, by the policies as the overrides leave them for each service."""

    def __init__(self, policies: PolicySet, overrides: Sequence[Override] = ()) -> None:
        self._policies = OverriddenPolicies(policies, overrides)

    def decide(
        self,
        release: Release,
        stage: Stage,
        service: Service,
        resources: Sequence[Resource],
        circumstances: Circumstances,
        *,
        without: Sequence[str] = (),
    ) -> Decision:
        found = judge_intended(self._policies.of(service), resources, stage, service.name)
        seen, asked, remarks = inside.judge_seen(release, circumstances.seen)
        seen, asked = (*seen, *circumstances.components), (*asked, *component.judge_release(circumstances.components))
        grounds = tuple(Ground(effect, reason, each.id) for each, (effect, reason) in zip(seen, asked, strict=True))
        found = ((*found[0], *seen), (*found[1], *grounds))
        circumstances = replace(circumstances, remarks=(*circumstances.remarks, *remarks))
        findings, grounds = leave_out(without, *found) if without else found
        findings, grounds, waived = set_aside(circumstances.waivers, circumstances.now, findings, grounds)
        decision = decide_release(release, stage, service, findings, grounds, circumstances)
        return replace(decision, waivers=waived)
