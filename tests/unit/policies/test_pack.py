"""The shipped pack: every policy is checked against AWS's own schemas, and does what its examples say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setpoint.decide.policy import test as policy_test
from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.decide.policy.evaluate import evaluate_guardrail, evaluate_guardrails
from setpoint.intent.guardrails import load_guardrails
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Json
from setpoint.model.decision import Outcome
from setpoint.model.policy import Effect, Severity, Stage, Subject
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

READ_TYPES = {
    "AWS::CloudTrail::Trail",
    "AWS::EC2::SecurityGroup",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "Setpoint::Code::Weakness",
    "Setpoint::Component",
    "Setpoint::Identity::Principal",
}

PACK = Path(__file__).parents[3] / "policies"

REFERENCE = re.compile(
    r"CIS AWS 3\.0\.0 \d(\.\d+)+|ATT&CK T\d{4}(\.\d{3})?|CWE-\d+|OWASP Top 10 2021 A\d\d"
    r"|NIST SP 800-218 P[SW]\.\d(\.\d)?"
)


@pytest.fixture(scope="module")
def pack() -> PolicySet:
    catalogue = SchemaCatalogue()
    return compile_policies(load_guardrails([PACK]), catalogue.schema, catalogue.nearest)


def test_every_example_comes_out_as_it_should(pack: PolicySet) -> None:
    assert [each.message for each in policy_test.test_policies(pack) if not each.passed] == []


def test_there_are_guardrails_for_every_type_that_is_read_and_a_policy_for_every_kind_of_drift(pack: PolicySet) -> None:
    guardrails = [policy for policy in pack.policies if policy.subject is Subject.RESOURCE]
    assert len(guardrails) >= 40
    assert {name for policy in guardrails for name in policy.types} == READ_TYPES
    assert {"drift/changed", "drift/missing", "drift/unmanaged", "drift/undeclared"} <= {
        policy.id for policy in pack.policies
    }


def test_every_policy_has_two_examples_each_way(pack: PolicySet) -> None:
    for policy in pack.policies:
        speaking = sum(example.speaks for example in policy.examples)
        assert min(speaking, len(policy.examples) - speaking) >= 2, policy.id


def test_a_grave_guardrail_keeps_a_release_out_and_others_warn(pack: PolicySet) -> None:
    for policy in pack.policies:
        # What is still being written is warned of at build; each policy on it says from where it refuses.
        if policy.subject is Subject.RESOURCE and policy.types != ("Setpoint::Code::Weakness",):
            grave = policy.severity in (Severity.HIGH, Severity.CRITICAL)
            expected = Effect.DENY if grave else Effect.WARN
            assert policy.effect(Stage.BUILD) is expected, policy.id
            assert policy.effect(Stage.DEPLOY) in (expected, expected if grave else Effect.NONE), policy.id
            assert policy.effect(Stage.ADMIT) is policy.effect(Stage.DEPLOY), policy.id


def test_what_is_merely_good_to_know_is_not_told_of_production(pack: PolicySet) -> None:
    slight = [policy for policy in pack.policies if policy.severity is Severity.INFO]
    assert slight
    assert {policy.effect(Stage.RUNTIME) for policy in slight} == {Effect.NONE}


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
    refused = {each.policy.id for each in evaluations if each.policy.effect(Stage.DEPLOY) is Effect.DENY}
    assert {each.policy.id for each in evaluations if each.outcome is Outcome.VIOLATED} & refused == broken


ROOT = {"AWS": "arn:aws:iam::111122223333:root"}
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/production"

SOUND: dict[str, Json] = {
    "AWS::EC2::SecurityGroup": {
        "GroupName": "web",
        "SecurityGroupIngress": [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"},
            {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "CidrIp": "0.0.0.0/0"},
        ],
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    },
    "AWS::RDS::DBInstance": {
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "MasterUsername": "postgres",
        "Port": "5432",
        "PubliclyAccessible": False,
        "StorageEncrypted": True,
        "DeletionProtection": True,
        "BackupRetentionPeriod": 14,
        "MultiAZ": True,
        "AutoMinorVersionUpgrade": True,
        "EnableIAMDatabaseAuthentication": True,
        "EnableCloudwatchLogsExports": ["postgresql"],
        "VPCSecurityGroups": ["sg-0a1b2c3d"],
        "Tags": [{"Key": "environment", "Value": "production"}],
    },
    "AWS::S3::Bucket": {
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/records"}}
            ]
        },
        "VersioningConfiguration": {"Status": "Enabled"},
    },
    "AWS::S3::BucketPolicy": {
        "PolicyDocument": {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudtrail.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": "arn:aws:s3:::audit/*",
                    "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}},
                },
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ]
        }
    },
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        },
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
        "Policies": [
            {
                "PolicyName": "work",
                "PolicyDocument": {
                    "Statement": [
                        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::reports/*"},
                        {"Effect": "Allow", "Action": ["xray:*", "ec2:Describe*"], "Resource": "*"},
                    ]
                },
            }
        ],
    },
    "AWS::KMS::Key": {
        "KeyPolicy": {"Statement": {"Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}},
        "EnableKeyRotation": True,
        "Enabled": True,
    },
    "AWS::CloudTrail::Trail": {
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "KMSKeyId": "alias/audit",
        "EventSelectors": [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object"}]}],
    },
}
"""Resources of each type as a careful team runs them: what is common and harmless is among it."""


@pytest.mark.parametrize("type_name", sorted(SOUND))
def test_a_sound_production_is_quiet(type_name: str, pack: PolicySet) -> None:
    resource = Resource(Urn.aws("aws", "111122223333", "eu-west-1", type_name, "main"), SOUND[type_name], "aws")
    evaluations = evaluate_guardrails(pack, resource, Stage.RUNTIME)
    assert {each.policy.id: each.outcome for each in evaluations if each.outcome is not Outcome.HELD} == {}


@pytest.mark.parametrize("type_name", sorted(READ_TYPES))
def test_guardrails_come_out_together_as_they_do_alone(type_name: str, pack: PolicySet) -> None:
    """They share projections; what one concludes must not depend on what the others read."""
    given = [example.given for policy in pack.policies for example in policy.examples if example.type == type_name]
    for properties in given:
        resource = Resource(Urn.aws("aws", "111122223333", "eu-west-1", type_name, "main"), properties, "aws")
        for stage in (Stage.DEPLOY, Stage.RUNTIME):
            alone = {
                each.compiled.policy.id: evaluate_guardrail(each, resource)
                for each in pack.guardrails(type_name, stage)
            }
            assert {each.policy.id: each for each in evaluate_guardrails(pack, resource, stage)} == alone
