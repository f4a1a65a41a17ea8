"""Security groups: rules are allowed before others are revoked, so that no wanted connection is cut in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from setpoint.act.interface import ActionError
from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import tag_changes, with_elements
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change

PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
"""Other spellings of what EC2 returns (Amazon EC2 API Reference, IpPermission, IpProtocol)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a rule allows, without its description: two rules with the same traffic are one rule to EC2."""

    protocol: str
    from_port: int | None
    to_port: int | None
    member: str
    """The member of EC2's IpPermission that holds the other end: `IpRanges`, …"""
    peer: tuple[tuple[str, str], ...]
    """The other end, as members of that member's elements."""

    def permission(self, description: str) -> Json:
        """As the IpPermission of EC2's API."""
        peer = dict(self.peer) | ({"Description": description} if description else {})
        ports = {"FromPort": self.from_port, "ToPort": self.to_port}
        return {
            "IpProtocol": self.protocol,
            **{name: port for name, port in ports.items() if port is not None},
            self.member: [peer],
        }


def described_traffic(rules: Json, target: Target) -> dict[Traffic, str]:
    """Rules in CloudFormation's shape as traffic → description."""
    try:
        return {_traffic(rule, target): str(rule.get("Description") or "") for rule in rules or []}
    except ValueError as error:
        raise ActionError(f"a rule cannot be set ({error})", where=target.urn) from error


def _traffic(rule: Mapping[str, Json], target: Target) -> Traffic:
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    protocol = PROTOCOLS.get(protocol, protocol)
    ports = (None, None) if protocol == "-1" else (_port(rule.get("FromPort")), _port(rule.get("ToPort")))
    return Traffic(protocol, *ports, *_peer(rule, target))


def _port(value: Json) -> int | None:
    return None if value is None else int(value)


def _peer(rule: Mapping[str, Json], target: Target) -> tuple[str, tuple[tuple[str, str], ...]]:
    # EC2 keeps a range by its network address; as declared, 10.0.0.5/8 would seem to be another one.
    if cidr := rule.get("CidrIp"):
        return "IpRanges", (("CidrIp", str(ip_network(cidr, strict=False))),)
    if cidr := rule.get("CidrIpv6"):
        return "Ipv6Ranges", (("CidrIpv6", str(ip_network(cidr, strict=False))),)
    if prefix_list := rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
        return "PrefixListIds", (("PrefixListId", str(prefix_list)),)
    if group := rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId"):
        owner = str(rule.get("SourceSecurityGroupOwnerId") or target.account)
        across = () if owner == target.account else (("UserId", owner),)
        return "UserIdGroupPairs", (("GroupId", str(group)), *across)
    raise ActionError(
        "a rule names no range, prefix list or group that could be set",
        where=target.urn,
        remedy="declare its other end by CidrIp, CidrIpv6, a prefix list or the id of a group",
    )


def _set_rules(direction: str, target: Target, change: Change) -> None:
    """`direction` is Ingress or Egress, as EC2 names its actions."""
    before, after = described_traffic(change.before, target), described_traffic(change.after, target)
    ec2, suffix = target.client("ec2"), direction.lower()
    # One rule a call: in a call with several, one that is there already would keep the others out.
    for traffic in [each for each in after if each not in before]:
        with target.doing(f"ec2:AuthorizeSecurityGroup{direction}", fine={"InvalidPermission.Duplicate"}):
            authorize = getattr(ec2, f"authorize_security_group_{suffix}")
            authorize(GroupId=target.identifier, IpPermissions=[traffic.permission(after[traffic])])
    for traffic in [each for each in after if before.get(each, after[each]) != after[each]]:
        with target.doing(f"ec2:UpdateSecurityGroupRuleDescriptions{direction}"):
            describe = getattr(ec2, f"update_security_group_rule_descriptions_{suffix}")
            describe(GroupId=target.identifier, IpPermissions=[traffic.permission(after[traffic])])
    for traffic in [each for each in before if each not in after]:
        with target.doing(f"ec2:RevokeSecurityGroup{direction}", fine={"InvalidPermission.NotFound"}):
            revoke = getattr(ec2, f"revoke_security_group_{suffix}")
            revoke(GroupId=target.identifier, IpPermissions=[traffic.permission("")])


def _set_ingress(target: Target, changes: Mapping[str, Change]) -> None:
    _set_rules("Ingress", target, changes["SecurityGroupIngress"])


def _set_egress(target: Target, changes: Mapping[str, Change]) -> None:
    _set_rules("Egress", target, changes["SecurityGroupEgress"])


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    ec2, tags = target.client("ec2"), tag_changes(changes["Tags"].before, changes["Tags"].after)
    if tags.put:
        with target.doing("ec2:CreateTags"):
            ec2.create_tags(Resources=[target.identifier], Tags=list(tags.put))
    if tags.removed:
        with target.doing("ec2:DeleteTags"):
            ec2.delete_tags(Resources=[target.identifier], Tags=[{"Key": key} for key in tags.removed])


def _rule_permissions(direction: str) -> tuple[str, ...]:
    verbs = "AuthorizeSecurityGroup", "RevokeSecurityGroup", "UpdateSecurityGroupRuleDescriptions"
    return tuple(f"ec2:{verb}{direction}" for verb in verbs)


SECURITY_GROUP: Final = (
    Action(("SecurityGroupIngress",), _rule_permissions("Ingress"), _set_ingress),
    Action(("SecurityGroupEgress",), _rule_permissions("Egress"), _set_egress),
    Action(("Tags",), ("ec2:CreateTags", "ec2:DeleteTags"), _set_tags, aim=with_elements("Key")),
)
