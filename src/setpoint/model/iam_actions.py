"""What is known of an action of AWS: how much it can do, and what it takes.

`intent/iam/catalogue` reads it from the Service Authorization Reference, whose words these are: "Actions defined by …",
"Resource types defined by …", and "Understanding access level summaries within policy summaries" of the IAM User Guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much an action can do."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS = "Permissions management"

    @property
    def only_reads(self) -> bool:
        return self in {Level.LIST, Level.READ}


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A type of resource that an action takes."""

    name: str
    form: str
    """Of its ARNs, with `${…}` for what differs: `arn:${Partition}:s3:::${BucketName}`."""
    required: bool = False
    """Whether every call names one of it."""


@dataclass(frozen=True, slots=True)
class ActionFacts:
    name: str
    """In the reference's case of letters: `s3:GetObject`."""
    level: Level
    kinds: tuple[ResourceKind, ...] = ()
    """None where the action can be granted on `*` only."""
    needs: tuple[str, ...] = ()
    """Other actions that a call of it takes, too."""
    keys: tuple[str, ...] = ()
    """Condition keys, as they are spelt."""

    @property
    def service(self) -> str:
        return self.name.partition(":")[0]

    @property
    def operation(self) -> str:
        return self.name.partition(":")[2]
