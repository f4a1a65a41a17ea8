"""Rules and tags as observers write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.intent.cloudformation.shape import ALLOW_ALL, shaped
from setpoint.model.canonical import Json, Unknown

ACCOUNT = "123456789012"
TAGS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.text("xyz", max_size=3))


def group(**properties: Json) -> dict[str, Json]:
    return shaped("AWS::EC2::SecurityGroup", properties, ACCOUNT, {})


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_a_group_without_rules_has_none_inwards_and_the_default_outwards() -> None:
    assert group() == {"SecurityGroupIngress": [], "SecurityGroupEgress": [ALLOW_ALL]}
    assert group(SecurityGroupEgress=[])["SecurityGroupEgress"] == [ALLOW_ALL]


def test_a_declared_rule_outwards_replaces_the_default() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    assert group(SecurityGroupEgress=[rule])["SecurityGroupEgress"] == [rule]
    assert group(SecurityGroupEgress=Unknown("why"))["SecurityGroupEgress"] == Unknown("why")


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        (6, "tcp"),
        ("17", "udp"),
        (1, "icmp"),
        ("58", "icmpv6"),
        ("TCP", "tcp"),
        (50, "50"),
        (Unknown("w"), Unknown("w")),
    ],
)
def test_protocols_have_names(declared: Json, written: Json) -> None:
    assert group(SecurityGroupIngress=[{"IpProtocol": declared}])["SecurityGroupIngress"] == [{"IpProtocol": written}]


def test_a_rule_for_every_protocol_has_no_ports() -> None:
    rules = group(SecurityGroupIngress={"IpProtocol": -1, "FromPort": 0, "ToPort": 65535, "CidrIp": "10.0.0.0/8"})
    assert rules["SecurityGroupIngress"] == [{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}]


def test_a_rule_with_two_sources_is_two_rules() -> None:
    rule = {"IpProtocol": "tcp", "CidrIp": "10.0.0.0/8", "CidrIpv6": "::/0", "SourceSecurityGroupOwnerId": ACCOUNT}
    assert group(SecurityGroupIngress=[rule, Unknown("one more")])["SecurityGroupIngress"] == [
        {"IpProtocol": "tcp", "CidrIp": "10.0.0.0/8"},
        {"IpProtocol": "tcp", "CidrIpv6": "::/0"},
        Unknown("one more"),
    ]


@given(TAGS, TAGS)
def test_tags_are_sorted_and_the_declared_ones_win(declared: dict[str, str], added: dict[str, str]) -> None:
    result: dict[str, Any] = shaped("AWS::S3::Bucket", {"Tags": tag_list(declared)}, ACCOUNT, added)
    assert result.get("Tags", []) == tag_list(dict(sorted({**added, **declared}.items())))


def test_tag_values_are_text_and_unknown_tags_stay() -> None:
    tags = [{"Key": "b", "Value": True}, {"Key": "a", "Value": 5}]
    assert shaped("T", {"Tags": tags}, ACCOUNT, {})["Tags"] == tag_list({"a": "5", "b": "true"})
    assert shaped("T", {"Tags": Unknown("why")}, ACCOUNT, {"a": "b"})["Tags"] == Unknown("why")
