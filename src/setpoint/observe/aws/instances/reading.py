"""What the readers of this folder have in common: what they promise, what they gather, and tags page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from setpoint.aws import client_errors, error_code, reason
from setpoint.model.inventory import Instance
from setpoint.observe.aws.reader import Place

MOST_INSTANCES: Final = 100_000
"""In one region of one account: several times what ECS and Lambda run there for anybody without higher quotas."""

TAGS: Final = "tag:GetResources"


class InstanceReader(Protocol):
    """Reads what one service runs in one place. Made once, since it may remember what seldom changes."""

    @property
    def prefix(self) -> str:
        """Begins the id of everything that it finds."""
        ...

    def read(self, found: Found, *, briefly: bool = False) -> None:
        """Add what runs to `found`. Raises botocore's errors where not even the first listing is answered.

        Briefly: a little of everything, to see what is allowed.
        """
        ...


class BeyondBoundsError(Exception):
    """There is more than is ever read. Never leaves this folder."""


@dataclass(slots=True)
class Found:
    """What runs, as far as it is known, and why there may be more."""

    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    is_answered: bool = False
    """Whether the first listing was: then not everything is unknown."""

    def add(self, instance: Instance) -> None:
        if len(self.instances) >= MOST_INSTANCES:
            self.doubts[f"more than {MOST_INSTANCES:,} run here, which is all that is read"] = None
            raise BeyondBoundsError
        self.instances[instance.service, instance.id] = instance

    @contextmanager
    def part(self, action: str, *, gone: str = "") -> Iterator[None]:
        """A call about some of it: what is refused leaves a doubt, and `gone` says that it is there no more."""
        try:
            yield
        except client_errors() as error:
            if not gone or error_code(error) != gone:
                self.doubts[reason(error, action)] = None


def tags_of(place: Place, resource_type: str, *keys: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(ARN, its tags) of all that bear one of these keys: a page for a hundred, where each would take a call itself.

    Raises botocore's errors.
    """
    tagging = place.client("resourcegroupstaggingapi")
    for key in keys:
        wanted = {"ResourceTypeFilters": [resource_type], "TagFilters": [{"Key": key}]}
        for page in tagging.get_paginator("get_resources").paginate(**wanted):
            for each in page["ResourceTagMappingList"]:
                yield each["ResourceARN"], {tag["Key"]: tag["Value"] for tag in each["Tags"]}
