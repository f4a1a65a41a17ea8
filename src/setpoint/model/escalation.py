"""Escalation paths as they are known, and what a search for them in an account found.

`intent/iam/escalations` reads the paths, `compare/identity/escalation` applies them, and the commands show the answer.
Nothing here is AWS's alone: a principal is whatever a provider lets act, a hop whatever makes it act as another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Required:
    """A permission that a path needs."""

    action: str
    resource: str
    """On what: `role:passed`, `user:self`, `new`, `existing:function`, … (docs/reference/escalation-paths.md)."""


@dataclass(frozen=True, slots=True)
class EscalationPath:
    """A known way from some permissions to somebody else's."""

    id: str
    name: str
    required: tuple[Required, ...]
    prerequisites: tuple[str, ...] = ()
    """What must hold beside the permissions: `role-trusts:lambda.amazonaws.com`, `instance-running`, …"""
    where: str = ""
    """The file that tells it."""


@dataclass(frozen=True, slots=True)
class Existing:
    """Something that exists beside IAM and may act with a role's permissions."""

    kind: str
    """As paths name it: `function`, `instance`, `stack`, …"""
    arn: str
    """`*` stands for a part that nobody told, such as the region."""
    role: str = ""
    """ARN or name of the role, or of the instance profile, that it has; empty where it has none."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else bears on a path: `state` of an instance, `batch` of a project."""
    tags: Mapping[str, str] | None = None
    """None where nobody told them."""


class Standing(StrEnum):
    """How a principal stands to what the search was for."""

    ADMIN = "admin"
    """It is an administrator, or the target, already."""
    ESCALATES = "escalates"
    CONDITIONAL = "conditional"
    """It gets there if something that is not known is so."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that a hop needs, and the statement that gives it."""

    action: str
    resource: str
    policy: str
    index: int
    sid: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One step: who, by which path, becomes whom."""

    path: str
    """Id of the path."""
    source: str
    target: str
    """The principal whose permissions are had after it; the source again where it gives itself more."""
    gives: str
    """In a clause: `the credentials of role/deploy`."""
    grants: tuple[Grant, ...] = ()
    assumes: tuple[str, ...] = ()
    """Prerequisites that nobody can see here and that are taken to hold, a clause each."""
    missing: tuple[str, ...] = ()
    """What is not known and has to be so, a clause each."""


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A way from a principal to an administrator, or to the target."""

    id: str
    """That of its first hop's path."""
    hops: tuple[Hop, ...]
    others: int = 0
    """How many more principals the first hop leads to from which one gets there as well."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not known, of all hops; empty where the path is open as it stands."""
        return tuple(dict.fromkeys(each for hop in self.hops for each in hop.missing))


@dataclass(frozen=True, slots=True)
class Escalation:
    """What was found of one principal."""

    principal: str
    standing: Standing
    paths: tuple[FoundPath, ...] = ()
    """Open ones first, then the shortest."""
    missing: tuple[str, ...] = ()
    """What is not known of the principal itself: policies that are attached to it and that nobody told."""
    is_external: bool = False
    """Whether it is no principal of the account, but admitted by a trust of one."""


@dataclass(frozen=True, slots=True)
class EscalationReport:
    found: tuple[Escalation, ...]
    """Of every principal of the account, in the order in which it was read, then of those outside."""
    unread: tuple[str, ...] = ()
    """What could not be read of the account, a clause each."""
