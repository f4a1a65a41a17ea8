"""Coverage: a snapshot says which areas were read wholly, partly or not at all, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

ANY_TYPE: Final = "*"
"""In the area of a declaration: what could not be read may be of any type."""


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """What is read in one go: one resource type in one region of one account."""

    partition: str
    account: str
    region: str
    type: str

    @classmethod
    def of(cls, urn: Urn) -> Area:
        """The area in which an AWS resource lives."""
        partition, account, region, rest = urn.split(":", 3)
        return cls(partition, account, region, rest.rsplit(":", 1)[0])

    def __str__(self) -> str:
        return f"{self.partition}:{self.account}:{self.region}:{self.type}"


class Extent(StrEnum):
    WHOLE = "whole"
    """Every entity was seen: one that was not seen does not exist."""
    DECLARED = "declared"
    """Every declared entity was asked for; the provider has no listing that could tell of others."""
    PARTIAL = "partial"
    """What was seen exists; what was not seen may exist."""
    NONE = "none"
    """Nothing is known."""
    NOT_COVERED = "not covered"
    """Setpoint does not read this type (yet): said once, and no reason to doubt the rest."""


TELLS_ABSENCE: Final = frozenset({Extent.WHOLE, Extent.DECLARED})
"""Where this much was read, a declared entity that was not seen does not exist."""


@dataclass(frozen=True, slots=True)
class AreaCoverage:
    """How much of an area was read."""

    area: Area
    extent: Extent
    reasons: tuple[str, ...] = ()
    """Why not all of it, a clause each: `iam:ListRoles denied`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was read of everything that was to be read."""

    areas: Mapping[Area, AreaCoverage] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Iterable[AreaCoverage]) -> Coverage:
        return cls({each.area: each for each in areas})

    def extent(self, area: Area) -> Extent:
        """An area that nobody spoke of was not read."""
        known = self.areas.get(area)
        return known.extent if known else Extent.NONE

    def doubts(self) -> list[AreaCoverage]:
        """The areas that make *could not tell*, in order."""
        return doubts(self.areas.values())


def doubts(areas: Iterable[AreaCoverage]) -> list[AreaCoverage]:
    """Those that make *could not tell*, in order."""
    unsure = (Extent.PARTIAL, Extent.NONE)
    return sorted((each for each in areas if each.extent in unsure), key=lambda each: each.area)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Resources read from one side, with the coverage of the reading."""

    resources: Mapping[Urn, Resource]
    coverage: Coverage
