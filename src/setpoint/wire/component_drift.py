"""What runs against what was built: the component plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

from pydantic import Field

from setpoint.compare.component.running import ComponentComparison, ComponentDrift, ComponentDriftKind, ReleaseDrift
from setpoint.wire.document import Document, example

_DRIFT: Final[dict[str, Any]] = {
    "kind": "never built",
    "subject": "pypi/colourama",
    "built": "",
    "running": "0.1.6",
    "details": "",
    "instances": 2,
}
_RELEASE: Final[dict[str, Any]] = {
    "release": "1.4.2",
    "drifts": [_DRIFT],
    "processes": 2,
    "not_compared": {"deb": 88},
    "has_built": True,
    "is_whole": True,
}


class ComponentDriftDocument(Document):
    model_config = example(**_DRIFT)

    kind: ComponentDriftKind
    subject: str
    built: str
    running: str
    details: str
    instances: int = Field(description="Processes in which it is so.")


class ReleaseDriftDocument(Document):
    model_config = example(**_RELEASE)

    release: str = Field(description="Empty where agents do not say which.")
    drifts: tuple[ComponentDriftDocument, ...]
    processes: int
    not_compared: dict[str, int] = Field(description="Kinds of packages that the built bill lists none of.")
    has_built: bool = Field(description="Whether a bill of what was built is known.")
    is_whole: bool = Field(description="False where a process has not told all yet.")

    @classmethod
    def of(cls, each: ReleaseDrift) -> Self:
        comparison = each.comparison
        return cls(
            release=each.release,
            drifts=tuple(
                ComponentDriftDocument(
                    kind=one.kind,
                    subject=one.subject,
                    built=one.built,
                    running=one.running,
                    details=one.details,
                    instances=one.instances,
                )
                for one in comparison.drifts
            ),
            processes=comparison.processes,
            not_compared=dict(comparison.not_compared),
            has_built=comparison.has_built,
            is_whole=comparison.is_whole,
        )

    def model(self) -> ReleaseDrift:
        drifts = (
            ComponentDrift(each.kind, each.subject, each.built, each.running, each.details, each.instances)
            for each in self.drifts
        )
        return ReleaseDrift(
            self.release,
            ComponentComparison(
                tuple(drifts), self.processes, tuple(self.not_compared.items()), self.has_built, self.is_whole
            ),
        )


class ServiceDriftDocument(Document):
    """Release by release."""

    model_config = example(releases=[_RELEASE])

    releases: tuple[ReleaseDriftDocument, ...]

    @classmethod
    def of(cls, releases: Sequence[ReleaseDrift]) -> Self:
        return cls(releases=tuple(ReleaseDriftDocument.of(each) for each in releases))

    def model(self) -> Sequence[ReleaseDrift]:
        return [each.model() for each in self.releases]
