"""Heartbeats, and how much each read."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from setpoint.loop.standing import Standing
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.store.interface import BeatRow
from setpoint.wire.document import Document, Moment, example

COVERAGE_EXAMPLE = {"area": "aws:123456789012:eu-west-1:AWS::S3::Bucket", "extent": "whole", "reasons": []}

_BEAT = {
    "id": 41,
    "started_at": "2026-05-31T12:00:00Z",
    "ended_at": "2026-05-31T12:00:02Z",
    "resources": 312,
    "examined": 4,
    "opened": 1,
    "closed": 0,
    "remediated": 1,
    "coverage": [COVERAGE_EXAMPLE],
    "held": {},
}


class CoverageDocument(Document):
    """How much of an area was read, and why not all of it."""

    model_config = example(**COVERAGE_EXAMPLE)

    area: Annotated[str, StringConstraints(pattern=r"^[^:]*:[^:]*:[^:]*:")]
    extent: Extent
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, coverage: AreaCoverage) -> Self:
        return cls(area=str(coverage.area), extent=coverage.extent, reasons=coverage.reasons)

    def model(self) -> AreaCoverage:
        return AreaCoverage(Area(*self.area.split(":", 3)), self.extent, self.reasons)


class BeatDocument(Document):
    """What one heartbeat did."""

    model_config = example(**_BEAT)

    id: int
    started_at: Moment
    ended_at: Moment
    resources: int
    examined: int
    opened: int
    closed: int
    remediated: int
    coverage: tuple[CoverageDocument, ...]
    held: Annotated[dict[str, int], Field(description="Why reverts were held back, and how many.")] = Field(
        default_factory=dict
    )
    running: Annotated[
        tuple[CoverageDocument, ...], Field(description="How much was read of what runs, where a provider says so.")
    ] = ()

    @classmethod
    def of(cls, beat: BeatRow) -> Self:
        return cls(
            id=beat.id,
            started_at=beat.started_at,
            ended_at=beat.ended_at,
            resources=beat.resources,
            examined=beat.examined,
            opened=beat.opened,
            closed=beat.closed,
            remediated=beat.remediated,
            coverage=tuple(map(CoverageDocument.of, beat.coverage)),
            held=dict(beat.held),
            running=tuple(map(CoverageDocument.of, beat.running)),
        )

    def model(self) -> BeatRow:
        return BeatRow(
            id=self.id,
            started_at=self.started_at,
            ended_at=self.ended_at,
            resources=self.resources,
            examined=self.examined,
            opened=self.opened,
            closed=self.closed,
            remediated=self.remediated,
            coverage=tuple(each.model() for each in self.coverage),
            held=self.held,
            running=tuple(each.model() for each in self.running),
        )


class LatestBeatDocument(BeatDocument):
    """The last heartbeat, with what else is to be known of what it left."""

    model_config = example(**_BEAT, too_old="", paused="")

    too_old: str = Field(default="", description="Why it does not tell how things are now; empty where it does.")
    paused: str = Field(default="", description="By whom all changes are paused, and why; empty while they are not.")

    @classmethod
    def of_standing(cls, now: Standing) -> Self:
        return cls(**BeatDocument.of(now.beat).model_dump(), too_old=now.too_old, paused=now.paused)

    def standing(self) -> Standing:
        return Standing(self.model(), self.too_old, self.paused)
