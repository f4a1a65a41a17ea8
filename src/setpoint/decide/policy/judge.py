"""The judge of the loop (`decide/interface.py`): findings and decisions about one entity, at stage runtime.

Drift policies say what follows from a difference. Guardrails that the actual state breaks and the declared state keeps
are explained by the difference that they read, and make it worse; whatever else they find stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_drift_policy, evaluate_guardrails
from setpoint.decide.waiving import waive
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.paths import covers
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.resource import Resource
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
    described: Resource
    """Whose tags count: as declared, where it is, because who changes production may change its tags too."""
    against: Sequence[Evaluation]
    """Guardrails that the actual state breaks."""
    kept: frozenset[str]
    """Ids of those among them that the declared state keeps."""


class PolicyJudge:
    """Applies a set of policies; implements `decide.interface.Judge`."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies

    def version(self, type_name: str) -> str:
        return self._policies.version(type_name)

    def judge(
        self,
        comparison: Comparison,
        intended: Resource | None,
        actual: Resource | None,
        service: str,
        exceptions: Exceptions = NO_EXCEPTIONS,
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        evaluations = self._evaluate(actual)
        entity = self._entity(comparison, intended, actual, service, evaluations)
        findings: list[Finding] = []
        decisions: list[Decision] = []
        explained: set[str] = set()
        for drift in comparison.drifts:
            broken = [each for each in entity.against if _is_broken_by(each, drift, entity.kept)]
            if drift.kind is not DriftKind.UNMANAGED:
                explained.update(each.policy.id for each in broken)
            reasons, effect = self._reasons(drift, entity, broken)
            findings.append(_drift_finding(drift, entity, reasons, broken))
            decisions.append(_decision(entity, Verdict.REFUSE, effect, drift.path, reasons))
        for evaluation in entity.against:
            if evaluation.policy.id not in explained:
                findings.append(evaluation.finding(entity.urn, service))
                effect = _at_most_alert(evaluation.policy.effect(Stage.RUNTIME))
                decisions.append(_decision(entity, Verdict.REFUSE, effect, "", (evaluation.reason(),)))
        decisions += [
            _decision(entity, Verdict.UNKNOWN, Effect.WARN, "", (evaluation.reason(),))
            for evaluation in evaluations
            if evaluation.outcome is Outcome.UNKNOWN
        ]
        return waive(findings, decisions, exceptions)

    def _evaluate(self, resource: Resource | None) -> list[Evaluation]:
        return evaluate_guardrails(self._policies, resource, Stage.RUNTIME) if resource is not None else []

    def _entity(
        self,
        comparison: Comparison,
        intended: Resource | None,
        actual: Resource | None,
        service: str,
        evaluations: Sequence[Evaluation],
    ) -> _Entity:
        against = [each for each in evaluations if each.is_against]
        # The declared state is looked at only where it can explain something.
        declared = self._evaluate(intended) if against and comparison.drifts else []
        kept = frozenset(each.policy.id for each in declared if each.outcome is Outcome.HELD)
        described = intended or actual or Resource(comparison.urn, {}, "")
        return _Entity(comparison.urn, service, described, against, kept)

    def _reasons(
        self, drift: Drift, entity: _Entity, broken: Sequence[Evaluation]
    ) -> tuple[tuple[Reason, ...], Effect]:
        """Why the difference matters, and the most careful of all that should follow."""
        applied = [
            each
            for compiled in self._policies.drift_policies_of(drift.urn.type)
            if (each := evaluate_drift_policy(compiled, drift, entity.described)).outcome is not Outcome.HELD
        ]
        reasons = tuple(each.reason() for each in (*applied, *broken))
        if not applied:
            reasons = (Reason("drift", Outcome.UNKNOWN, UNJUDGED, "no policy applies", _evidence(drift)), *reasons)
        asked = [_drift_effect(each) for each in applied] or [Effect.ALERT]
        by_guardrails = [each.policy.effect(Stage.RUNTIME) for each in broken]
        if drift.kind is DriftKind.UNMANAGED:
            by_guardrails = [_at_most_alert(each) for each in by_guardrails]
        effect = max((*asked, *by_guardrails), key=lambda each: each.rank)
        return reasons, _at_most_alert(effect) if drift.kind is DriftKind.UNDECLARED else effect


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
    return evaluation.policy.effect(Stage.RUNTIME) if applies else Effect.ESCALATE


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
