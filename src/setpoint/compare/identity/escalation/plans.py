"""What each known path comes to: what it gives, and what has to be looked up for it. Made once of the paths' words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.model.escalation import EscalationPath
from setpoint.model.escalation_words import EXISTING, KINDS, TRUSTS

WITH_ROLE: Final = "-with-role"
VIA: Final = frozenset({"administration-role-may-assume-execution-role", "existing:stackset-with-execution-role"})
"""Words for a passed role that assumes the role that is reached."""

SELF: Final = frozenset({"user:self", "role:self", "group:of-caller", "policy:attached-to-caller"})
TARGET_USERS: Final = frozenset({"user:target"})
TARGET_ROLES: Final = frozenset({"role:passed", "role:target", "policy:attached-to-target-role"})
FREE: Final = frozenset({"any", "new", "created"})

GRANTING: Final = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:attachuserpolicy",
        "iam:createpolicyversion",
        "iam:putrolepolicy",
        "iam:putuserpolicy",
    }
)
"""Actions by which whoever is reached is granted everything before."""


class Gives(StrEnum):
    EVERYTHING = "everything"
    """The caller grants itself everything."""
    MEMBERSHIP = "membership"
    """The caller joins a group."""
    FREEDOM = "freedom"
    """The caller gets rid of its permissions boundary."""
    PRINCIPAL = "principal"
    """The caller becomes another principal."""
    ADMINISTRATOR = "administrator"
    """The caller makes a new principal to which it grants everything."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A permission, and on what."""

    action: str
    """As it is spelt."""
    key: str
    """In lower case."""
    resource: str

    @property
    def kind(self) -> str:
        """Of something that exists; empty where it is on something else."""
        return self.resource.removeprefix(EXISTING) if self.resource.startswith(EXISTING) else ""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    path: EscalationPath
    gives: Gives
    needed: tuple[Needed, ...]
    of_users: bool
    """Whether a user is reached, and not a role."""
    raises: bool
    """Whether whoever is reached is granted everything before."""
    services: tuple[str, ...]
    """Of which the passed role has to trust one."""
    kind: str
    """Of something that exists and has the role that is reached; empty where the path needs none."""
    others: tuple[str, ...]
    """Kinds of what else has to exist."""
    via: bool
    """Whether the passed role assumes the role that is reached."""

    @property
    def id(self) -> str:
        return self.path.id

    def asks(self, word: str) -> bool:
        return word in self.path.prerequisites

    def on(self, *resources: str) -> list[Needed]:
        return [each for each in self.needed if each.resource in resources]

    @property
    def free(self) -> list[Needed]:
        """Permissions on what the caller makes, or on anything."""
        return [each for each in self.needed if each.resource in FREE]

    @property
    def on_existing(self) -> list[Needed]:
        return [each for each in self.needed if each.kind]


def plan(path: EscalationPath) -> Plan:
    needed = tuple(Needed(each.action, each.action.lower(), each.resource) for each in path.required)
    words = {each.resource for each in needed}
    kind = next((each for each in map(_kind_with_role, path.prerequisites) if each), "")
    existing = (each.removeprefix(EXISTING) for each in (*words, *path.prerequisites) if each.startswith(EXISTING))
    return Plan(
        path=path,
        gives=_gives(words, path, kind),
        needed=needed,
        of_users=bool(words & TARGET_USERS),
        raises=any(each.key in GRANTING and each.resource in TARGET_USERS | TARGET_ROLES for each in needed),
        services=_services(path.prerequisites),
        kind=kind,
        others=tuple(sorted(set(existing) & (KINDS.keys() - {kind}))),
        via=not VIA.isdisjoint(path.prerequisites),
    )


def _kind_with_role(word: str) -> str:
    kind = word.removeprefix(EXISTING).removesuffix(WITH_ROLE)
    return kind if word == f"{EXISTING}{kind}{WITH_ROLE}" and kind in KINDS else ""


def _gives(words: set[str], path: EscalationPath, kind: str) -> Gives:
    if words & SELF:
        return Gives.FREEDOM if "boundary-on-caller" in path.prerequisites else Gives.EVERYTHING
    if "group:target" in words:
        return Gives.MEMBERSHIP
    return Gives.PRINCIPAL if kind or words & (TARGET_USERS | TARGET_ROLES) else Gives.ADMINISTRATOR


def _services(prerequisites: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        service for each in prerequisites if each.startswith(TRUSTS) for service in each.removeprefix(TRUSTS).split("|")
    )
