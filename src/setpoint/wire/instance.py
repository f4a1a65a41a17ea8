"""Instances: what runs, as it is reported and as it is known."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints

from setpoint.model.inventory import Instance
from setpoint.wire.document import LONGEST_NAME, Document, Moment, Name, example
from setpoint.wire.sbom import Image

MOST_INSTANCES: Final = 1_000
"""In one report."""

LooseName = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
"""A name, or nothing."""

_REPORT: Final[dict[str, Any]] = {
    "service": "payments",
    "id": "web-1",
    "release": "1.4.2",
    "environment": "production",
    "image": "",
}
INSTANCE_EXAMPLE: Final[dict[str, Any]] = {
    **_REPORT,
    "sbom": "",
    "source": "token:deploy",
    "first_seen": "2026-05-31T12:00:00Z",
    "last_seen": "2026-05-31T12:00:00Z",
    "bill": "3f6ba474a5ffd4ec9e2f310ad1669eb7",
    "container": "",
}


class InstanceDocument(Document):
    """One running thing of a service."""

    model_config = example(**INSTANCE_EXAMPLE)

    service: str
    id: str
    release: str
    environment: str
    image: str
    sbom: str
    source: str
    first_seen: Moment | None
    last_seen: Moment | None
    bill: str = Field(default="", description="What counts: its own, else of its image, else of its release.")
    container: str = Field(default="", description="What its runtime calls it; empty where nobody says.")

    @classmethod
    def of(cls, instance: Instance) -> Self:
        return cls(
            service=instance.service,
            id=instance.id,
            release=instance.release,
            environment=instance.environment,
            image=instance.image,
            sbom=instance.sbom,
            source=instance.source,
            first_seen=instance.first_seen,
            last_seen=instance.last_seen,
            bill=instance.bill,
            container=instance.container,
        )

    def model(self) -> Instance:
        return Instance(
            self.service,
            self.id,
            self.release,
            self.environment,
            self.image,
            self.sbom,
            self.source,
            self.first_seen,
            self.last_seen,
            self.bill,
            self.container,
        )


class InstanceReport(Document):
    model_config = example(**_REPORT)

    service: Name
    id: Name
    release: LooseName = ""
    environment: LooseName = ""
    image: Image = ""

    @classmethod
    def of(cls, instance: Instance) -> Self:
        return cls(
            service=instance.service,
            id=instance.id,
            release=instance.release,
            environment=instance.environment,
            image=instance.image,
        )

    def model(self) -> Instance:
        return Instance(self.service, self.id, self.release, self.environment, self.image)


class InstancesRequest(Document):
    """What runs now; what a report leaves empty stays as it was known."""

    model_config = example(instances=[_REPORT])

    instances: Annotated[tuple[InstanceReport, ...], Field(min_length=1, max_length=MOST_INSTANCES)]


class ReportedDocument(Document):
    model_config = example(new=1, moved=0)

    new: int
    moved: int = Field(description="To another release, image, environment or bill.")


class RemovedDocument(Document):
    model_config = example(removed=1)

    removed: int = Field(description="0 where it was not known.")
