"""How a change was made, by what its event says of the caller: in the console, by a tool, by a service. Pure.

What the fields hold is described in the AWS CloudTrail User Guide, *CloudTrail record contents* and *CloudTrail
userIdentity element*; what tools say of themselves, in their sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from setpoint.model.attribution import Means
from setpoint.model.canonical import Json
from setpoint.observe.aws.recorded_event import PRODUCT
from setpoint.observe.cloudtrail.records import Event

LONGEST: Final = 2048
"""Characters of an ARN (IAM API Reference, data type `Role`)."""

LONGEST_TOOL: Final = 128

HANDLERS: Final[Mapping[str, str]] = {
    "cloudformation.amazonaws.com": "CloudFormation",
    "stacksets.cloudformation.amazonaws.com": "CloudFormation",
    "cloudcontrolapi.amazonaws.com": "Cloud Control",
}
"""Services that change others as they were told to in a template."""

TOOLS: Final[Mapping[str, str]] = {
    "terraform": "Terraform",
    "opentofu": "OpenTofu",
    "pulumi": "Pulumi",
    "aws-cdk": "AWS CDK",
    "aws-sam-cli": "AWS SAM",
    "crossplane": "Crossplane",
    "ansible": "Ansible",
}
"""What user agents of infrastructure as code hold: `APN/1.0 HashiCorp/1.0 Terraform/1.9.2 …`."""

_CDK_ROLE: Final = re.compile(r":role/(?:.*/)?cdk-[a-z0-9]+-(?:cfn-exec|deploy)-role-")
"""Roles of the CDK's bootstrap (AWS CDK Developer Guide, *Bootstrapping*)."""

_CONSOLE: Final = re.compile(r"(?:^|\W)(?:console|signin)\.(?:[\w-]+\.)*amazonaws\.com|S3Console/|^Mozilla/")
_CLI: Final = re.compile(r"(?:^|\s)((?:aws-cli|AWSPowerShell|AWSPowerShell\.\w+)/[\w.]+)")
_SDK: Final = re.compile(r"(?:^|\s)((?:Boto3|Botocore|aws-sdk-[\w-]+|aws-sdk-\w+/\w+)/[\w.]+)", re.IGNORECASE)
_OWN: Final = re.compile(rf"(?:^|\W){PRODUCT}(?:\W|$)")
_SERVICE_ROLE: Final = re.compile(r":role/aws-service-role/([\w.-]+)/")
_SERVICE: Final = re.compile(r"[\w.-]+\.amazonaws\.com(?:\.cn)?")


def means_of(event: Event, identity: Mapping[str, Json], infrastructure_roles: Sequence[str]) -> tuple[Means, str]:
    """How, and the tool or service; roles that match a pattern, by ARN or name, are infrastructure as code."""
    agent = _text(event.get("userAgent")).strip("[]")
    role = role_of(identity)
    if _OWN.search(agent):
        return Means.SETPOINT, PRODUCT
    callers = (_text(identity.get("invokedBy")), _text(event.get("sourceIPAddress")))
    if handler := next((HANDLERS[each] for each in (*callers, agent) if each in HANDLERS), ""):
        return Means.INFRASTRUCTURE, "AWS CDK" if _CDK_ROLE.search(role) else handler
    if service := _service(callers, role):
        return (Means.SCALING if "autoscaling" in service else Means.SERVICE), service
    if tool := _infrastructure(agent, role, infrastructure_roles):
        return Means.INFRASTRUCTURE, tool
    return _by_hand(event, agent)


def role_of(identity: Mapping[str, Json]) -> str:
    """The ARN of the role that the caller is a session of; empty for anybody else."""
    return _text(_mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer")).get("arn"))


def _service(callers: Sequence[str], role: str) -> str:
    """One that acts on its own account, by its role, or for whoever called it: AWS names it in place of an address."""
    if found := _SERVICE_ROLE.search(role):
        return found[1][:LONGEST_TOOL]
    return next((each[:LONGEST_TOOL] for each in callers if _SERVICE.fullmatch(each)), "")


def _infrastructure(agent: str, role: str, patterns: Sequence[str]) -> str:
    words = agent.lower()
    tool = next((name for word, name in TOOLS.items() if word in words), "")
    if tool or not role:
        return tool
    if _CDK_ROLE.search(role):
        return "AWS CDK"
    return role.rpartition("/")[2][:LONGEST_TOOL] if _matches(role, patterns) else ""


def _matches(role: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(each, pattern) for pattern in patterns for each in (role, role.rpartition("/")[2]))


def _by_hand(event: Event, agent: str) -> tuple[Means, str]:
    if event.get("sessionCredentialFromConsole") in (True, "true") or _CONSOLE.search(agent):
        return Means.CONSOLE, ""
    for means, form in ((Means.CLI, _CLI), (Means.SDK, _SDK)):
        if found := form.search(agent):
            return means, found[1][:LONGEST_TOOL]
    return Means.UNKNOWN, agent[:LONGEST_TOOL]


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
