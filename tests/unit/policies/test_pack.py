"""The shipped pack: every policy is checked against AWS's own schemas, and does what its examples say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setpoint.decide.policy import test as policy_test
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.evaluate import evaluate_guardrails
from setpoint.intent.guardrails import load_guardrails
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Json
from setpoint.model.decision import Outcome
from setpoint.model.policy import Effect, Severity, Stage, Subject
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

PACK = Path(__file__).parents[3] / "policies"

REFERENCE = re.compile(r"CIS AWS 3\.0\.0 \d(\.\d+)+|ATT&CK T\d{4}(\.\d{3})?")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    catalogue = SchemaCatalogue(cache_dir=tmp_path_factory.mktemp("cache"))
    return compile_policies(load_guardrails([PACK]), catalogue.schema, catalogue.nearest)


def test_every_example_comes_out_as_it_should(pack: PolicySet) -> None:
    assert [each.message for each in policy_test.test_policies(pack) if not each.passed] == []


def test_there_are_twelve_guardrails_and_a_policy_for_every_kind_of_drift(pack: PolicySet) -> None:
    guardrails = [policy.id for policy in pack.policies if policy.subject is Subject.RESOURCE]
    assert len(guardrails) == 12
    assert {"drift/changed", "drift/missing", "drift/unmanaged", "drift/undeclared"} <= {
        policy.id for policy in pack.policies
    }


def test_every_policy_has_two_examples_each_way(pack: PolicySet) -> None:
    for policy in pack.policies:
        speaking = sum(example.speaks for example in policy.examples)
        assert min(speaking, len(policy.examples) - speaking) >= 2, policy.id


def test_a_grave_guardrail_keeps_a_release_out_and_others_warn(pack: PolicySet) -> None:
    for policy in pack.policies:
        if policy.subject is Subject.RESOURCE:
            grave = policy.severity in (Severity.HIGH, Severity.CRITICAL)
            expected = Effect.DENY if grave else Effect.WARN
            assert (policy.effect(Stage.BUILD), policy.effect(Stage.DEPLOY)) == (expected, expected), policy.id
            assert policy.effect(Stage.RUNTIME) is Effect.REMEDIATE, policy.id


def test_references_are_well_formed(pack: PolicySet) -> None:
    assert [each for policy in pack.policies for each in policy.references if not REFERENCE.fullmatch(each)] == []


@pytest.mark.parametrize(
    ("type_name", "properties", "broken"),
    [
        (
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]},
            {"exposure/security-group-sensitive-ports", "exposure/security-group-wide-open"},
        ),
        (
            "AWS::RDS::DBInstance",
            {"PubliclyAccessible": True, "StorageEncrypted": True, "Engine": "aurora"},
            {"exposure/database-public"},
        ),
        (
            "AWS::IAM::Role",
            {
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
                "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Principal": "*"}},
            },
            {"identity/role-administrator", "identity/role-trusts-outsiders"},
        ),
    ],
)
def test_several_guardrails_speak_of_one_resource(
    type_name: str, properties: Json, broken: set[str], pack: PolicySet
) -> None:
    resource = Resource(Urn.aws("aws", "111122223333", "global", type_name, "main"), properties, "aws")
    evaluations = evaluate_guardrails(pack, resource, Stage.DEPLOY)
    assert {each.policy.id for each in evaluations if each.outcome is Outcome.VIOLATED} == broken
