from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_drift_policy, evaluate_guardrails
from setpoint.model.canonical import Unknown
from setpoint.model.decision import Outcome
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.policy import Policy, Severity, Stage
from setpoint.model.resource import Resource

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]
MakeResource = Callable[..., Resource]
Outcomes = Callable[[Sequence[Evaluation]], list[str]]

PRIVATE = "resource.PubliclyAccessible == false"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def _one(policies: PolicySet, resource: Resource) -> Evaluation:
    (evaluation,) = evaluate_guardrails(policies, resource, Stage.RUNTIME)
    return evaluation


@pytest.mark.parametrize(
    ("properties", "outcome"),
    [
        ({"PubliclyAccessible": False}, Outcome.HELD),
        ({"PubliclyAccessible": True}, Outcome.VIOLATED),
        ({}, Outcome.VIOLATED),
        ({"PubliclyAccessible": Unknown("no such stack")}, Outcome.UNKNOWN),
        ({"PubliclyAccessible": False, "Port": Unknown("no such stack")}, Outcome.HELD),
    ],
)
def test_a_guardrail_holds_or_not(
    properties: Any, outcome: Outcome, guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    assert _one(compile_all(guardrail(PRIVATE)), resource(properties)).outcome is outcome


def test_a_violation_has_what_was_read_as_its_evidence(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    evaluation = _one(compile_all(guardrail(PRIVATE)), resource({"PubliclyAccessible": True, "Port": "1"}))
    assert evaluation.evidence == {"PubliclyAccessible": True}
    assert evaluation.message == "Database can be reached"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("resource.PubliclyAccessible", "exposure/database gave str, not a boolean"),
        ("size(resource.PubliclyAccessible)", "exposure/database gave int, not a boolean"),
        ("resource.PubliclyAccessible < 5", "exposure/database could not be evaluated (TypeError: No such overload"),
        ("resource['Port'] == '1'", "exposure/database could not be evaluated (KeyError: 'Port'"),
        ("1 / 0 == 1", "could not be evaluated (ZeroDivisionError: "),
        ("9223372036854775807 + 1 == 1", "could not be evaluated (OverflowError: "),
        ("[1][3] == 1", "could not be evaluated (IndexError: "),
        ("int('x') == 1", "could not be evaluated (RuntimeError: "),
        ("'x'.matches('(')", "could not be evaluated (RuntimeError: "),
    ],
)
def test_whatever_is_no_boolean_has_failed(
    expression: str, told: str, guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    evaluation = _one(compile_all(guardrail(expression)), resource({"PubliclyAccessible": "x"}))
    assert evaluation.outcome is Outcome.FAILED
    assert told in evaluation.message
    assert evaluation.is_against


@pytest.mark.parametrize(
    ("declared", "counted"), [(Severity.LOW, Severity.HIGH), (Severity.CRITICAL, Severity.CRITICAL)]
)
def test_a_failure_is_high_at_least(
    declared: Severity, counted: Severity, guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    assert _one(compile_all(guardrail("1 / 0 == 1", severity=declared)), resource({})).severity is counted


def test_self_and_tags_are_there(guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource) -> None:
    expression = (
        "self == {'account': '111122223333', 'region': 'eu-west-1', 'partition': 'aws', 'id': 'main',"
        " 'provided_by': 'AWS'} && tags['service'] == 'payments'"
    )
    policies = compile_all(guardrail(expression, reads=("Tags[*].Key",)))
    tagged = resource({"Tags": [{"Key": "service", "Value": "payments"}]}, provided_by="AWS")
    assert _one(policies, tagged).outcome is Outcome.HELD


def test_tags_that_are_not_known_cannot_be_told(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    policies = compile_all(guardrail("'service' in tags", reads=("Tags[*].Key",)))
    untold = resource({"Tags": [{"Key": "service", "Value": Unknown("no such stack")}]})
    assert _one(policies, untold).outcome is Outcome.UNKNOWN


def test_what_was_not_read_cannot_be_told(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    evaluation = _one(compile_all(guardrail(PRIVATE)), resource({}, unread={"PubliclyAccessible": "denied"}))
    assert (evaluation.outcome, evaluation.message) == (
        Outcome.UNKNOWN,
        "PubliclyAccessible could not be read: denied",
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_no_value_makes_an_evaluation_raise(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource, value: Any
) -> None:
    guarded = guardrail("any_port(resource.Extra, [22]) || resource.Extra.exists(x, x > 1)", reads=("Extra",))
    assert isinstance(_one(compile_all(guarded), resource({"Extra": value})), Evaluation)


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("drift.kind == 'changed'", Outcome.VIOLATED),
        ("drift.kind == 'missing'", Outcome.HELD),
        ("drift.path == 'Port' && drift.intended == '1' && drift.actual == '2'", Outcome.VIOLATED),
        ("drift.type == 'AWS::RDS::DBInstance'", Outcome.VIOLATED),
        ("drift.tags['environment'] == 'test'", Outcome.VIOLATED),
        ("drift.tags['owner'] == 'me'", Outcome.FAILED),
        ("drift.intended", Outcome.FAILED),
    ],
)
def test_a_drift_policy_applies_or_not(
    expression: str, outcome: Outcome, drift_policy: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    (compiled,) = compile_all(drift_policy(expression)).drift_policies
    described = resource({"Tags": [{"Key": "environment", "Value": "test"}]})
    drift = Drift(described.urn, DriftKind.CHANGED, "Port", "1", "2")
    assert evaluate_drift_policy(compiled, drift, described).outcome is outcome


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("drift.kind == 'missing'", Outcome.VIOLATED),
        ("drift.intended != null", Outcome.UNKNOWN),
        ("'service' in drift.tags", Outcome.UNKNOWN),
    ],
)
def test_a_drift_policy_can_tell_what_it_does_not_need_the_unknown_for(
    expression: str, outcome: Outcome, drift_policy: MakePolicy, compile_all: CompileAll, resource: MakeResource
) -> None:
    (compiled,) = compile_all(drift_policy(expression)).drift_policies
    described = resource({}, unread={"Tags": "denied"})
    drift = Drift(described.urn, DriftKind.MISSING, "", {"Port": Unknown("no such stack")}, None)
    assert evaluate_drift_policy(compiled, drift, described).outcome is outcome


def test_policies_that_read_the_same_agree(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource, outcomes: Outcomes
) -> None:
    policies = compile_all(guardrail(PRIVATE), guardrail("true", id="exposure/other"))
    evaluations = evaluate_guardrails(policies, resource({"PubliclyAccessible": True}), Stage.RUNTIME)
    assert outcomes(evaluations) == ["violated", "held"]


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("resource['Port'] == '1'", "failed"),
        ("size(resource) == 2", "violated"),
        ("'Port' in resource", "violated"),
        ("resource.exists(name, name == 'Port')", "violated"),
        ("resource == {'PubliclyAccessible': true}", "held"),
        ("resource.PubliclyAccessible == true", "held"),
    ],
)
def test_a_policy_does_not_see_what_another_reads(
    expression: str,
    outcome: str,
    guardrail: MakePolicy,
    compile_all: CompileAll,
    resource: MakeResource,
    outcomes: Outcomes,
) -> None:
    other = guardrail("resource.Port == '1'", id="exposure/port", reads=("Port",))
    policies = compile_all(other, guardrail(expression))
    evaluations = evaluate_guardrails(policies, resource({"PubliclyAccessible": True, "Port": "1"}), Stage.RUNTIME)
    assert outcomes(evaluations) == ["held", outcome]


def test_what_one_policy_cannot_be_told_does_not_keep_another_from_it(
    guardrail: MakePolicy, compile_all: CompileAll, resource: MakeResource, outcomes: Outcomes
) -> None:
    policies = compile_all(
        guardrail("resource.Port == '1'", id="exposure/port", reads=("Port",)),
        guardrail(PRIVATE),
        guardrail("'service' in tags", id="exposure/tagged", reads=("Tags[*].Key",)),
    )
    untold = resource({"PubliclyAccessible": False, "Port": Unknown("no such stack")}, unread={"Tags": "denied"})
    assert outcomes(evaluate_guardrails(policies, untold, Stage.RUNTIME)) == [
        "could not tell",
        "held",
        "could not tell",
    ]
