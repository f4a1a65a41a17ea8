from __future__ import annotations

from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.model.drift import Comparison, FoldKind, GapKind
from setpoint.model.resource import Resource
from setpoint.model.schema import Default, Kind, ResourceSchema
from setpoint.model.surroundings import Surroundings
from setpoint.model.urn import Urn

TYPE = "AWS::Shop::Queue"
URN = Urn.aws("aws", "111122223333", "eu-west-1", TYPE, "queue")
KEY = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
AROUND = Surroundings(
    logical_id="OrdersQueue9F3A",
    physical_id="arn:aws:shop:eu-west-1:111122223333:queue/Orders-OrdersQueue9F3A-1ABCDEFGH",
    stack_tags={"team": "orders"},
    key_aliases={"alias/aws/shop": KEY, "alias/mine": "11111111-0000-4000-8000-0a1b2c3d4e5f"},
    related=({"Port": 5432},),
    attached=frozenset({"i-0123"}),
    sibling_policies=("Default",),
)
TAG_KINDS = {"Tags": Kind.LIST, "Tags[*]": Kind.OBJECT, "Tags[*].Key": Kind.STRING, "Tags[*].Value": Kind.STRING}
SCHEMA = ResourceSchema(
    type=TYPE,
    version="1",
    primary_identifier=(),
    kinds={**TAG_KINDS, "Size": Kind.INTEGER, "Encrypted": Kind.BOOLEAN},
    keyed={"Tags": "Key"},
    defaults={"Size": Default(5, "page"), "Encrypted": Default(value=True, source="page")},
)


def compare(intended: Any, actual: Any, around: Surroundings = AROUND) -> Comparison:
    declared = Resource(URN, intended, "template", surroundings=around)
    return ConfigComparator(lambda _: SCHEMA).compare(declared, Resource(URN, actual, "aws"))


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        ({"QueueArn": "arn:x"}, FoldKind.GENERATED),
        ({"Endpoint": AROUND.physical_id}, FoldKind.IDENTITY),
        ({"QueueName": "Orders-OrdersQueue9F3A-1ABCDEFGH"}, FoldKind.GENERATED),
        ({"Title": "Orde-OrdersQueue-Zx81kk2b"}, FoldKind.GENERATED),
        ({"LogGroup": "/aws/shop/Orders-OrdersQueue9F3A-1ABCDEFGH"}, FoldKind.GENERATED),
        ({"CreationTime": "2026-05-31T10:00:00Z"}, FoldKind.GENERATED),
        ({"LastModifiedDate": 1780000000}, FoldKind.GENERATED),
        ({"ClientToken": "anything"}, FoldKind.GENERATED),
        ({"AvailabilityZones": ["eu-west-1a", "euw1-az2"]}, FoldKind.DEFAULT),
        ({"PreferredMaintenanceWindow": "sun:05:00-sun:05:30"}, FoldKind.DEFAULT),
        ({"EngineVersion": "8.0.45"}, FoldKind.DEFAULT),
        ({"ParameterGroupName": "default.shop8"}, FoldKind.DEFAULT),
        ({"RoleArn": "arn:aws:iam::111122223333:role/aws-service-role/shop.amazonaws.com/X"}, FoldKind.DEFAULT),
        ({"StorageKeyId": f"arn:aws:kms:eu-west-1:111122223333:key/{KEY}"}, FoldKind.DEFAULT),
        ({"KeyType": "AWS_OWNED_KEY"}, FoldKind.DEFAULT),
        ({"Paused": False, "Delay": 0, "Mirror": "NONE"}, FoldKind.DEFAULT),
        ({"Port": 5432}, FoldKind.ELSEWHERE),
        ({"InstanceId": "i-0123"}, FoldKind.ELSEWHERE),
        ({"Tags": [{"Key": "team", "Value": "orders"}]}, FoldKind.ELSEWHERE),
        ({"VpcId": "vpc-1"}, FoldKind.DERIVED),
        ({"BucketOwner": "111122223333"}, FoldKind.DERIVED),
        ({"ServiceRegion": "eu-west-1", "Regions": ["eu-west-1"]}, FoldKind.DERIVED),
        ({"CreatedBy": "arn:aws:iam::999999999999:user/somebody", "ETag": "a"}, FoldKind.GENERATED),
        ({"ReplicationState": "ACTIVE", "DeploymentStatus": "Succeeded"}, FoldKind.GENERATED),
        ({"ZoneIds": ["euw1-az1"], "LatestVersionNumber": 3}, FoldKind.DEFAULT),
        ({"IpAddressType": "IPV4", "ScheduleTimezone": "Etc/UTC", "Path": "/", "Tier": "Standard"}, FoldKind.DEFAULT),
        ({"MaximumAge": -1, "State": "ENABLED"}, FoldKind.DEFAULT),
        ({"CatalogKmsKeyId": "AWS_OWNED_KMS_KEY", "PubliclyAccessible": False}, FoldKind.DEFAULT),
        ({"AddOns": [{"AddOnType": "Mirror", "Status": "Disabled"}]}, FoldKind.DEFAULT),
        ({"PlacementMode": "AUTO", "Urgency": "UNSPECIFIED"}, FoldKind.DEFAULT),
        ({"SnapshotTimeOfDay": "06:00", "MaintenanceStartHour": "03:00"}, FoldKind.DEFAULT),
        ({"EnableInternetAccess": False, "AllowCredentials": False, "AllowCertificateReuse": False}, FoldKind.DEFAULT),
        ({"AddressCidrBlock": False, "PrivateIpAddresses": [{"Primary": False}]}, FoldKind.DEFAULT),
        ({"Delegate": "111122223333"}, FoldKind.DERIVED),
        ({"Note": " "}, FoldKind.EMPTY),
    ],
)
def test_what_no_configuration_chooses_is_to_be_expected_of_any_type(actual: Any, kind: FoldKind) -> None:
    comparison = compare({}, actual)
    assert comparison.drifts == ()
    assert {fold.kind for fold in comparison.folds} == {kind}


@pytest.mark.parametrize(
    "actual",
    [
        {"BackupEnabled": False},
        {"State": "DISABLED"},
        {"Enabled": False},
        {"BucketOwner": "999999999999"},
        {"SourceRegion": "us-east-1"},
        {"IpAddressType": "dualstack"},
        {"RetentionInDays": -1},
        {"WebhookUrl": "https://stranger.lambda-url.eu-west-1.on.aws/"},
        {"SecurityMode": "standard"},
        {"RequireUppercase": False},
        {"IgnorePublicAcls": False},
        {"Backups": [{"Kind": "daily", "Enabled": False}]},
        {"LogRetentionInDays": 0},
        {"TransitEncryption": "DISABLED"},
        {"AuthorizationType": "NONE"},
        {"DeletionProtection": "off"},
        {"Encrypted": False},
        {"Size": 0},
        {"Size": 6},
        {"RoleArn": "arn:aws:iam::111122223333:role/Orders-OrdersQueue9F3A-1ABCDEFGH"},
        {"PrincipalId": "Orders-OrdersQueue9F3A-1ABCDEFGH.example"},
        {"StorageKeyId": "alias/aws/shop"},
        {"StorageKeyId": "arn:aws:kms:eu-west-1:111122223333:key/11111111-0000-4000-8000-0a1b2c3d4e5f"},
        {"RoleArn": "arn:aws:iam::111122223333:role/admin"},
        {"MinimumTlsVersion": "1.0"},
        {"PublicAccess": True},
        {"AvailabilityZone": "us-east-1a"},
        {"Tags": [{"Key": "team", "Value": "others"}]},
        {"Action": {"Allow": {}}},
        {"AllowSignedOnly": False},
        {"TracingMode": "auto"},
        {"Principal": "111122223333"},
        {"SubscriberId": "999999999999"},
        {"VpcConfig": {"SubnetIds": ["subnet-1"]}},
    ],
)
def test_what_protects_or_grants_is_never_explained_away(actual: Any) -> None:
    assert len(compare({}, actual).drifts) == 1


@pytest.mark.parametrize("name", ["mysta-ALB-1A2B3C4D5E6F", "ALB-1a2b3c4d5e6f"])
def test_a_name_is_generated_from_the_whole_logical_id_however_short_that_is(name: str) -> None:
    around = Surroundings(logical_id="ALB")
    assert compare({}, {"Name": name}, around).drifts == ()
    assert len(compare({}, {"Name": name.replace("ALB", "NLB")}, around).drifts) == 1


def test_which_subnets_are_the_default_ones_is_a_gap_and_never_clean() -> None:
    comparison = compare({}, {"SubnetIds": ["subnet-1", "subnet-2"]})
    assert (comparison.drifts, comparison.folds) == ((), ())
    assert [(gap.path, gap.kind) for gap in comparison.gaps] == [("SubnetIds", GapKind.ASSIGNED)]
    assert len(compare({"SubnetIds": ["subnet-1"]}, {"SubnetIds": ["subnet-2"]}).drifts) == 1


def test_the_parts_of_an_identifier_name_what_it_is_made_of() -> None:
    declared = {"ScalingTargetId": "service/shop|ecs:service:DesiredCount|ecs"}
    parts = {"ResourceId": "service/shop", "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs"}
    assert compare(declared, {**declared, **parts}).drifts == ()
    assert [drift.path for drift in compare(declared, {**declared, "AuthorizationType": "ecs"}).drifts] == [
        "AuthorizationType"
    ]


def test_what_is_declared_may_be_told_again() -> None:
    declared = {
        "TargetArn": "arn:aws:shop:::target",
        "Scale": "table/orders|shop:table:Units|shop",
        "Match": {"Paths": ["/a", "/b"], "Search": "bad-bot"},
    }
    live = {
        **declared,
        "Forward": {"TargetArn": "arn:aws:shop:::target"},
        "ServiceNamespace": "shop",
        "Values": ["/b", "/a"],
        "SearchBase64": "YmFkLWJvdA==",
    }
    comparison = compare(declared, live)
    assert comparison.drifts == ()
    assert {fold.path: fold.kind for fold in comparison.folds} == dict.fromkeys(
        ["Forward.TargetArn", "SearchBase64", "ServiceNamespace", "Values"], FoldKind.DERIVED
    )
    assert [drift.path for drift in compare(declared, {**live, "Values": ["/b", "/c"]}).drifts] == ["Values"]


def test_an_inline_policy_of_a_sibling_is_declared_elsewhere() -> None:
    policy = {"PolicyName": "Default", "PolicyDocument": {"Statement": []}}
    comparison = compare(
        {"Policies": [{**policy, "PolicyName": "own"}]}, {"Policies": [{**policy, "PolicyName": "own"}, policy]}
    )
    assert comparison.drifts == ()
    assert [(fold.path, fold.kind) for fold in comparison.folds] == [("Policies[Default]", FoldKind.ELSEWHERE)]


def test_an_alias_leads_to_the_key_that_is_known_to_be_behind_it() -> None:
    live = {"KeyId": f"arn:aws:kms:eu-west-1:111122223333:key/{KEY}"}
    assert compare({"KeyId": "alias/aws/shop"}, live).drifts == ()
    assert [drift.path for drift in compare({"KeyId": "alias/mine"}, live).drifts] == ["KeyId"]


@pytest.mark.parametrize("aliases", [{}, {"alias/mine": KEY}])
def test_a_key_of_the_account_may_be_the_one_that_aws_manages(aliases: dict[str, str]) -> None:
    """Only where its aliases were read is it known that it is not."""
    other = "arn:aws:kms:eu-west-1:111122223333:key/22222222-0000-4000-8000-0a1b2c3d4e5f"
    doubtful = compare({}, {"StorageKmsKeyId": other}, Surroundings(key_aliases=aliases))
    assert doubtful.drifts == ()
    assert [(gap.path, gap.kind) for gap in doubtful.gaps] == [("StorageKmsKeyId", GapKind.ASSIGNED)]
    assert [drift.path for drift in compare({}, {"StorageKmsKeyId": other}).drifts] == ["StorageKmsKeyId"]
    strangers = {"StorageKmsKeyId": other.replace("111122223333", "999999999999")}
    assert len(compare({}, strangers, Surroundings()).drifts) == 1


def test_the_name_that_was_declared_is_the_entitys_own_too() -> None:
    live = {"LogGroup": "/aws/shop/orders-queue/errors", "TopicName": "orders"}
    declared = {"Name": "orders-queue", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:orders"}
    assert compare(declared, {**declared, **live}, Surroundings()).drifts == ()
    assert len(compare(declared, {**declared, "LogGroup": "/aws/shop/orders-queue2"}, Surroundings()).drifts) == 1


def test_without_surroundings_nothing_is_derived_from_them() -> None:
    live = {"Title": "Orde-OrdersQueue-Zx81kk2b", "InstanceId": "i-0123"}
    assert [drift.path for drift in compare({}, live, Surroundings()).drifts] == ["InstanceId", "Title"]
