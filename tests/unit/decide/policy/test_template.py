from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from setpoint.decide.policy import test as policy_test
from setpoint.decide.policy.compile import compile_policies
from setpoint.decide.policy.template import component_policy_file, drift_policy_file, guardrail_file
from setpoint.errors import InputError
from setpoint.intent.guardrails import load_guardrails
from setpoint.model.documents import DOCUMENT_KINDS
from setpoint.model.schema import Kind, ResourceSchema

TYPE = "AWS::Some::Type"


def _schema(kinds: dict[str, Kind], **changes: Any) -> ResourceSchema:
    return ResourceSchema(TYPE, "1", ("Id",), kinds, **changes)


def _outcomes(folder: Path, text: str, schema: ResourceSchema) -> list[bool]:
    file = folder / "exposure" / "some-rule.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    policies = compile_policies(load_guardrails([folder]), {TYPE: schema, "*": schema}.get, lambda _name: None)
    return [each.passed for each in policy_test.test_policies(policies)]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_guardrail_is_right_as_it_is(kind: Kind, tmp_path: Path) -> None:
    below = {f"First.{path}": each for path, each in DOCUMENT_KINDS.items()} if kind is Kind.DOCUMENT else {}
    schema = _schema({"First": kind, **below})
    assert _outcomes(tmp_path, guardrail_file("exposure/some-rule", schema), schema) == [True, True]


def test_a_new_policy_on_components_is_right_as_it_is(tmp_path: Path) -> None:
    assert _outcomes(tmp_path, component_policy_file("exposure/some-rule"), _schema({})) == [True, True]


@pytest.mark.parametrize("type_name", [TYPE, "*"])
def test_a_new_drift_policy_is_right_as_it_is(type_name: str, tmp_path: Path) -> None:
    text = drift_policy_file("exposure/some-rule", type_name)
    assert _outcomes(tmp_path, text, _schema({"First": Kind.STRING})) == [True, True]


def test_the_example_is_a_property_that_can_be_declared_and_read() -> None:
    kinds = {
        "Arn": Kind.BOOLEAN,
        "Secret": Kind.BOOLEAN,
        "Later": Kind.BOOLEAN,
        "Name": Kind.STRING,
        "Options": Kind.OBJECT,
        "Options.Fast": Kind.BOOLEAN,
    }
    hidden = {"read_only": frozenset({"Arn"}), "write_only": frozenset({"Secret"}), "not_read": frozenset({"Later"})}
    assert "holds: resource.Name != null" in guardrail_file("a/b", _schema(kinds, **hidden))


def test_a_type_without_any_such_property_is_told() -> None:
    with pytest.raises(InputError, match="has no property that can be declared and read"):
        guardrail_file("a/b", _schema({"Arn": Kind.STRING}, read_only=frozenset({"Arn"})))
