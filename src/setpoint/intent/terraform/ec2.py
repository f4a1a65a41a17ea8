"""AWS::EC2::SecurityGroup from `aws_security_group`, with the rules that are Terraform resources of their own.

`ingress` and `egress` of the group hold all its rules as of the last apply or refresh, wherever these were declared, so
an empty list says *no rule*. A rule of its own that also stands there is the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, Table, without_unset
from setpoint.model.canonical import Json, Unknown, canonical_bytes

_TABLE: Final[Table] = {
    "GroupId": ("id", Attributes.text),
    "Id": ("id", Attributes.text),
    "GroupName": ("name", Attributes.text),
    "GroupDescription": ("description", Attributes.text),
    "VpcId": ("vpc_id", Attributes.text),
    "Tags": ("tags", Attributes.tags),
}

_INGRESS: Final = "SecurityGroupIngress"
_EGRESS: Final = "SecurityGroupEgress"

_PROTOCOLS: Final = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
"""Other spellings of the protocols that EC2 knows by name (EC2 API reference, "IpPermission")."""

_WITH_PORTS: Final = frozenset({"tcp", "udp", "icmp", "icmpv6"})
"""A rule of any other protocol is for all ports, whatever range it names (EC2 API reference, "IpPermission")."""

_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "CidrIp": ("cidr_blocks", "cidr_ipv4"),
    "CidrIpv6": ("ipv6_cidr_blocks", "cidr_ipv6"),
    "PrefixListId": ("prefix_list_ids", "prefix_list_id"),
    "SecurityGroupId": ("security_groups", "source_security_group_id", "referenced_security_group_id"),
}
"""What a rule is about → the attributes that hold it: in a block of the group, and in a resource of its own."""


def _inline_rules(attributes: Attributes) -> Properties:
    group = attributes.text("id")
    return {
        name: _flatten(attributes.each(attribute, partial(_rules, name, group)))
        for name, attribute in ((_INGRESS, "ingress"), (_EGRESS, "egress"))
    }


def _flatten(rules: Json) -> Json:
    if rules is None or isinstance(rules, Unknown):
        return rules or []
    return first_unknown(rules) or _union(rule for each in rules for rule in each)


def _rules(direction: str, group: Json, rule: Attributes) -> Json:
    """One CloudFormation rule for each source (or destination) of a Terraform rule."""
    protocol = rule.text("protocol") or rule.text("ip_protocol")
    shared = {"IpProtocol": protocol, "Description": rule.text("description")}
    peers = [(name, rule.texts(attribute)) for name, attributes in _SOURCES.items() for attribute in attributes]
    if rule.flag("self"):
        peers.append(("SecurityGroupId", [group] if isinstance(group, str) else group))
    if isinstance(protocol, str):
        shared["IpProtocol"] = _PROTOCOLS.get(protocol.lower(), protocol.lower())
    if shared["IpProtocol"] in _WITH_PORTS:
        shared |= {"FromPort": rule.number("from_port"), "ToPort": rule.number("to_port")}
    unknown = first_unknown([*shared.values(), rule.flag("self"), *(values for _, values in peers)])
    if unknown:
        return unknown
    return [without_unset(shared | _peer(direction, name, value)) for name, values in peers for value in values or []]


def _peer(direction: str, name: str, value: str) -> Properties:
    if name.startswith("Cidr"):
        return {name: value}
    role = "Source" if direction == _INGRESS else "Destination"
    # A group of a peered network stands as `<account>/<group>`; only an ingress rule can name the account.
    owner, _, identifier = value.rpartition("/")
    owners = {"SourceSecurityGroupOwnerId": owner} if owner and direction == _INGRESS else {}
    return {f"{role}{name}": identifier, **owners}


def _union(rules: Iterable[Json]) -> list[Json]:
    """The rules in a stable order, each once; a later description wins, as EC2 keeps one per rule."""
    distinct = {canonical_bytes({**rule, "Description": None}): rule for rule in rules}
    return [distinct[key] for key in sorted(distinct)]


def _fold(direction: str, properties: Properties, rule: Attributes) -> None:
    more = _rules(direction, properties.get("GroupId"), rule)
    held = properties[direction]
    properties[direction] = first_unknown([held, more]) or _union([*held, *more])


def _fold_either(properties: Properties, rule: Attributes) -> None:
    """An `aws_security_group_rule` says itself which way it goes."""
    _fold(_INGRESS if rule.text("type") == "ingress" else _EGRESS, properties, rule)


SECURITY_GROUP: Final = MappedType(
    type="AWS::EC2::SecurityGroup",
    terraform_type="aws_security_group",
    identifier="id",
    table=_TABLE,
    derive=_inline_rules,
    parts={
        "aws_security_group_rule": Part("security_group_id", _fold_either),
        "aws_vpc_security_group_ingress_rule": Part("security_group_id", partial(_fold, _INGRESS)),
        "aws_vpc_security_group_egress_rule": Part("security_group_id", partial(_fold, _EGRESS)),
    },
)
