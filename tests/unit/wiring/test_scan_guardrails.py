"""Declared infrastructure held against the shipped guardrails, as `setpoint scan` does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.scan.iac.interface import Breach, Form, Judged
from setpoint.settings import load_settings
from setpoint.wiring.scan_guardrails import GuardrailJudge

PUBLIC = "exposure/database-public"
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Open: {Type: String}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      PubliclyAccessible: true
      Tags: [{Key: service, Value: shop}]
  Maybe:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      PubliclyAccessible: !Ref Open
"""
DATABASE = {"engine": "postgres", "publicly_accessible": True}


@pytest.fixture
def judge() -> GuardrailJudge:
    return GuardrailJudge(None)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def _plan(folder: Path) -> Path:
    resource = {
        "address": "module.data.aws_db_instance.main",
        "mode": "managed",
        "type": "aws_db_instance",
        "name": "main",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": DATABASE,
    }
    path = folder / "shop.tfplan.json"
    module = {"child_modules": [{"address": "module.data", "resources": [resource]}]}
    path.write_text(json.dumps({"format_version": "1.2", "planned_values": {"root_module": module}}), encoding="utf-8")
    return path


def _of(judged: Judged, policy: str) -> list[Breach]:
    return [each for each in judged.breaches if each.policy == policy]


def test_a_template_is_judged_where_it_stands(judge: GuardrailJudge, template: Path) -> None:
    judged = judge.judge(Form.TEMPLATE, template)
    (breach,) = _of(judged, PUBLIC)
    assert (breach.address, breach.file, breach.line, breach.severity) == ("Database", template, 6, Severity.CRITICAL)
    assert breach.message.startswith("Database instance can be reached from the internet. ")


def test_what_is_only_given_when_it_is_deployed_cannot_be_told(judge: GuardrailJudge, template: Path) -> None:
    (told,) = [each for each in judge.judge(Form.TEMPLATE, template).untold if PUBLIC in each]
    assert told.startswith(f"{template}:12: Maybe: {PUBLIC}: ")
    assert told.endswith("the parameter Open has no value before it is deployed")


def test_a_plan_is_judged_by_its_addresses(judge: GuardrailJudge, tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    (breach,) = _of(judge.judge(Form.TERRAFORM, plan), PUBLIC)
    assert (breach.address, breach.file, breach.line) == ("module.data.aws_db_instance.main", plan, 0)


def test_an_assembly_is_judged_stack_by_stack(judge: GuardrailJudge, tmp_path: Path) -> None:
    resource = {"Type": "AWS::RDS::DBInstance", "Properties": {"PubliclyAccessible": True, "Engine": "postgres"}}
    (tmp_path / "Shop.template.json").write_text(json.dumps({"Resources": {"Data": resource}}), encoding="utf-8")
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/eu-west-1",
        "properties": {"templateFile": "Shop.template.json"},
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"version": "36.0.0", "artifacts": {"Shop": stack}}), encoding="utf-8")
    (breach,) = _of(judge.judge(Form.ASSEMBLY, manifest), PUBLIC)
    assert (breach.address, breach.file) == ("Data", tmp_path / "Shop.template.json")


def test_a_broken_file_is_an_error_with_its_line(judge: GuardrailJudge, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("Resources:\n  Data: [\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"shop\.yaml:3: this is not YAML"):
        judge.judge(Form.TEMPLATE, path)


def test_the_configuration_gives_parameters_and_overrides(template: Path) -> None:
    configuration = template.with_name("setpoint.yaml")
    configuration.write_text(
        f"""\
aws: {{regions: [eu-west-1], account: "123456789012"}}
intent:
  - cloudformation: {template.name}
    parameters: {{Open: "true"}}
overrides:
  - policy: {PUBLIC}
    services: [shop]
    effects: {{build: none, deploy: none}}
    reason: it is for a public exercise
""",
        encoding="utf-8",
    )
    judged = GuardrailJudge(load_settings(configuration)).judge(Form.TEMPLATE, template)
    assert [each.address for each in _of(judged, PUBLIC)] == ["Maybe"]
    assert not [each for each in judged.untold if PUBLIC in each]
