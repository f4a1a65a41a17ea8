"""Security groups: one CloudFormation rule for each source, wherever Terraform declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.ec2 import SECURITY_GROUP
from setpoint.model.canonical import Unknown

Properties = Callable[..., Mapping[str, Any]]

GROUP = {"id": "sg-1", "name": "web", "description": "Web", "vpc_id": "vpc-1", "ingress": [], "egress": []}
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
BLOCK = {"protocol": "tcp", "from_port": 443, "to_port": 443}


def _group(**attributes: Any) -> tuple[str, dict[str, Any]]:
    return "aws_security_group", GROUP | attributes


def _rule(**attributes: Any) -> tuple[str, dict[str, Any]]:
    return "aws_security_group_rule", {"security_group_id": "sg-1", "type": "ingress"} | BLOCK | attributes


def test_the_groups_own_properties(properties: Properties) -> None:
    assert properties(_group(tags={"service": "web"})) == {
        "GroupId": "sg-1",
        "Id": "sg-1",
        "GroupName": "web",
        "GroupDescription": "Web",
        "VpcId": "vpc-1",
        "SecurityGroupIngress": [],
        "SecurityGroupEgress": [],
        "Tags": [{"Key": "service", "Value": "web"}],
    }


def test_a_block_with_several_sources_is_a_rule_for_each(properties: Properties) -> None:
    sources = {
        "cidr_blocks": ["10.0.0.0/8", "10.1.0.0/16"],
        "ipv6_cidr_blocks": ["fd00::/8"],
        "prefix_list_ids": ["pl-1"],
        "security_groups": ["sg-2", "999999999999/sg-3"],
        "self": True,
        "description": "from inside",
    }
    found = properties(_group(ingress=[BLOCK | sources], egress=[BLOCK | sources]))
    shared = HTTPS | {"Description": "from inside"}
    ranges = [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.1.0.0/16"}, {"CidrIpv6": "fd00::/8"}]
    assert _unordered(found["SecurityGroupIngress"]) == _unordered(
        shared | source
        for source in (
            *ranges,
            {"SourcePrefixListId": "pl-1"},
            {"SourceSecurityGroupId": "sg-1"},
            {"SourceSecurityGroupId": "sg-2"},
            {"SourceSecurityGroupId": "sg-3", "SourceSecurityGroupOwnerId": "999999999999"},
        )
    )
    assert _unordered(found["SecurityGroupEgress"]) == _unordered(
        shared | destination
        for destination in (
            *ranges,
            {"DestinationPrefixListId": "pl-1"},
            {"DestinationSecurityGroupId": "sg-1"},
            {"DestinationSecurityGroupId": "sg-2"},
            {"DestinationSecurityGroupId": "sg-3"},
        )
    )


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("-1", {"IpProtocol": "-1"}),
        ("all", {"IpProtocol": "-1"}),
        ("TCP", {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 0}),
        ("6", {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 0}),
        ("17", {"IpProtocol": "udp", "FromPort": 0, "ToPort": 0}),
        ("1", {"IpProtocol": "icmp", "FromPort": 0, "ToPort": 0}),
        ("58", {"IpProtocol": "icmpv6", "FromPort": 0, "ToPort": 0}),
        ("50", {"IpProtocol": "50"}),
    ],
)
def test_protocols_are_spelt_as_ec2_spells_them(
    properties: Properties, protocol: str, expected: dict[str, Any]
) -> None:
    block = {"protocol": protocol, "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/8"]}
    assert properties(_group(ingress=[block]))["SecurityGroupIngress"] == [expected | {"CidrIp": "10.0.0.0/8"}]


def test_rules_of_their_own_are_folded_in(properties: Properties) -> None:
    found = properties(
        _group(),
        _rule(source_security_group_id="sg-2"),
        _rule(type="egress", cidr_blocks=["0.0.0.0/0"], protocol="-1"),
        (
            "aws_vpc_security_group_ingress_rule",
            {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv6": "::/0"},
        ),
        (
            "aws_vpc_security_group_egress_rule",
            {"security_group_id": "sg-1", "ip_protocol": "-1", "referenced_security_group_id": "sg-3"},
        ),
    )
    assert found["SecurityGroupIngress"] == [
        HTTPS | {"CidrIpv6": "::/0"},
        HTTPS | {"SourceSecurityGroupId": "sg-2"},
    ]
    assert found["SecurityGroupEgress"] == [
        {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"},
        {"IpProtocol": "-1", "DestinationSecurityGroupId": "sg-3"},
    ]


def test_a_rule_that_the_group_lists_too_is_one_rule_with_its_own_description(properties: Properties) -> None:
    found = properties(
        _group(ingress=[BLOCK | {"cidr_blocks": ["10.0.0.0/8"], "description": "stale"}]),
        _rule(cidr_blocks=["10.0.0.0/8"], description="fresh"),
    )
    assert found["SecurityGroupIngress"] == [HTTPS | {"CidrIp": "10.0.0.0/8", "Description": "fresh"}]


def test_a_rule_with_an_unknown_source_makes_the_rules_of_its_direction_unknown() -> None:
    unknown = Unknown("known after apply")
    properties: dict[str, Any] = {"GroupId": "sg-1", "SecurityGroupIngress": [HTTPS], "SecurityGroupEgress": []}
    rule = Attributes(BLOCK | {"type": "ingress", "cidr_blocks": [unknown], "id": unknown}, "here")
    SECURITY_GROUP.parts["aws_security_group_rule"].fold(properties, rule)
    assert properties["SecurityGroupIngress"] is unknown
    assert properties["SecurityGroupEgress"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.data())
def test_how_rules_are_grouped_and_ordered_makes_no_difference(properties: Properties, data: st.DataObject) -> None:
    octets = data.draw(st.lists(st.integers(0, 255), min_size=1, max_size=6, unique=True))
    cidrs = [f"10.{octet}.0.0/16" for octet in octets]
    together = properties(_group(ingress=[BLOCK | {"cidr_blocks": cidrs}]))
    apart = data.draw(st.permutations(cidrs))
    inline = data.draw(st.integers(0, len(apart)))
    split = properties(
        _group(ingress=[BLOCK | {"cidr_blocks": [cidr]} for cidr in apart[:inline]]),
        *(_rule(cidr_blocks=[cidr]) for cidr in apart),
    )
    assert together == split


def _unordered(rules: Any) -> list[Any]:
    return sorted(rules, key=lambda rule: sorted(map(str, rule.items())))
