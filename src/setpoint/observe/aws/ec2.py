"""Security groups with their rules, one rule per source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, VanishedError
from setpoint.observe.aws.shape import filled, ordered, tags

PAGE: Final = 1000
"""The largest page (Amazon EC2 API Reference, DescribeSecurityGroups, MaxResults)."""

PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""IANA protocol numbers that CloudFormation spells as names."""


class SecurityGroupReader(Reader):
    type: ClassVar[str] = "AWS::EC2::SecurityGroup"
    lists: ClassVar[str] = "ec2:DescribeSecurityGroups"
    calls: ClassVar[int] = 0
    permissions: ClassVar[tuple[str, ...]] = (lists,)
    properties: ClassVar[frozenset[str]] = frozenset(
        {"GroupId", "Id", "GroupName", "GroupDescription", "VpcId", "Tags"}
        | {"SecurityGroupIngress", "SecurityGroupEgress"}
    )
    # What is not even spelled like an id names nothing.
    gone: ClassVar[frozenset[str]] = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed"})

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        paginator = place.client("ec2").get_paginator("describe_security_groups")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE}):
            # Groups that another account shares with this one are listed too; they are not this account's.
            own = (group for group in page["SecurityGroups"] if group["OwnerId"] == place.account)
            yield [Listed(group["GroupId"], said=group) for group in own]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        group = entity.said
        if group is None:
            with reading.whole(self.lists):
                answer = place.client("ec2").describe_security_groups(GroupIds=[entity.identifier])
            group = next((each for each in answer["SecurityGroups"] if each["OwnerId"] == place.account), None)
            if group is None:
                raise VanishedError
        for name, ours in (("GroupId", "GroupId"), ("GroupId", "Id"), ("GroupName", "GroupName"), ("VpcId", "VpcId")):
            reading.put(ours, group.get(name))
        reading.put("GroupDescription", group.get("Description"))
        reading.put("SecurityGroupIngress", rules(group["IpPermissions"], "Source", place.account))
        reading.put("SecurityGroupEgress", rules(group["IpPermissionsEgress"], "Destination", place.account))
        reading.put("Tags", tags(group.get("Tags", [])))
        if group["GroupName"] == "default":
            # No other group may have this name (Amazon VPC User Guide, "Default security groups for your VPCs").
            reading.provided_by = "AWS: the default security group of its VPC"


def rules(permissions: Sequence[Mapping[str, Json]], side: str, account: str) -> list[Json]:
    """EC2 gathers sources under one protocol and port range; CloudFormation has a rule for each.

    `side` is what the other end is: `Source` or `Destination`.
    """
    return ordered(
        filled(_traffic(permission) | source | {"Description": description})
        for permission in permissions
        for source, description in _sources(permission, side, account)
    )


def _traffic(permission: Mapping[str, Json]) -> dict[str, Json]:
    protocol = str(permission["IpProtocol"])
    protocol = PROTOCOLS.get(protocol, protocol)
    if protocol == "-1":
        return {"IpProtocol": protocol}
    return {"IpProtocol": protocol, "FromPort": permission.get("FromPort"), "ToPort": permission.get("ToPort")}


def _sources(permission: Mapping[str, Json], side: str, account: str) -> Iterator[tuple[dict[str, Json], Json]]:
    for each in permission.get("IpRanges", []):
        yield {"CidrIp": each["CidrIp"]}, each.get("Description")
    for each in permission.get("Ipv6Ranges", []):
        yield {"CidrIpv6": each["CidrIpv6"]}, each.get("Description")
    for each in permission.get("PrefixListIds", []):
        yield {f"{side}PrefixListId": each["PrefixListId"]}, each.get("Description")
    for each in permission.get("UserIdGroupPairs", []):
        source = {f"{side}SecurityGroupId": each["GroupId"]}
        # Egress rules have no owner in CloudFormation; ingress rules are declared with one only across accounts.
        if side == "Source" and each.get("UserId", account) != account:
            source["SourceSecurityGroupOwnerId"] = each["UserId"]
        yield source, each.get("Description")
