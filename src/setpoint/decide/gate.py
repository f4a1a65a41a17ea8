"""The gate: may this release pass this stage? Called by `setpoint gate` with the declared resources of its service.

Refused where a policy refuses, or where the risk exceeds the threshold; *could not tell* where something that could
refuse is not known; admitted otherwise. The decision names every factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from setpoint.decide import code, component, inside
from setpoint.decide.extras import judge_extras, with_approval
from setpoint.decide.grounds import Ground, in_order, leave_out, set_aside, verdict_of
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.component import COMPONENT, components_in
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.decide.policy.overrides import OverriddenPolicies
from setpoint.decide.risk import assess_risk
from setpoint.decide.threshold import LEAST
from setpoint.decide.weighing import place_of, risk_inputs, untold_risks
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision, Outcome, Reason
from setpoint.model.finding import Finding
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Threshold, Tier
from setpoint.model.urn import Urn


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
    told = risk_inputs(findings, circumstances)
    risk, factors = assess_risk(told, service)
    worst, _ = assess_risk([*told, *untold_risks(grounds, circumstances)], service)
    exceeded, untold = _exceeded(risk, worst, threshold), _untold(service, circumstances)
    # A release of which nothing speaks may always go on: it is how a service that was hit gets better.
    asked = circumstances.extras if worst > LEAST else ()
    extras = with_approval(release, asked, grounds, circumstances.approval)
    missing = [Ground(effect, reason) for effect, reason in judge_extras(extras)]
    all_grounds = [*grounds, *exceeded, *missing, *untold, *_remarks(circumstances)]
    verdict, effect = verdict_of(all_grounds, is_approved=bool(circumstances.approval))
    return Decision(
        subject=release.urn,
        service=release.service,
        stage=stage,
        verdict=verdict,
        effect=effect,
        reasons=tuple(replace(ground.reason, effect=ground.effect) for ground in in_order(all_grounds)),
        risk=risk,
        risk_factors=factors,
        threshold=threshold.value if threshold else None,
        threshold_factors=threshold.factors if threshold else (),
        extras=extras,
        is_of_critical=service.tier is Tier.CRITICAL,
    )


def _finding(evaluation: Evaluation, resource: Resource, service: str) -> Finding:
    """Of a component, the service is at fault, as in production."""
    if resource.type == COMPONENT:
        return evaluation.finding(Urn.service(service), service, resource.urn.identifier)
    return evaluation.finding(resource.urn, service)


def _ground(evaluation: Evaluation, finding: Finding, stage: Stage) -> Ground:
    reason = evaluation.reason(stage)
    about = replace(
        reason,
        message=f"{place_of(finding)}: {reason.message}",
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
        policies = self._policies.of(service)
        findings, grounds = judge_intended(policies, resources, stage, service.name)
        in_source, against_it = code.judge_source(policies, resources, stage, service.name)
        more, beside, remarks = _told_of(release, circumstances)
        findings, grounds = (*findings, *more, *in_source), (*grounds, *beside, *against_it)
        circumstances = replace(circumstances, remarks=(*circumstances.remarks, *remarks))
        if without:
            findings, grounds = leave_out(without, findings, grounds)
        findings, grounds, waived = set_aside(circumstances.waivers, circumstances.now, findings, grounds)
        decision = decide_release(release, stage, service, findings, grounds, circumstances)
        return replace(decision, waivers=waived)


def _told_of(
    release: Release, circumstances: Circumstances
) -> tuple[tuple[Finding, ...], tuple[Ground, ...], Sequence[str]]:
    """What agents and advisories say of it."""
    seen, asked_inside, remarks = inside.judge_seen(release, circumstances.seen)
    flaws, asked_of_flaws = circumstances.components, component.judge_release(circumstances.components)
    asked = zip((*seen, *flaws), (*asked_inside, *asked_of_flaws), strict=True)
    return (*seen, *flaws), tuple(Ground(effect, reason, each.id) for each, (effect, reason) in asked), remarks
