"""The gate: may this release pass this stage? Called by `setpoint gate` with the declared resources of its service.

Refused where a policy refuses, or where the risk exceeds the threshold; *could not tell* where something that could
refuse is not known; admitted otherwise. The decision names every factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.decide.risk import RiskInput, assess_risk
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.finding import Finding
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Threshold
from setpoint.model.urn import Urn

REFUSING: Final = frozenset({Effect.DENY, Effect.REQUIRE_APPROVAL})
"""Effects that keep a release out; an approval that nobody gave does."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, and what its policy asks for at the stage."""

    effect: Effect
    reason: Reason


def judge_intended(
    policies: PolicySet, resources: Sequence[Resource], stage: Stage, service: str
) -> tuple[tuple[Finding, ...], tuple[Ground, ...]]:
    """Every guardrail that speaks at the stage, over the declared resources of a service."""
    findings: list[Finding] = []
    grounds: list[Ground] = []
    for resource in resources:
        for evaluation in evaluate_guardrails(policies, resource, stage):
            if evaluation.outcome is Outcome.HELD:
                continue
            if evaluation.is_against:
                findings.append(evaluation.finding(resource.urn, service))
            grounds.append(_ground(evaluation, resource, stage))
    return tuple(findings), tuple(grounds)


def decide_release(
    release: Release,
    stage: Stage,
    service: Service,
    findings: Sequence[Finding],
    grounds: Sequence[Ground],
    threshold: Threshold | None,
    *,
    unknowns: Sequence[str] = (),
    first_seen: Mapping[str, datetime] | None = None,
    now: datetime | None = None,
) -> Decision:
    """`findings` and `grounds` are `judge_intended`'s; `unknowns` says what else could not be told, a clause each.

    `first_seen` (by finding id) and `now` give findings their age; without them none has one.
    """
    risk, factors = assess_risk([_risk_input(each, first_seen or {}, now) for each in findings], service)
    all_grounds = [*grounds, *_exceeded(risk, threshold), *_untold(service, threshold, unknowns)]
    verdict, effect = _verdict(all_grounds)
    return Decision(
        subject=release.urn,
        service=release.service,
        stage=stage,
        verdict=verdict,
        effect=effect,
        reasons=tuple(ground.reason for ground in sorted(all_grounds, key=_weight, reverse=True)),
        risk=risk,
        risk_factors=factors,
        threshold=threshold.value if threshold else None,
        threshold_factors=threshold.factors if threshold else (),
    )


def _verdict(grounds: Sequence[Ground]) -> tuple[Verdict, Effect]:
    refusing = [each for each in grounds if each.effect in REFUSING]
    against = [each for each in refusing if each.reason.outcome is not Outcome.UNKNOWN]
    if against:
        return Verdict.REFUSE, _strongest(against)
    if refusing:
        return Verdict.UNKNOWN, _strongest(refusing)
    return Verdict.ADMIT, _strongest(grounds)


def _strongest(grounds: Sequence[Ground]) -> Effect:
    return max((each.effect for each in grounds), key=lambda effect: effect.rank, default=Effect.NONE)


def _weight(ground: Ground) -> tuple[bool, int, int]:
    """What decides comes first."""
    return ground.reason.outcome is not Outcome.UNKNOWN, ground.effect.rank, ground.reason.severity.rank


def _ground(evaluation: Evaluation, resource: Resource, stage: Stage) -> Ground:
    reason = evaluation.reason()
    about = replace(reason, message=f"{_name(resource.urn)}: {reason.message}")
    return Ground(evaluation.policy.effect(stage), about)


def _exceeded(risk: float, threshold: Threshold | None) -> list[Ground]:
    if threshold is None or risk <= threshold.value:
        return []
    message = f"its risk is {risk:.2f}, more than the {threshold.value:.2f} that {threshold.service} may carry now"
    evidence = {"risk": risk, "threshold": threshold.value, "base": threshold.base, "load": threshold.load}
    return [Ground(Effect.DENY, Reason("risk", Outcome.VIOLATED, Severity.HIGH, message, evidence))]


def _untold(service: Service, threshold: Threshold | None, unknowns: Sequence[str]) -> list[Ground]:
    told = [] if threshold else [f"the threshold of {service.name} is not known"]
    return [
        Ground(Effect.DENY, Reason("risk", Outcome.UNKNOWN, Severity.HIGH, message)) for message in (*told, *unknowns)
    ]


def _risk_input(finding: Finding, first_seen: Mapping[str, datetime], now: datetime | None) -> RiskInput:
    seen = first_seen.get(finding.id)
    age = (now - seen).total_seconds() / 86400.0 if now and seen else None
    return RiskInput(f"{finding.rule} of {_name(finding.urn)}", finding.severity, age=age)


def _name(urn: Urn) -> str:
    return f"{urn.type} {urn.identifier}"


class ReleaseGate:
    """Implements `decide.interface.Gate`."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies

    def decide(
        self,
        release: Release,
        stage: Stage,
        service: Service,
        resources: Sequence[Resource],
        threshold: Threshold,
        *,
        unknowns: Sequence[str],
        first_seen: Mapping[str, datetime],
        now: datetime,
    ) -> Decision:
        findings, grounds = judge_intended(self._policies, resources, stage, service.name)
        return decide_release(
            release, stage, service, findings, grounds, threshold, unknowns=unknowns, first_seen=first_seen, now=now
        )
