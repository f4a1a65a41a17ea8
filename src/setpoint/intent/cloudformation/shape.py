"""Resolved properties in the spelling that observers use, so that only what differs differs. Called by `declared`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.intent.cloudformation.buckets import BUCKET, bucket_settings
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import Kind

SECURITY_GROUP: Final = "AWS::EC2::SecurityGroup"

PROTOCOLS: Final[Mapping[str, str]] = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
"""Numbers for which EC2 answers with a name (EC2 API reference, `IpPermission`)."""

ANY_PROTOCOL: Final = "-1"

SOURCES: Final = (
    "CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName",
    "DestinationPrefixListId", "DestinationSecurityGroupId",
)  # fmt: skip
"""What a rule lets traffic from or to: one of them, in what EC2 keeps."""

ALLOW_ALL: Final[Mapping[str, Json]] = {"IpProtocol": ANY_PROTOCOL, "CidrIp": "0.0.0.0/0"}
"""The egress rule of a group for which none is declared ("AWS::EC2::SecurityGroup", example "Remove default rule")."""


def shaped(
    type_name: str,
    properties: Mapping[str, Json],
    account: str,
    stack_tags: Mapping[str, str],
    tags_kind: Kind | None = Kind.LIST,
) -> dict[str, Json]:
    """The properties as an observer would write them; `stack_tags` are those that CloudFormation adds."""
    result = dict(properties)
    tags = _tags(result.pop("Tags", [] if tags_kind is Kind.LIST else {}), stack_tags)
    if tags:
        result["Tags"] = tags
    if type_name == SECURITY_GROUP:
        result["SecurityGroupIngress"] = _rules(result.get("SecurityGroupIngress", []), account)
        result["SecurityGroupEgress"] = _rules(result.get("SecurityGroupEgress", []), account) or [dict(ALLOW_ALL)]
    if type_name == BUCKET:
        result = bucket_settings(result)
    return result


def _tags(declared: Json, added: Mapping[str, str]) -> Json:
    if isinstance(declared, Mapping):
        return {**added, **declared}
    if not isinstance(declared, list) or not all(isinstance(tag, Mapping) and "Key" in tag for tag in declared):
        return declared
    by_key: dict[str, Json] = {key: {"Key": key, "Value": value} for key, value in added.items()}
    by_key |= {str(tag["Key"]): {"Key": tag["Key"], "Value": _text(tag.get("Value", ""))} for tag in declared}
    return [by_key[key] for key in sorted(by_key)]


def _rules(rules: Json, account: str) -> Json:
    if isinstance(rules, Unknown):
        return rules
    listed = rules if isinstance(rules, list) else [rules]
    return [each for rule in listed for each in _one_rule_a_source(rule, account)]


def _one_rule_a_source(rule: Json, account: str) -> list[Json]:
    if not isinstance(rule, Mapping):
        return [rule]
    sources = [name for name in SOURCES if name in rule]
    common = {name: value for name, value in rule.items() if name not in sources}
    if common.get("SourceSecurityGroupOwnerId") == account:
        del common["SourceSecurityGroupOwnerId"]
    if "IpProtocol" in common:
        protocol = _text(common["IpProtocol"])
        common["IpProtocol"] = PROTOCOLS.get(protocol, protocol.lower()) if isinstance(protocol, str) else protocol
    if common.get("IpProtocol") == ANY_PROTOCOL:
        common = {name: value for name, value in common.items() if name not in ("FromPort", "ToPort")}
    return [{**common, source: rule[source]} for source in sources] or [common]


def _text(value: Json) -> Json:
    """A scalar as the text that AWS keeps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value
