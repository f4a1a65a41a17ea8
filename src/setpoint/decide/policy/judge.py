"""The judge of the loop (`decide/interface.py`): findings and decisions about one entity, at stage runtime.

Drift policies say what follows from a difference. Guardrails that the actual state breaks and the declared state keeps
are explained by the difference that they read, and make it worse; whatever else they find stands for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_drift_policy, evaluate_guardrails
from setpoint.decide.policy.overrides import OverriddenPolicies
from setpoint.decide.waiving import accept
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.override import Override
from setpoint.model.paths import covers
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Service
from setpoint.model.urn import Urn

UNJUDGED: Final = Severity.MEDIUM
"""Of a difference of which no policy says how bad it is."""

_TITLES: Final[Mapping[DriftKind, str]] = {
    DriftKind.CHANGED: "{path} is not as declared",
    DriftKind.UNDECLARED: "{path} is set, but nobody declared it",
    DriftKind.MISSING: "it is declared, but does not exist",
    DriftKind.UNMANAGED: "it exists, but nobody declared it",
}


@dataclass(frozen=True, slots=True)
class _Entity:
    """What is judged."""

    urn: Urn
    service: str
    policies: PolicySet
    """As they hold for the service."""
    described: Resource
    """Whose tags count: as declared, where it is, because who changes production may change its tags too."""
    against: Sequence[Evaluation]
    """Guardrails that the actual state breaks."""
    kept: frozenset[str]
    """Ids of those among them that the declared state keeps."""


class PolicyJudge:
    """Applies policies as the overrides leave them for each service; implements `decide.interface.Judge`."""

    def __init__(
        self,
        policies: PolicySet,
        overrides: Sequence[Override] = (),
        described: Callable[[str], Service] = Service,
    ) -> None:
        """`described` tells what is configured of a service by its name."""
        self._policies = OverriddenPolicies(policies, overrides)
        self._described = described

    def version(self, type_name: str, service: str) -> str:
        return self._policies.version(type_name, self._described(service))

    def judge(
        self,
        comparison: Comparison,
        intended: Resource | None,
        actual: Resource | None,
        service: str,
        exceptions: Exceptions = NO_EXCEPTIONS,
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        policies = self._policies.of(self._described(service))
        evaluations = _evaluate(policies, actual)
        entity = _entity(comparison, intended, actual, service, policies, evaluations)
        findings: list[Finding] = []
        decisions: list[Decision] = []
        explained: set[str] = set()
        for drift in comparison.drifts:
            broken = [each for each in entity.against if _is_broken_by(each, drift, entity.kept)]
            if drift.kind is not DriftKind.UNMANAGED:
                explained.update(each.policy.id for each in broken)
            reasons, effect = _reasons(drift, entity, broken)
            findings.append(_drift_finding(drift, entity, reasons, broken))
            decisions.append(_decision(entity, Verdict.REFUSE, effect, drift.path, reasons))
        for evaluation in entity.against:
            if evaluation.policy.id not in explained:
                findings.append(evaluation.finding(entity.urn, service))
                effect = _at_most_alert(_effect(evaluation.policy))
                decisions.append(_decision(entity, Verdict.REFUSE, effect, "", (evaluation.reason(Stage.RUNTIME),)))
        return accept(findings, [*decisions, *_without_finding(entity, evaluations)], exceptions)


def _evaluate(policies: PolicySet, resource: Resource | None) -> list[Evaluation]:
    return evaluate_guardrails(policies, resource, Stage.RUNTIME) if resource is not None else []


def _entity(
    comparison: Comparison,
    intended: Resource | None,
    actual: Resource | None,
    service: str,
    policies: PolicySet,
    evaluations: Sequence[Evaluation],
) -> _Entity:
    against = [each for each in evaluations if each.is_against and not each.policy.is_silenced(Stage.RUNTIME)]
    # The declared state is looked at only where it can explain something.
    declared = _evaluate(policies, intended) if against and comparison.drifts else []
    kept = frozenset(each.policy.id for each in declared if each.outcome is Outcome.HELD)
    described = intended or actual or Resource(comparison.urn, {}, "")
    return _Entity(comparison.urn, service, policies, described, against, kept)


def _without_finding(entity: _Entity, evaluations: Sequence[Evaluation]) -> list[Decision]:
    """What could not be told, and what an override keeps from counting: that has to be said, too."""
    decisions = []
    for each in evaluations:
        silenced, reasons = each.policy.is_silenced(Stage.RUNTIME), (each.reason(Stage.RUNTIME),)
        if silenced and each.is_against:
            decisions.append(_decision(entity, Verdict.ADMIT, Effect.NONE, "", reasons))
        elif not silenced and each.outcome is Outcome.UNKNOWN:
            decisions.append(_decision(entity, Verdict.UNKNOWN, Effect.WARN, "", reasons))
    return decisions


def _reasons(drift: Drift, entity: _Entity, broken: Sequence[Evaluation]) -> tuple[tuple[Reason, ...], Effect]:
    """Why the difference matters, and the most careful of all that should follow."""
    applied = [
        each
        for compiled in entity.policies.drift_policies_of(drift.urn.type)
        if _applies(each := evaluate_drift_policy(compiled, drift, entity.described))
    ]
    reasons = tuple(each.reason(Stage.RUNTIME) for each in (*applied, *broken))
    if not applied:
        reasons = (Reason("drift", Outcome.UNKNOWN, UNJUDGED, "no policy applies", _evidence(drift)), *reasons)
    asked = [_drift_effect(each) for each in applied] or [Effect.ALERT]
    by_guardrails = [_effect(each.policy) for each in broken]
    if drift.kind is DriftKind.UNMANAGED:
        by_guardrails = [_at_most_alert(each) for each in by_guardrails]
    effect = max((*asked, *by_guardrails), key=lambda each: each.rank)
    return reasons, _at_most_alert(effect) if drift.kind is DriftKind.UNDECLARED else effect


def _applies(evaluation: Evaluation) -> bool:
    """Or may apply: then it matters, unless nothing would follow from it anyway."""
    if evaluation.policy.is_silenced(Stage.RUNTIME):
        return evaluation.outcome is Outcome.VIOLATED
    return evaluation.outcome is not Outcome.HELD


def _effect(policy: Policy) -> Effect:
    """What is to follow. In production nothing asks to be let in: of what is denied there, a person has to decide."""
    effect = policy.effect(Stage.RUNTIME)
    return Effect.ESCALATE if effect is Effect.DENY else effect


def _is_broken_by(evaluation: Evaluation, drift: Drift, kept: frozenset[str]) -> bool:
    """Whether the difference breaks the guardrail: it is where the guardrail reads, and what was declared is fine."""
    if not drift.path:
        return drift.kind is DriftKind.UNMANAGED
    return evaluation.policy.id in kept and any(
        covers(path, drift.path) or covers(drift.path, path) for path in evaluation.policy.reads
    )


def _drift_effect(evaluation: Evaluation) -> Effect:
    # What a policy that failed, or could not tell, would have asked for is not known: a person decides.
    applies = evaluation.outcome is Outcome.VIOLATED
    return _effect(evaluation.policy) if applies else Effect.ESCALATE


def _at_most_alert(effect: Effect) -> Effect:
    """Where nothing was declared there is nothing to go back to, so people are told, whatever a policy asks for."""
    return min(effect, Effect.ALERT, key=lambda each: each.rank)


def _drift_finding(drift: Drift, entity: _Entity, reasons: Iterable[Reason], broken: Iterable[Evaluation]) -> Finding:
    return Finding(
        entity.urn,
        entity.service,
        FindingSource.DRIFT,
        f"drift/{drift.kind}",
        drift.path,
        max((each.severity for each in reasons), key=lambda each: each.rank),
        _TITLES[drift.kind].format(path=drift.path),
        _evidence(drift),
        tuple(each.policy.id for each in broken),
    )


def _evidence(drift: Drift) -> dict[str, Json]:
    return {"intended": drift.intended, "actual": drift.actual}


def _decision(entity: _Entity, verdict: Verdict, effect: Effect, path: str, reasons: tuple[Reason, ...]) -> Decision:
    return Decision(entity.urn, entity.service, Stage.RUNTIME, verdict, effect, path, reasons)
