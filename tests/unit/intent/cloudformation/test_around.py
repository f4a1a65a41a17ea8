"""What is known around a resource of a live stack, and that comparing finds it there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.compare.config.comparator import ConfigComparator
from setpoint.intent.cloudformation.folding import WHOLLY_FOLDED
from setpoint.intent.cloudformation.live import Existing
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.drift import Comparison
from setpoint.model.resource import Absent, Resource
from setpoint.model.urn import Urn

Write = Callable[[str], Path]

catalogue = SchemaCatalogue()

STACK = StackFacts("shop", "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1", {}, {}, {}, tags={"team": "a"})

KEYS = {"alias/aws/rds": "k-aws", "alias/shop": "k-shop", "alias/other": "k-other"}


def reader(
    path: Path, cloud: Any = None, *, stack: StackFacts | None = STACK, existing: Existing | None = None
) -> CloudFormationReader:
    return CloudFormationReader(
        path,
        partition="aws",
        account="123456789012",
        region="eu-west-1",
        parameters={},
        exports={},
        stack=(lambda: stack) if stack else None,
        existing=existing,
        schemas=catalogue.schema,
        covered=catalogue.types() - WHOLLY_FOLDED,
        cloud=cloud,
    )


def by_name(of: CloudFormationReader) -> dict[str, Resource]:
    return {each.surroundings.logical_id: each for each in of.read().resources.values()}


def owned(physical_ids: dict[str, str]) -> StackFacts:
    return replace(STACK, physical_ids=physical_ids)


def told(intended: Resource, live: dict[str, Any]) -> list[str]:
    """The paths at which comparing tells drift; of the stack's tags nothing is said where a test is not about them."""
    return [drift.path for drift in compared(intended, live).drifts]


def unsure(intended: Resource, live: dict[str, Any]) -> list[str]:
    return [gap.path for gap in compared(intended, live).gaps]


def compared(intended: Resource, live: dict[str, Any]) -> Comparison:
    live = {**({"Tags": intended.properties["Tags"]} if "Tags" in intended.properties else {}), **live}
    return ConfigComparator(catalogue.schema).compare(intended, Resource(intended.urn, live, "aws"))


def test_the_tags_of_the_stack(template: Write) -> None:
    path = template(
        """
        Resources:
          Zone: {Type: "AWS::Route53::HostedZone", Properties: {Name: shop.example}}
          Words: {Type: "AWS::SSM::Parameter", Properties: {Name: words, Type: String, Value: x, Tags: {own: b}}}
        """
    )
    found = by_name(reader(path, stack=owned({"Zone": "Z1"})))
    assert found["Zone"].surroundings.stack_tags == {"team": "a"}
    assert found["Words"].properties["Tags"] == {"team": "a", "own": "b"}
    live = {"Name": "shop.example", "Id": "Z1", "HostedZoneTags": [{"Key": "team", "Value": "a"}]}
    assert told(found["Zone"], live) == []


DATABASE = """
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceIdentifier: shop, StorageEncrypted: true, PerformanceInsightsKMSKeyId: alias/shop}
  Queue: {Type: "AWS::EC2::EIP"}
"""


def test_keys_by_the_aliases_that_lead_to_them(template: Write, sky: Any) -> None:
    sky.aliases = KEYS
    found = by_name(reader(template(DATABASE), sky))
    assert found["Database"].surroundings.key_aliases == {"alias/aws/rds": "k-aws", "alias/shop": "k-shop"}
    assert found["Queue"].surroundings.key_aliases == {}
    key = "arn:aws:kms:eu-west-1:123456789012:key/"
    live = {"DBInstanceIdentifier": "shop", "StorageEncrypted": True, "PerformanceInsightsKMSKeyId": f"{key}k-shop"}
    assert told(found["Database"], {**live, "KmsKeyId": f"{key}k-aws"}) == []
    assert unsure(found["Database"], live) == []
    moved = {**live, "PerformanceInsightsKMSKeyId": f"{key}k-other"}
    assert {*told(found["Database"], moved), *unsure(found["Database"], moved)} == {"PerformanceInsightsKMSKeyId"}


def test_a_key_that_an_alias_is_moved_to_is_seen_at_the_next_beat(template: Write, sky: Any) -> None:
    sky.aliases = KEYS
    of = reader(template(DATABASE), sky)
    of.read()
    before = of.fingerprint()
    sky.aliases = {**KEYS, "alias/shop": "k-other"}
    assert of.fingerprint() != before
    assert by_name(of)["Database"].surroundings.key_aliases["alias/shop"] == "k-other"


def test_where_aliases_may_not_be_listed_the_template_tells_its_own(template: Write, sky: Any) -> None:
    path = template(
        DATABASE
        + """
  Alias: {Type: "AWS::KMS::Alias", Properties: {AliasName: alias/shop, TargetKeyId: !GetAtt Key.Arn}}
  Key: {Type: "AWS::KMS::Key"}
"""
    )
    found = by_name(reader(path, sky, stack=owned({"Key": "k-own"})))
    assert found["Database"].surroundings.key_aliases == {"alias/shop": "k-own"}


def test_without_a_stack_nobody_asks_for_aliases(template: Write, sky: Any) -> None:
    sky.aliases = KEYS
    assert by_name(reader(template(DATABASE), sky, stack=None))["Database"].surroundings.key_aliases == {}


CLUSTER = """
Resources:
  Cluster: {Type: "AWS::RDS::DBCluster", Properties: {DBClusterIdentifier: main, Engine: aurora-mysql}}
  Writer:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceIdentifier: one, Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
"""


def test_an_instance_takes_settings_from_its_cluster(template: Write) -> None:
    cluster = {"DBClusterIdentifier": "main", "StorageEncrypted": True, "BackupRetentionPeriod": 9, "ReadEndpoint": {}}
    live = {"main": cluster}

    def existing(urn: Urn) -> Resource | Absent:
        return Resource(urn, live[urn.identifier], "aws") if urn.identifier in live else Absent(urn)

    of = reader(template(CLUSTER), existing=existing)
    writer = by_name(of)["Writer"]
    [related] = writer.surroundings.related
    assert related["BackupRetentionPeriod"] == 9
    assert "ReadEndpoint" not in related, "an instance has no such property"
    of_instance = {"DBInstanceIdentifier": "one", "Engine": "aurora-mysql", "DBClusterIdentifier": "main"}
    assert told(writer, {**of_instance, "BackupRetentionPeriod": 9, "StorageEncrypted": True}) == []
    assert told(writer, {**of_instance, "BackupRetentionPeriod": 4}) == ["BackupRetentionPeriod"]

    before = of.fingerprint()
    live["main"] = {**cluster, "BackupRetentionPeriod": 3}
    assert of.fingerprint() != before
    del live["main"]
    assert by_name(of)["Writer"].surroundings.related == ()


def test_what_another_resource_attaches(template: Write) -> None:
    path = template(
        """
        Resources:
          Ip: {Type: "AWS::EC2::EIP"}
          Host: {Type: "AWS::EC2::Instance", Properties: {SubnetId: subnet-1}}
          Tie:
            Type: AWS::EC2::EIPAssociation
            Properties: {EIP: !Ref Ip, InstanceId: !Sub "${Host}"}
          Reader: {Type: "AWS::CloudWatch::Alarm", Properties: {AlarmName: !Ref Ip, AlarmDescription: !Ref Group}}
          Group: {Type: "AWS::EC2::SecurityGroup"}
        """
    )
    ids = {"Ip": "192.0.2.1", "Host": "i-1", "Tie": "eipassoc-1", "Reader": "alarm", "Group": "sg-1"}
    found = by_name(reader(path, stack=owned(ids)))
    assert found["Ip"].surroundings.attached == {"i-1", "eipassoc-1"}
    assert found["Host"].surroundings.attached == {"192.0.2.1", "eipassoc-1"}
    assert found["Group"].surroundings.attached == frozenset(), "an alarm ties nothing together"


@pytest.mark.parametrize(
    "policy",
    [
        "{Type: 'AWS::IAM::Policy', Properties: {PolicyName: reads, PolicyDocument: {}, Users: [!Ref Eve, bob]}}",
        "{Type: 'AWS::IAM::UserPolicy', Properties: {PolicyName: reads, UserName: !Ref Eve}}",
    ],
)
def test_policies_that_another_resource_puts_on_it(template: Write, policy: str) -> None:
    own = {"PolicyName": "own", "PolicyDocument": {"Statement": []}}
    user = f"{{Type: 'AWS::IAM::User', Properties: {{UserName: eve, Policies: [{json.dumps(own)}]}}}}"
    found = by_name(reader(template(f"Resources: {{Eve: {user}, Policy: {policy}}}")))
    assert found["Eve"].surroundings.sibling_policies == ("reads",)
    for name, drift in (("reads", []), ("other", ["Policies[other]"])):
        added = {"PolicyName": name, "PolicyDocument": {"Statement": []}}
        assert told(found["Eve"], {"UserName": "eve", "Policies": [own, added]}) == drift
