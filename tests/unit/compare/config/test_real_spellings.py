"""What AWS spells otherwise, or what cannot be told from its spelling, on the facts of the real resource types."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.compare.config.real_types import (
    ACCOUNT,
    DATABASE,
    TRAIL,
    Look,
    changed,
)

from setpoint.model.drift import DriftKind, GapKind


@pytest.mark.parametrize("alias", ["alias/records", "arn:aws:kms:eu-west-1:111122223333:alias/records"])
def test_which_key_an_alias_leads_to_cannot_be_told(look: Look, alias: str) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    for type_name, state, path in (
        ("AWS::RDS::DBInstance", DATABASE, "KmsKeyId"),
        ("AWS::CloudTrail::Trail", TRAIL, "KMSKeyId"),
    ):
        told = look(type_name, changed(state, **{path: alias}), changed(state, **{path: key}))
        assert told.drifts == ()
        assert [(gap.path, gap.kind) for gap in told.gaps] == [(path, GapKind.UNRESOLVED)]
        foreign = key.replace(ACCOUNT, "444455556666")
        other = look(type_name, changed(state, **{path: alias}), changed(state, **{path: foreign}))
        assert [drift.path for drift in other.drifts] == [path]
        gone = look(type_name, changed(state, **{path: alias}), changed(state, **{path: None}))
        assert [drift.path for drift in gone.drifts] == [path]


def test_where_aws_keeps_the_alias_another_key_is_drift(look: Look) -> None:
    def under(key: str) -> Any:
        rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        return {"BucketName": "data", "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}

    comparison = look("AWS::S3::Bucket", under("alias/records"), under("arn:aws:kms:eu-west-1:111122223333:key/1234"))
    assert [drift.kind for drift in comparison.drifts] == [DriftKind.CHANGED]


def test_blocks_of_addresses_compare_as_ec2_spells_them(look: Look) -> None:
    def group(*sources: Any) -> Any:
        rules = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **source} for source in sources]
        return {"GroupDescription": "web", "SecurityGroupIngress": rules}

    declared = group({"CidrIpv6": "2001:0DB8::/32"}, {"CidrIp": "100.68.0.18/18"})
    spelled = group({"CidrIp": "100.68.0.0/18"}, {"CidrIpv6": "2001:db8::/32"})
    assert look("AWS::EC2::SecurityGroup", declared, spelled).drifts == ()
    wider = group({"CidrIp": "100.68.0.0/17"}, {"CidrIpv6": "2001:db8::/32"})
    assert len(look("AWS::EC2::SecurityGroup", declared, wider).drifts) == 1


def test_the_subnets_of_a_load_balancer_have_two_spellings(look: Look) -> None:
    subnets, mappings = ["subnet-1", "subnet-2"], [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]
    live = {"Subnets": subnets, "SubnetMappings": mappings}
    assert look("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": subnets}, live).drifts == ()
    assert look("AWS::ElasticLoadBalancingV2::LoadBalancer", {"SubnetMappings": mappings}, live).drifts == ()


def test_ports_count_for_protocols_that_have_them(look: Look) -> None:
    def group(**rule: Any) -> Any:
        return {"GroupDescription": "web", "SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8", **rule}]}

    def differs(declared: Any, live: Any) -> bool:
        return look("AWS::EC2::SecurityGroup", declared, live).drifts != ()

    assert not differs(group(IpProtocol="50", FromPort=1, ToPort=9), group(IpProtocol="50"))
    assert not differs(group(IpProtocol=58), group(IpProtocol="icmpv6", FromPort=-1, ToPort=-1))
    assert differs(group(IpProtocol="icmp", FromPort=8, ToPort=0), group(IpProtocol="icmp", FromPort=-1, ToPort=-1))
    assert differs(group(IpProtocol="tcp", FromPort=22, ToPort=22), group(IpProtocol="-1"))


def test_a_source_group_belongs_to_the_own_account_unless_said(look: Look) -> None:
    def group(**owner: str) -> Any:
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupId": "sg-1", **owner}
        return {"GroupDescription": "web", "SecurityGroupIngress": [rule]}

    own, foreign = group(SourceSecurityGroupOwnerId=ACCOUNT), group(SourceSecurityGroupOwnerId="444455556666")
    assert look("AWS::EC2::SecurityGroup", group(), own).drifts == ()
    assert look("AWS::EC2::SecurityGroup", own, group()).drifts == ()
    assert len(look("AWS::EC2::SecurityGroup", group(), foreign).drifts) == 1


def test_the_period_of_a_rotation_counts_while_it_is_on(look: Look) -> None:
    slow = {"EnableKeyRotation": True, "RotationPeriodInDays": 2560}
    declared = changed(slow, RotationPeriodInDays="90")
    assert [drift.path for drift in look("AWS::KMS::Key", declared, slow).drifts] == ["RotationPeriodInDays"]
    assert look("AWS::KMS::Key", {"EnableKeyRotation": True}, changed(slow, RotationPeriodInDays=365)).drifts == ()
    off = {"EnableKeyRotation": False, "RotationPeriodInDays": 90}
    assert look("AWS::KMS::Key", off, {"EnableKeyRotation": False}).drifts == ()


def test_an_account_as_a_number_is_that_account(look: Look) -> None:
    def key(principal: Any) -> Any:
        statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
        return {"KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]}}

    assert look("AWS::KMS::Key", key(int(ACCOUNT)), key(f"arn:aws:iam::{ACCOUNT}:root")).drifts == ()
    assert len(look("AWS::KMS::Key", key(444455556666), key(f"arn:aws:iam::{ACCOUNT}:root")).drifts) == 1
