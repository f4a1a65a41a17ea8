from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.decide.policy.compile import MAX_EXPRESSION, PolicySet
from setpoint.errors import InputError
from setpoint.model.policy import Effect, Example, Policy, Severity, Stage

MakePolicy = Callable[..., Policy]
CompileAll = Callable[..., PolicySet]

FINE = "resource.PubliclyAccessible == false"


def _told(compile_all: CompileAll, policy: Policy) -> str:
    with pytest.raises(InputError) as raised:
        compile_all(policy)
    return raised.value.diagnostics()


@pytest.mark.parametrize(
    "expression",
    [
        FINE,
        "self.account == '111122223333' && resource.PubliclyAccessible == null",
        "is_public_cidr('0.0.0.0/0') && size([1]) == 1",
        "[1, 2].exists(number, number > 1)",
        "!resource.PubliclyAccessible.exists(PubliclyAccessible, PubliclyAccessible.PubliclyAccessible)",
    ],
)
def test_an_expression_over_its_projection_is_taken(
    expression: str, guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    compiled = compile_all(guardrail(expression))
    assert len(compiled.guardrails("AWS::RDS::DBInstance", Stage.RUNTIME)) == 1


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (
            "resource.PubliclyAccessible ==",
            "database.yaml:9: the expression of exposure/database is not CEL (line 1, column 31 of it: ",
        ),
        (
            "resource.PublicAccessible == false",
            "which no entry of reads names; add its path to reads, or did you mean PubliclyAccessible?",
        ),
        ("resource.Port == '1'", "uses the field Port, which no entry of reads names"),
        ("resurce.PubliclyAccessible", "uses the variable resurce, which does not exist; did you mean resource?"),
        ("drift.kind == 'changed'", "uses the variable drift, which does not exist"),
        ("self.acount == ''", "uses the field acount, which does not exist; did you mean account?"),
        ("is_public_cdir('')", "uses the function is_public_cdir, which does not exist; did you mean is_public_cidr?"),
        ("resource.PubliclyAccessible.lowerAscii() == ''", "uses the function lowerAscii, which does not exist"),
        ("x" * (MAX_EXPRESSION + 1), "has more than 10,000 characters"),
        ("size(tags) > 0", "uses tags, which no entry of reads names; add Tags[*].Key to reads"),
    ],
)
def test_a_wrong_expression_is_told_with_its_place(
    expression: str, told: str, guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    assert told in _told(compile_all, guardrail(expression))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"types": ("AWS::RDS::Instance",), "reads_where": {"AWS::RDS::Instance": "database.yaml:7"}},
            "database.yaml:7: there is no resource type AWS::RDS::Instance; did you mean AWS::RDS::DBInstance?",
        ),
        ({"types": ("*",)}, "there is no resource type *"),
        (
            {"reads": ("PublicAccessible",), "reads_where": {"PublicAccessible": "database.yaml:8"}},
            "database.yaml:8: AWS::RDS::DBInstance has no property PublicAccessible; did you mean PubliclyAccessible?",
        ),
        ({"reads": ("MasterUserPassword",)}, "MasterUserPassword of AWS::RDS::DBInstance is never returned by AWS"),
        ({"reads": ("Volumes[*].Size",)}, "Volumes[*].Size of AWS::RDS::DBInstance is not read by Setpoint yet"),
        ({"reads": ("Options", "Options.Name")}, "reads both Options and Options.Name"),
        ({"effects": {}}, "has no effect at any stage"),
        ({"effects": {Stage.DEPLOY: Effect.NONE}}, "has no effect at any stage"),
        ({"effects": {Stage.BUILD: Effect.REMEDIATE}}, "cannot remediate at build; at build it can be none, warn, "),
        ({"effects": {Stage.ADMIT: Effect.ESCALATE}}, "cannot escalate at admit; at admit it can be none, warn, "),
    ],
)
def test_a_wrong_policy_is_told_with_its_place(
    changes: dict[str, Any], told: str, guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    assert told in _told(compile_all, guardrail("true", **changes))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("resource.Port == '1'", "uses the variable resource, which does not exist"),
        ("drift.knd == 'changed'", "uses the field knd, which does not exist; did you mean kind?"),
        ("drift.intended.Port == '1'", "uses the field Port, which does not exist"),
    ],
)
def test_a_drift_policy_sees_the_difference_only(
    expression: str, told: str, drift_policy: MakePolicy, compile_all: CompileAll
) -> None:
    assert told in _told(compile_all, drift_policy(expression))


OF_COMPONENTS = {"types": ("Setpoint::Component",), "reads": ("licences",), "effects": {Stage.BUILD: Effect.WARN}}


def test_a_policy_on_components_is_taken(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    compiled = compile_all(guardrail("!('MIT' in resource.licences)", **OF_COMPONENTS))
    assert len(compiled.guardrails("Setpoint::Component", Stage.BUILD)) == 1


@pytest.mark.parametrize(
    ("expression", "changes", "told"),
    [
        ("resource.licences == []", {"reads": ("licenses",)}, "Setpoint::Component has no property licenses; did you"),
        ("self.id == ''", {}, "uses the variable self, which does not exist"),
        ("size(tags) == 0", {}, "uses the variable tags, which does not exist"),
        ("true", {"types": ("Setpoint::Components",)}, "did you mean Setpoint::Component?"),
        (
            "true",
            {"types": ("Setpoint::Component", "AWS::RDS::DBInstance")},
            "speaks of other types and of Setpoint::Component",
        ),
        ("true", {"effects": {Stage.RUNTIME: Effect.REMEDIATE}}, "has the effect remediate on components at runtime"),
        ("true", {"effects": {Stage.RUNTIME: Effect.ESCALATE}}, "has the effect escalate on components at runtime"),
    ],
)
def test_a_wrong_policy_on_components_is_told(
    expression: str, changes: dict[str, Any], told: str, guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    assert told in _told(compile_all, guardrail(expression, **{**OF_COMPONENTS, **changes}))


def test_a_policy_on_drift_cannot_speak_of_components(drift_policy: MakePolicy, compile_all: CompileAll) -> None:
    policy = drift_policy("true", types=("Setpoint::Component",))
    assert "speaks of drift and of Setpoint::Component" in _told(compile_all, policy)


def test_a_drift_policy_speaks_at_runtime_only(drift_policy: MakePolicy, compile_all: CompileAll) -> None:
    policy = drift_policy("true", effects={Stage.RUNTIME: Effect.ALERT, Stage.BUILD: Effect.DENY})
    assert "speaks of drift, which there is at runtime only" in _told(compile_all, policy)


@pytest.mark.parametrize(
    ("given_properties", "told"),
    [
        (
            {"PublicAccessible": True},
            "database.yaml:20: AWS::RDS::DBInstance has no property PublicAccessible; did you",
        ),
        ({"Options": {"Nam": "x"}}, "has no property Options.Nam; did you mean Options.Name?"),
        ({"Tags": [{"Ky": "x"}]}, "has no property Tags[*].Ky; did you mean Tags[*].Key?"),
    ],
)
def test_a_misspelt_property_in_an_example_is_told(
    given_properties: Any, told: str, guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    example = Example("public", "AWS::RDS::DBInstance", given_properties, True, "database.yaml:20")
    assert told in _told(compile_all, guardrail(FINE, examples=(example,)))


def test_free_form_parts_of_an_example_are_not_checked(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    properties = {"Labels": {"any": "x"}, "Extra": {"any": [{"x": 1}]}, "Options": {"Name": {"any": 1}}}
    example = Example("public", "AWS::RDS::DBInstance", properties, True, "database.yaml:20")
    assert compile_all(guardrail(FINE, examples=(example,))).policies


def test_an_example_of_another_type_is_told(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    example = Example("public", "AWS::S3::BucketPolicy", {}, True, "database.yaml:20")
    assert "of which exposure/database does not speak" in _told(compile_all, guardrail(FINE, examples=(example,)))


@pytest.mark.parametrize(
    ("difference", "told"),
    [
        ({"kind": "change"}, "is of no kind of drift (change); its kind can be changed, "),
        ({"kind": "changed", "pth": ""}, "has an unknown field pth; did you mean path?"),
    ],
)
def test_an_example_of_a_drift_policy_is_a_difference(
    difference: Any, told: str, drift_policy: MakePolicy, compile_all: CompileAll
) -> None:
    example = Example("a change", "AWS::RDS::DBInstance", difference, True, "changed.yaml:20")
    assert told in _told(compile_all, drift_policy("true", examples=(example,)))


def test_a_guardrail_is_asked_only_where_it_has_an_effect(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    policies = compile_all(guardrail(FINE, effects={Stage.DEPLOY: Effect.DENY, Stage.RUNTIME: Effect.NONE}))
    assert len(policies.guardrails("AWS::RDS::DBInstance", Stage.DEPLOY)) == 1
    assert len(policies.guardrails("AWS::RDS::DBInstance", Stage.RUNTIME)) == 0
    assert len(policies.guardrails("AWS::S3::BucketPolicy", Stage.DEPLOY)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": Severity.LOW},
        {"title": "Another title"},
        {"effects": {Stage.RUNTIME: Effect.ALERT}},
        {"reads": ("PubliclyAccessible", "Port")},
    ],
)
def test_the_version_moves_with_whatever_a_conclusion_could_depend_on(
    changes: dict[str, Any], guardrail: MakePolicy, compile_all: CompileAll
) -> None:
    before, after = compile_all(guardrail(FINE)), compile_all(guardrail(FINE, **changes))
    assert before.version("AWS::RDS::DBInstance") != after.version("AWS::RDS::DBInstance")
    assert before.version("AWS::S3::BucketPolicy") == after.version("AWS::S3::BucketPolicy")


def test_a_drift_policy_on_all_types_moves_every_version(drift_policy: MakePolicy, compile_all: CompileAll) -> None:
    before, after = compile_all(), compile_all(drift_policy("drift.kind == 'changed'"))
    assert before.version("AWS::Any::Type") != after.version("AWS::Any::Type")


def test_where_a_policy_stands_does_not_move_the_version(guardrail: MakePolicy, compile_all: CompileAll) -> None:
    before, after = compile_all(guardrail(FINE)), compile_all(guardrail(FINE, where="elsewhere.yaml:3"))
    assert before.version("AWS::RDS::DBInstance") == after.version("AWS::RDS::DBInstance")
