from __future__ import annotations

import pytest

from setpoint.act.interface import ActionError
from setpoint.act.revert.reverter import ACTIONS, AwsReverter
from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.canonical import Json, Unknown
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.remediation import Change, NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.schema import Kind, ResourceSchema
from setpoint.model.urn import Urn

DATABASE = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::RDS::DBInstance", "payments")
BUCKET = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "records")

SCHEMAS = {
    "AWS::RDS::DBInstance": ResourceSchema(
        "AWS::RDS::DBInstance",
        "1",
        ("DBInstanceIdentifier",),
        {"PubliclyAccessible": Kind.BOOLEAN, "BackupRetentionPeriod": Kind.INTEGER},
        create_only=frozenset({"StorageEncrypted", "KmsKeyId"}),
    )
}


def plan(
    urn: Urn, declared: dict[str, Json], live: dict[str, Json], *paths: str, kind: DriftKind = DriftKind.CHANGED
) -> Plan | NotRevertable:
    reverter = AwsReverter(AwsClients(AwsSettings(("eu-west-1",))), SCHEMAS.get)
    drifts = [Drift(urn, kind, path, None, None) for path in paths]
    return reverter.plan(Resource(urn, declared, "template.yaml: It"), Resource(urn, live, "aws"), drifts)


def reason(outcome: Plan | NotRevertable) -> str:
    assert isinstance(outcome, NotRevertable)
    return outcome.reason


def test_one_change_per_property_in_the_types_of_the_schema() -> None:
    live = {"PubliclyAccessible": True, "BackupRetentionPeriod": 0, "MultiAZ": False}
    declared = {"PubliclyAccessible": "false", "BackupRetentionPeriod": "7", "MultiAZ": False}
    outcome = plan(DATABASE, declared, live, "PubliclyAccessible", "BackupRetentionPeriod")
    assert outcome == Plan(
        DATABASE,
        (Change("PubliclyAccessible", True, False), Change("BackupRetentionPeriod", 0, 7)),
        Resource(DATABASE, live, "aws").digest(),
        ("rds:DescribeDBInstances", "rds:ModifyDBInstance"),
    )


def test_members_that_nobody_declared_stay_as_they_are() -> None:
    block = {"BlockPublicAcls": False, "RestrictPublicBuckets": True}
    outcome = plan(
        BUCKET,
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        {"PublicAccessBlockConfiguration": block},
        "PublicAccessBlockConfiguration.BlockPublicAcls",
    )
    assert isinstance(outcome, Plan)
    assert outcome.changes == (
        Change("PublicAccessBlockConfiguration", block, {"BlockPublicAcls": True, "RestrictPublicBuckets": True}),
    )


def test_tags_that_nobody_declared_stay() -> None:
    owner, stray = {"Key": "service", "Value": "payments"}, {"Key": "cost", "Value": "1"}
    outcome = plan(
        BUCKET, {"Tags": [owner]}, {"Tags": [stray, {"Key": "service", "Value": "nobody"}]}, "Tags[service].Value"
    )
    assert isinstance(outcome, Plan)
    assert outcome.changes[0].after == [stray, owner]


def test_handing_a_role_to_aws_takes_a_permission() -> None:
    outcome = plan(DATABASE, {"MonitoringRoleArn": "arn:a"}, {"MonitoringRoleArn": "arn:b"}, "MonitoringRoleArn")
    assert isinstance(outcome, Plan)
    assert "iam:PassRole" in outcome.permissions


@pytest.mark.parametrize("type_name", [*ACTIONS, "AWS::Lambda::Function"])
def test_what_is_missing_is_not_created(type_name: str) -> None:
    urn = Urn.aws("aws", "123456789012", "eu-west-1", type_name, "it")
    why = reason(plan(urn, {}, {}, "", kind=DriftKind.MISSING))
    assert "is not created again" in why
    assert "create it with the tool that declared it" in why


def test_what_is_unmanaged_is_not_deleted() -> None:
    assert "Setpoint deletes nothing" in reason(plan(BUCKET, {}, {}, "", kind=DriftKind.UNMANAGED))


def test_what_nobody_declared_has_nothing_to_go_back_to() -> None:
    outcome = plan(BUCKET, {}, {"Tags": []}, "Tags[cost]", kind=DriftKind.UNDECLARED)
    assert "nothing to set them back to" in reason(outcome)


def test_what_only_a_replacement_can_change() -> None:
    outcome = plan(DATABASE, {"StorageEncrypted": True}, {"StorageEncrypted": False}, "StorageEncrypted")
    assert reason(outcome) == "StorageEncrypted cannot change without a replacement"


def test_what_there_is_no_action_for() -> None:
    outcome = plan(DATABASE, {"EngineVersion": "16.4"}, {"EngineVersion": "16.6"}, "EngineVersion")
    assert reason(outcome) == "Setpoint has no action that sets EngineVersion of AWS::RDS::DBInstance"


def test_what_is_not_known() -> None:
    declared = {"VPCSecurityGroups": [Unknown("Ref Group: it does not exist yet")]}
    outcome = plan(DATABASE, declared, {"VPCSecurityGroups": ["sg-1"]}, "VPCSecurityGroups")
    assert reason(outcome) == "VPCSecurityGroups is not known: Ref Group: it does not exist yet"


def test_every_refusal_is_named_when_nothing_can_be_set_back() -> None:
    declared: dict[str, Json] = {"StorageEncrypted": True, "EngineVersion": "16.4"}
    why = reason(plan(DATABASE, declared, {}, "StorageEncrypted", "EngineVersion"))
    assert "StorageEncrypted" in why
    assert "EngineVersion" in why


def test_what_can_be_set_back_is_planned_even_where_something_else_cannot() -> None:
    declared: dict[str, Json] = {"StorageEncrypted": True, "PubliclyAccessible": False}
    outcome = plan(DATABASE, declared, {"PubliclyAccessible": True}, "StorageEncrypted", "PubliclyAccessible")
    assert isinstance(outcome, Plan)
    assert [change.path for change in outcome.changes] == ["PubliclyAccessible"]


def test_a_plan_with_an_unheard_of_property_is_refused_before_anything_changes() -> None:
    reverter = AwsReverter(AwsClients(AwsSettings(("eu-west-1",), endpoint_url="http://127.0.0.1:9")), SCHEMAS.get)
    changes = (Change("PubliclyAccessible", True, False), Change("Colour", "red", "blue"))
    with pytest.raises(ActionError, match="no action that sets Colour"):
        reverter.apply(Plan(DATABASE, changes, "", ()))


def test_every_action_names_its_permissions_and_no_property_has_two() -> None:
    for actions in ACTIONS.values():
        named = [name for action in actions for name in action.properties]
        assert len(set(named)) == len(named)
        assert all(action.permissions for action in actions)
