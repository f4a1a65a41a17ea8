"""Whose permission an event used, by its `userIdentity`; and who began the session that it was done in. Pure.

What the element holds is described in the AWS CloudTrail User Guide, *CloudTrail userIdentity element*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json

NOBODY: Final = "somebody who is not named"

LONGEST: Final = 2048
"""Characters of an ARN (IAM API Reference, data type `Role`): more of a text is not kept."""

ASSUMED: Final = frozenset({"AssumedRole", "FederatedUser"})
"""Types whose permissions are those of the issuer of their session."""

FEDERATED: Final = frozenset({"SAMLUser", "WebIdentityUser"})
"""Types of who has no permissions yet, and asks for a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who called, as one event says."""

    principal: str
    """Whose permissions counted."""
    name: str
    """The ARN of the session itself; of anybody without one, the same as the principal."""
    key: str
    """The id of the access key; empty where none was used."""
    source_identity: str
    """Whom whoever began it says to be; it cannot be changed from then on (IAM User Guide, *Monitor and control
    actions taken with assumed roles*)."""
    is_session: bool
    """Whether somebody else stands behind it."""


def session_of(identity: Mapping[str, Json], account: str) -> Session:
    """`account` is the one that the event was delivered to."""
    kind = _text(identity.get("type"))
    context = _mapping(identity.get("sessionContext"))
    is_session = kind in ASSUMED
    principal = _assumed(identity, context) if is_session else _named(identity, account)
    return Session(
        principal=principal,
        name=_text(identity.get("arn")) or principal,
        key=_text(identity.get("accessKeyId")),
        source_identity=_text(context.get("sourceIdentity")),
        is_session=is_session,
    )


def _assumed(identity: Mapping[str, Json], context: Mapping[str, Json]) -> str:
    """The role, with its path, or the user who asked for a federated session."""
    issuer = _text(_mapping(context.get("sessionIssuer")).get("arn"))
    return issuer or role_of(_text(identity.get("arn"))) or _of_account(identity) or NOBODY


def role_of(arn: str) -> str:
    """Of an assumed role's session, the role, as if it had no path; any other ARN as it is."""
    head, _, resource = arn.rpartition(":")
    kind, *names = resource.split("/")
    if kind != "assumed-role" or not names or ":sts:" not in head:
        return arn
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{names[0]}"


def _named(identity: Mapping[str, Json], account: str) -> str:
    kind = _text(identity.get("type"))
    if kind == "AWSService":
        return _text(identity.get("invokedBy")) or NOBODY
    if kind == "IdentityCenterUser":
        return _in_identity_centre(identity) or NOBODY
    if kind in FEDERATED:
        provider, name = _text(identity.get("identityProvider")), _text(identity.get("userName"))
        return _text(identity.get("principalId")) or ":".join(filter(None, (provider, name))) or NOBODY
    arn = _text(identity.get("arn"))
    if arn:
        return role_of(arn)
    if kind == "Root" and account:
        return f"arn:aws:iam::{_text(identity.get('accountId')) or account}:root"
    return _text(identity.get("invokedBy")) or _of_account(identity) or NOBODY


def _in_identity_centre(identity: Mapping[str, Json]) -> str:
    user = _text(_mapping(identity.get("onBehalfOf")).get("userId"))
    return f"arn:aws:identitystore:::user/{user}" if user else ""


def _of_account(identity: Mapping[str, Json]) -> str:
    """Of another account often no more than its number, and a unique id, is told."""
    account, unique = _text(identity.get("accountId")), _text(identity.get("principalId")).partition(":")[0]
    name = _text(identity.get("userName"))
    return "/".join(filter(None, (account, unique or name)))


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
