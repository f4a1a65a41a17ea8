"""A resource: one entity's state as one source told it, in the shape of its CloudFormation resource schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.model.canonical import Json, digest
from setpoint.model.surroundings import NO_SURROUNDINGS, Surroundings
from setpoint.model.urn import Urn

NO_GAPS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Resource:
    """What one source says of one entity. Write-only values (passwords, keys) are never in it."""

    urn: Urn

    properties: Mapping[str, Json]
    """In CloudFormation's shape and spelling. A declared value that could not be worked out is an `Unknown`."""

    source: str
    """Where it was read: `demo/terraform.tfstate: aws_s3_bucket.data`, `template.yaml:12: Bucket`, or `aws`."""

    unread: Mapping[str, str] = field(default_factory=lambda: NO_GAPS)
    """Property path → why it could not be read this time (denied, throttled, timed out). Not the same as absent."""

    unidentified: str = ""
    """Why a declared entity's primary identifier is not known, where it is not; its URN holds the logical address."""

    provided_by: str = ""
    """Not empty when the provider itself made it (a default group, a service-linked role): never *unmanaged*."""

    surroundings: Surroundings = NO_SURROUNDINGS
    """Of a declared entity: the names around it, from which the provider derives values of its own."""

    @property
    def type(self) -> str:
        return self.urn.type

    def digest(self) -> str:
        """Of everything that a conclusion could depend on."""
        around = () if self.surroundings is NO_SURROUNDINGS else (self.surroundings.facts(),)
        return digest(self.properties, self.unread, self.provided_by, self.unidentified, *around)

    def tags(self) -> dict[str, str]:
        """The entity's own tags; empty where it has none."""
        listed = self.properties.get("Tags")
        if not isinstance(listed, list):
            return {}
        return {
            str(tag["Key"]): str(tag.get("Value", "")) for tag in listed if isinstance(tag, Mapping) and "Key" in tag
        }


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider was asked for an entity and answered that there is none."""

    urn: Urn


@dataclass(frozen=True, slots=True)
class Unread:
    """The provider was asked for an entity and gave no answer that says whether it exists."""

    urn: Urn
    reason: str
