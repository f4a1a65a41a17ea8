from __future__ import annotations

from setpoint.observe.aws.ec2 import rules

OURS = "111111111111"


def test_the_owner_is_told_across_accounts_only() -> None:
    pairs = [{"GroupId": "sg-1", "UserId": OURS}, {"GroupId": "sg-2", "UserId": "222222222222"}]
    permissions = [{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": pairs}]
    ports = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}
    assert rules(permissions, "Source", OURS) == [
        {**ports, "SourceSecurityGroupId": "sg-1"},
        {**ports, "SourceSecurityGroupId": "sg-2", "SourceSecurityGroupOwnerId": "222222222222"},
    ]
    assert rules(permissions, "Destination", OURS) == [
        {**ports, "DestinationSecurityGroupId": "sg-1"},
        {**ports, "DestinationSecurityGroupId": "sg-2"},
    ]


def test_protocols_go_by_name_and_all_of_them_have_no_ports() -> None:
    everywhere = [{"CidrIp": "0.0.0.0/0"}]
    permissions: list[dict[str, object]] = [
        {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "IpRanges": everywhere},
        {"IpProtocol": "6", "FromPort": 22, "ToPort": 22, "IpRanges": everywhere},
        {"IpProtocol": "50", "IpRanges": everywhere},
        {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": everywhere},
    ]
    seen = rules(permissions, "Source", OURS)
    assert {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"} in seen
    assert {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"} in seen
    assert {"IpProtocol": "50", "CidrIp": "0.0.0.0/0"} in seen
    assert {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "CidrIp": "0.0.0.0/0"} in seen


def test_no_permission_is_no_rule() -> None:
    assert rules([], "Source", OURS) == []
    assert rules([{"IpProtocol": "tcp", "IpRanges": []}], "Source", OURS) == []
