"""One event of CloudTrail: who made a change, of which property, and whether that was Setpoint itself. Pure.

`change_record` reads the events. What they hold is described in the AWS CloudTrail User Guide, *CloudTrail record
contents* and *CloudTrail userIdentity element*.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from setpoint.model.attribution import RecordedChange
from setpoint.model.canonical import Json
from setpoint.model.handlers import SEPARATOR
from setpoint.model.paths import split
from setpoint.model.urn import Urn
from setpoint.observe.aws.event_source import comes_from

PRODUCT: Final = "setpoint"
"""What `aws.AwsClients` adds to the user agent of every call."""

THROUGH: Final = frozenset({"cloudcontrolapi.amazonaws.com", "cloudformation.amazonaws.com"})
"""What makes the calls to other services that follow from `UpdateResource`, in the name of whoever called it: Cloud
Control runs CloudFormation's handlers (Cloud Control API User Guide, *What is Cloud Control API*)."""

LONGEST: Final = 2048
"""Characters of an ARN (IAM API Reference, data type `Role`): more of a text is not kept."""

DEEPEST: Final = 6
"""Levels of a call's parameters that are looked through for the name of a property."""

EXACT: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("AWS::IAM::Role", "Policies"): frozenset({"PutRolePolicy", "DeleteRolePolicy"}),
    ("AWS::IAM::Role", "ManagedPolicyArns"): frozenset({"AttachRolePolicy", "DetachRolePolicy"}),
    ("AWS::IAM::User", "Policies"): frozenset({"PutUserPolicy", "DeleteUserPolicy"}),
    ("AWS::IAM::User", "ManagedPolicyArns"): frozenset({"AttachUserPolicy", "DetachUserPolicy"}),
    ("AWS::IAM::User", "Groups"): frozenset({"AddUserToGroup", "RemoveUserFromGroup"}),
    ("AWS::IAM::Group", "Policies"): frozenset({"PutGroupPolicy", "DeleteGroupPolicy"}),
    ("AWS::IAM::Group", "ManagedPolicyArns"): frozenset({"AttachGroupPolicy", "DetachGroupPolicy"}),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"): frozenset({"CreatePolicyVersion", "SetDefaultPolicyVersion"}),
    ("AWS::IAM::ManagedPolicy", "Users"): frozenset({"AttachUserPolicy", "DetachUserPolicy"}),
    ("AWS::IAM::ManagedPolicy", "Groups"): frozenset({"AttachGroupPolicy", "DetachGroupPolicy"}),
    ("AWS::IAM::ManagedPolicy", "Roles"): frozenset({"AttachRolePolicy", "DetachRolePolicy"}),
    ("AWS::KMS::Key", "Enabled"): frozenset({"EnableKey", "DisableKey"}),
    ("AWS::EC2::SecurityGroup", "SecurityGroupIngress"): frozenset(
        {"AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "ModifySecurityGroupRules"}
    ),
    ("AWS::EC2::SecurityGroup", "SecurityGroupEgress"): frozenset(
        {"AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress", "ModifySecurityGroupRules"}
    ),
}
"""The events that change a property whose name does not occur in them (the services' API references)."""

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

_NAMES_OF_ARN: Final = re.compile("[:/]")

_BEFORE: Final = ("Enable", "Is")
"""What the name of a property may begin with that the name of the call that sets it does not have."""

_BEHIND: Final = ("Configuration", "Specification", "Document", "Settings", "ies", "s")
"""What it may end in."""

_LEAST: Final = 3
"""Letters that must be left of a name for it to be told from others."""


class RecordedEvent:
    def __init__(self, listed: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        """`listed` is the event as `LookupEvents` lists it, `content` what it holds in full."""
        self._listed = listed
        self._content = content
        self._identity = _mapping(content.get("userIdentity"))

    @classmethod
    def of(cls, listed: Mapping[str, Any]) -> RecordedEvent | None:
        """None where what it holds cannot be read."""
        try:
            content = orjson.loads(listed.get("CloudTrailEvent") or b"")
        except orjson.JSONDecodeError:
            return None
        is_whole = isinstance(content, Mapping) and isinstance(listed.get("EventTime"), datetime)
        return cls(listed, content) if is_whole else None

    @property
    def at(self) -> datetime:
        at: datetime = self._listed["EventTime"]
        return at.astimezone(UTC)

    def is_change(self) -> bool:
        """Whether something came of it: it was no reading, and it was not refused."""
        reads = self._content.get("readOnly", self._listed.get("ReadOnly")) in (True, "true")
        return not reads and not self._content.get("errorCode")

    def is_ours(self, caller: str) -> bool:
        """Whether Setpoint made it, in this life or another, here or elsewhere, as the principal `caller`.

        Somebody else may use the same principal: what their tools say of themselves tells them apart. Where nothing is
        said, nobody is accused.
        """
        if principal_of(_text(self._identity.get("arn"))) != principal_of(caller):
            return False
        agent = _text(self._content.get("userAgent"))
        invoked_by = _text(self._identity.get("invokedBy"))
        return not agent or PRODUCT in agent or not THROUGH.isdisjoint((agent, invoked_by))

    def is_about(self, urn: Urn, name: str) -> bool:
        """Whether it was done to this entity, not to a namesake; it was found under this one of the entity's names."""
        if not comes_from(_text(self._content.get("eventSource")), urn.type):
            return False
        parts = urn.identifier.split(SEPARATOR)
        if len(parts) > 1:
            return self._tells(parts)
        return name.startswith("arn:") or self._is_of_type(urn.type, name)

    def _tells(self, parts: Collection[str]) -> bool:
        """All of them: one alone is mostly what others have in common, such as the name of a stage or a cluster."""
        texts = set(_texts(self._content.get("requestParameters")))
        texts.update(name for name, _ in self._resources())
        words = {word for text in texts for word in (text, *_NAMES_OF_ARN.split(text))}
        return all(part in words or short_of(part) in words for part in parts)

    def _is_of_type(self, type_name: str, name: str) -> bool:
        """Services that name types otherwise than CloudFormation tell nothing by them."""
        service = type_name.rpartition("::")[0]
        types = {kind for each, kind in self._resources() if each == name and kind.startswith(f"{service}::")}
        return not types or any(type_name in (kind, f"{kind}Policy") for kind in types)

    def _resources(self) -> Iterator[tuple[str, str]]:
        """Name and type of everything that it is filed under."""
        for each in map(_mapping, self._listed.get("Resources") or ()):
            yield _text(each.get("ResourceName")), _text(each.get("ResourceType"))

    def changes(self, type_name: str, paths: Collection[str]) -> bool:
        """Whether one of these properties is what it changes, by the name of the call and of its parameters."""
        return any(self._changes(type_name, split(path)[0]) for path in paths if path)

    def _changes(self, type_name: str, name: str) -> bool:
        events = EXACT.get((type_name, name))
        event = _text(self._content.get("eventName"))
        if events is not None:
            return event in events
        told = gist(type_name, name)
        called = (event, event.removeprefix("Un"))  # UntagRole takes tags away
        return any(speaks_of(text, told) for text in (*called, *_names(self._content.get("requestParameters"))))

    def change(self) -> RecordedChange:
        return RecordedChange(
            principal=self._principal(),
            issuer=_text(_mapping(_mapping(self._identity.get("sessionContext")).get("sessionIssuer")).get("arn")),
            event=_text(self._content.get("eventName")),
            source=_text(self._content.get("eventSource")),
            id=_text(self._listed.get("EventId")),
            at=self.at,
            origin=_text(self._content.get("sourceIPAddress")),
        )

    def _principal(self) -> str:
        """An AWS service has no ARN, and neither has who comes from another account."""
        identity = self._identity
        named = identity.get("arn") or identity.get("invokedBy")
        if named:
            return _text(named)
        name = _text(identity.get("userName") or identity.get("principalId") or self._listed.get("Username"))
        account = _text(identity.get("accountId"))
        return f"{name} of account {account}" if name and account else name or account or "somebody who is not named"


def principal_of(arn: str) -> str:
    """The ARN of a user as it is; of a role and all its sessions the same, whatever the role's path."""
    _, _, service, _, account, resource, *_ = [*arn.split(":", 5), *[""] * 6]
    kind, *names = resource.split("/")
    if service == "sts" and kind == "assumed-role" and names:
        return f"role {account}/{names[0]}"
    if service == "iam" and kind == "role" and names:
        return f"role {account}/{names[-1]}"
    return arn


def short_of(name: str) -> str:
    """The last name in an ARN or address; of anything else nothing."""
    return _NAMES_OF_ARN.split(name)[-1] if name.startswith(("arn:", "https://")) else ""


def gist(type_name: str, name: str) -> str:
    """What is left of a property's name without what the calls that set it may leave out: `publicaccessblock`."""
    text = name
    for before in (type_name.rpartition("::")[2], *_BEFORE):
        rest = text.removeprefix(before)
        text = rest if len(rest) >= _LEAST and rest[0].isupper() else text
    for behind in _BEHIND:
        rest = text.removesuffix(behind)
        text = rest if len(rest) >= _LEAST else text
    return text.lower()


def speaks_of(text: str, told: str) -> bool:
    """Whether some word of it, and those that follow, begin with what is told."""
    words = _WORD.findall(text)
    return any("".join(words[start:]).lower().startswith(told) for start in range(len(words)))


def _names(parameters: Json, depth: int = 0) -> Iterator[str]:
    """Of all parameters; of an attribute that is named by a value, that."""
    if depth == DEEPEST:
        return
    if isinstance(parameters, list):
        for each in parameters:
            yield from _names(each, depth + 1)
    elif isinstance(parameters, Mapping):
        for name, value in parameters.items():
            yield name
            if isinstance(value, str):
                if name.lower().endswith(("attribute", "attributename")):
                    yield value[:LONGEST]
            else:
                yield from _names(value, depth + 1)


def _texts(parameters: Json, depth: int = 0) -> Iterator[str]:
    """All that they say."""
    if isinstance(parameters, str):
        yield parameters[:LONGEST]
    elif depth < DEEPEST and isinstance(parameters, list | Mapping):
        for each in parameters if isinstance(parameters, list) else parameters.values():
            yield from _texts(each, depth + 1)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str:
    return str(value)[:LONGEST] if value is not None else ""
