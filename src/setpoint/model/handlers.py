"""What AWS's generic API (Cloud Control) can do with the resources of one type, as the type's schema says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SEPARATOR = "|"
"""Between the parts of an identifier of several properties (AWS Cloud Control API User Guide, "Identifying
resources")."""

READING = ("describe", "get", "list", "batchget")
"""How the names of actions begin that only read (Service Authorization Reference, access levels List and Read)."""

ACCOUNT = "<account-id>"
"""Stands for the account that is read."""

CONTENT = frozenset(
    {
        "dynamodb:getitem",
        "kinesis:getrecords",
        "s3:getobject",
        "s3:getobjectversion",
        "secretsmanager:getsecretvalue",
        "sqs:receivemessage",
        "ssm:getparameter",
        "ssm:getparameters",
    }
)
"""Actions that read what is kept in a resource, not how it is set up. Some handlers name them; Setpoint never asks for
them, and what cannot be read without is told as unread."""


class Verb(StrEnum):
    """The handlers that Setpoint calls; it creates and deletes nothing."""

    READ = "read"
    LIST = "list"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Parent:
    """The type below whose entities the entities of another type are listed."""

    type: str

    parts: Mapping[str, int]
    """Property that the listing needs → which part of the parent's identifier it is, from 0."""

    reads: Mapping[str, str] = field(default_factory=dict)
    """Property that the listing needs → the parent's property that has it, for which the parent has to be read."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a listing can be given without asking anybody: one of the few values that a property may have."""

    model: Mapping[str, str]
    """The value may be `ACCOUNT`."""

    region: str = ""
    """The only region that knows this value; empty where all do."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """Of one resource type."""

    type: str

    permissions: Mapping[Verb, tuple[str, ...]]
    """Verb → the IAM actions that its handler uses. What is not in it, the type does not offer."""

    identifier: tuple[str, ...] = ()
    """The properties that are the parts of the primary identifier."""

    needs: tuple[str, ...] = ()
    """Properties that a listing has to be given, such as the id of the entity that the listed ones belong to."""

    parent: Parent | None = None
    """Where the values of `needs` can be read."""

    given: tuple[Given, ...] = ()
    """All values of `needs` that there can be. Without either, only what is declared tells some of them."""

    only_declared: str = ""
    """Why no more is listed than what stands near to the declared, although more could be; a clause."""

    write_only: frozenset[str] = frozenset()
    """Paths that are never to be returned; a handler that returns one all the same is not listened to."""

    def parts(self, identifier: str) -> Mapping[str, str]:
        """The properties that an identifier spells out; none of them where it has not as many parts as it should."""
        values = identifier.split(SEPARATOR) if len(self.identifier) > 1 else [identifier]
        return dict(zip(self.identifier, values, strict=True)) if len(values) == len(self.identifier) else {}

    def asks(self, verb: Verb) -> tuple[str, ...]:
        """What has to be allowed for a handler that reads: never to change, to hand on a role, or to see content."""
        return tuple(each for each in self.permissions.get(verb, ()) if _only_reads(each))


def _only_reads(action: str) -> bool:
    name = action.partition(":")[2].lower()
    return name.startswith(READING) and action.lower() not in CONTENT
