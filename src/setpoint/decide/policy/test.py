"""The examples that come with policies, run. Called by `setpoint policy test`, and by the tests of the shipped pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from setpoint.decide.policy.compile import CompiledPolicy, PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_drift_policy, evaluate_guardrail
from setpoint.model.decision import Outcome
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.policy import Example, Subject
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

EXAMPLE_ACCOUNT: Final = "111122223333"
"""The account that examples live in; AWS's documentation uses it for the same purpose."""

EXAMPLE_REGION: Final = "eu-west-1"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one example came out."""

    policy: str
    example: Example
    outcome: Outcome
    message: str
    """Why, where it did not come out as it should."""

    @property
    def passed(self) -> bool:
        return not self.message


def test_policies(policies: PolicySet) -> list[ExampleResult]:
    """Every example of every policy, in order."""
    drift_policies = {each.policy.id: each for each in policies.drift_policies}
    results = []
    for policy in policies.policies:
        for example in policy.examples:
            if policy.subject is Subject.DRIFT:
                evaluation = _evaluate_drift(drift_policies[policy.id], example)
            else:
                resource = Resource(example_urn(example.type), example.given, example.where)
                evaluation = evaluate_guardrail(policies.guardrail(policy.id, example.type), resource)
            results.append(_result(example, evaluation))
    return results


def _evaluate_drift(compiled: CompiledPolicy, example: Example) -> Evaluation:
    given, urn = example.given, example_urn(example.type)
    path, intended, actual = given.get("path") or "", given.get("intended"), given.get("actual")
    tags = [{"Key": key, "Value": value} for key, value in (given.get("tags") or {}).items()]
    described = Resource(urn, {"Tags": tags}, example.where)
    return evaluate_drift_policy(compiled, Drift(urn, DriftKind(given["kind"]), path, intended, actual), described)


def example_urn(type_name: str) -> Urn:
    """Of an entity that nobody has."""
    return Urn.aws("aws", EXAMPLE_ACCOUNT, EXAMPLE_REGION, type_name, "example")


def _result(example: Example, evaluation: Evaluation) -> ExampleResult:
    policy, outcome = evaluation.policy, evaluation.outcome
    expected = Outcome.VIOLATED if example.speaks else Outcome.HELD
    message = ""
    if outcome is not expected:
        told = f": {evaluation.message}" if outcome in (Outcome.FAILED, Outcome.UNKNOWN) else ""
        message = f"{expected} was expected of {example.name!r}, but it is {outcome}{told}"
    return ExampleResult(policy.id, example, outcome, message)
