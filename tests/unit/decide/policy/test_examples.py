from __future__ import annotations

from collections.abc import Callable
from typing import Any

from setpoint.decide.policy import test as policy_test
from setpoint.decide.policy.compile import PolicySet
from setpoint.model.decision import Outcome
from setpoint.model.policy import Example, Policy

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]


def _example(given: Any, *, speaks: bool) -> Example:
    return Example("a case", "AWS::RDS::DBInstance", given, speaks, "database.yaml:20")


def test_examples_that_come_out_as_they_should_pass(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    examples = (
        _example({"PubliclyAccessible": True}, speaks=True),
        _example({"PubliclyAccessible": False}, speaks=False),
    )
    policies = compile_all(guardrail("resource.PubliclyAccessible == false", examples=examples))
    results = policy_test.test_policies(policies)
    assert [(each.policy, each.passed, each.outcome) for each in results] == [
        ("exposure/database", True, Outcome.VIOLATED),
        ("exposure/database", True, Outcome.HELD),
    ]


def test_an_example_that_comes_out_otherwise_says_how(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    policies = compile_all(
        guardrail("true", examples=(_example({}, speaks=True),)),
        guardrail("1 / 0 == 1", id="exposure/broken", examples=(_example({}, speaks=True),)),
    )
    wrong, failed = policy_test.test_policies(policies)
    assert wrong.message == "violated was expected of 'a case', but it is held"
    assert failed.message.startswith(
        "violated was expected of 'a case', but it is failed: exposure/broken could not be"
    )


def test_examples_of_drift_policies_are_differences(drift_policy: MakePolicy, compile_all: CompileAll) -> None:
    examples = (
        _example({"kind": "changed", "path": "Port", "tags": {"environment": "test"}}, speaks=True),
        _example({"kind": "changed", "path": "Port"}, speaks=False),
        _example({"kind": "missing"}, speaks=False),
    )
    policy = drift_policy("drift.kind == 'changed' && 'environment' in drift.tags", examples=examples)
    assert all(each.passed for each in policy_test.test_policies(compile_all(policy)))
