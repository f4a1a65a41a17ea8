"""Policies on components, applied to what services run; the gate applies them to what a release is made of. Pure.

Called by the loop for all that a service runs whenever something of it changes, and for what ran by `replay`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.component import COMPONENT, bill_resource, components_of
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.decide.policy.overrides import OverriddenPolicies
from setpoint.decide.waiving import accept
from setpoint.model.decision import Decision, Outcome, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding
from setpoint.model.inventory import UsedComponent
from setpoint.model.override import Override
from setpoint.model.policy import Effect, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Service
from setpoint.model.urn import Urn

TELLING: Final = (Outcome.HELD, Outcome.UNKNOWN, Outcome.VIOLATED, Outcome.FAILED)
"""Of two components at one place, the later in this list is the one that is told of."""


class ComponentGuardrails:
    """Implements `decide.interface.ComponentPolicies`."""

    def __init__(
        self,
        policies: PolicySet,
        overrides: Sequence[Override] = (),
        described: Callable[[str], Service] = Service,
    ) -> None:
        """`described` tells what is configured of a service by its name."""
        self._policies = OverriddenPolicies(policies, overrides)
        self._described = described

    def version(self, service: str) -> str:
        described = self._described(service)
        if not self._policies.of(described).guardrails(COMPONENT, Stage.RUNTIME):
            return ""
        return self._policies.version(COMPONENT, described)

    def bill(self, components: Iterable[UsedComponent]) -> Resource:
        return bill_resource(components)

    def judge(
        self, service: str, bill: Resource, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        urn, policies = Urn.service(service), self._policies.of(self._described(service))
        findings: list[Finding] = []
        decisions: list[Decision] = []
        beside: list[Decision] = []
        for place, evaluation in _told(policies, bill):
            finding = evaluation.finding(urn, service, place)
            if evaluation.is_against and not evaluation.policy.is_silenced(Stage.RUNTIME):
                findings.append(finding)
                decisions.append(_decision(finding, evaluation, Verdict.REFUSE, _effect(evaluation)))
            else:
                beside += _without_finding(finding, evaluation)
        return accept(findings, [*decisions, *beside], exceptions)


def _told(policies: PolicySet, bill: Resource) -> Iterator[tuple[str, Evaluation]]:
    """What each policy says of each place but that all is well there."""
    told: dict[tuple[str, str], Evaluation] = {}
    for component in components_of(bill):
        for each in evaluate_guardrails(policies, component, Stage.RUNTIME):
            key = (component.urn.identifier, each.policy.id)
            if each.outcome is not Outcome.HELD and (key not in told or _tells_more(each, told[key])):
                told[key] = each
    for (place, _), evaluation in told.items():
        yield place, evaluation


def _tells_more(evaluation: Evaluation, other: Evaluation) -> bool:
    return TELLING.index(evaluation.outcome) > TELLING.index(other.outcome)


def _without_finding(finding: Finding, evaluation: Evaluation) -> Iterator[Decision]:
    """What could not be told, and what an override keeps from counting: that has to be said, too."""
    silenced = evaluation.policy.is_silenced(Stage.RUNTIME)
    if silenced and evaluation.is_against:
        yield _decision(finding, evaluation, Verdict.ADMIT, Effect.NONE)
    elif not silenced:
        yield _decision(finding, evaluation, Verdict.UNKNOWN, Effect.WARN)


def _effect(evaluation: Evaluation) -> Effect:
    """What runs is not put right, or kept out, by Setpoint: people are told."""
    return min(evaluation.policy.effect(Stage.RUNTIME), Effect.ALERT, key=lambda each: each.rank)


def _decision(finding: Finding, evaluation: Evaluation, verdict: Verdict, effect: Effect) -> Decision:
    # Of several policies about one component, each is decided by itself.
    path = f"{finding.path}[{finding.rule}]"
    reasons = (evaluation.reason(Stage.RUNTIME),)
    return Decision(finding.urn, finding.service, Stage.RUNTIME, verdict, effect, path, reasons)
