"""A request as AWS sees it: who asks, to do what, with which resource, and what else is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class CallerKind(StrEnum):
    USER = "user"
    ROLE = "role"
    """A role of which no particular session is meant."""
    SESSION = "session"
    """Of a role (`role_arn` says which), or of a user who federated (`arn:aws:sts::…:federated-user/…`)."""
    ROOT = "root"
    SERVICE = "service"
    FEDERATED = "federated"
    ANONYMOUS = "anonymous"


_OF_NO_ACCOUNT: Final = frozenset({CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS})
_SERVICE_LINKED: Final = ":role/aws-service-role/"
"""The path that only AWS can give to a role (IAM User Guide, "Service-linked roles")."""


@dataclass(frozen=True, slots=True)
class Caller:
    arn: str
    """Of a service `lambda.amazonaws.com`, of a federated caller its provider, of an anonymous one `*`."""
    account: str
    """Empty for whoever belongs to none: services, anonymous and federated callers."""
    kind: CallerKind
    role_arn: str = ""
    """Of a role's session: the role, with its path where that is known."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Where they are not given, nothing is known of them but what the context says."""
    organisation: str = ""
    """`o-…`; empty where it is not known."""
    canonical_user: str = ""
    """What S3 calls the caller's account; empty where it is not known."""

    @property
    def is_of_account(self) -> bool:
        """Whether an account answers for the caller, so that policies may be attached to it."""
        return self.kind not in _OF_NO_ACCOUNT

    @property
    def is_federated_user(self) -> bool:
        return self.kind is CallerKind.SESSION and not self.role_arn

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a role that belongs to a service: SCPs and RCPs do not bear on those."""
        return _SERVICE_LINKED in (self.role_arn or self.arn)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request beside caller, action and resource."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key → values. Keys are not case-sensitive; one without values counts as absent."""
    complete: bool = False
    """Whether a key that is not here is absent from the request, rather than unknown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", {key.lower(): tuple(values) for key, values in self.values.items()})


@dataclass(frozen=True, slots=True)
class Request:
    caller: Caller
    action: str
    """`s3:GetObject`; not case-sensitive."""
    resource: str
    """An ARN, or `*` for an action that has no resource."""
    resource_account: str
    """Who owns the resource; equal to the caller's account for an action that has no resource."""
    context: Context = field(default_factory=Context)
