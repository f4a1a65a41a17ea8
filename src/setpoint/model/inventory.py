"""The inventory: which instances of which services run which components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from setpoint.model.component import PackageName
from setpoint.model.service import Exposure, Tier


@dataclass(frozen=True, slots=True)
class Instance:
    """One running thing of a service: a process, a task, a container, a function's version."""

    service: str
    id: str
    release: str = ""
    """Empty where nobody says."""
    environment: str = ""
    image: str = ""
    """The digest of the image or package that it runs, `sha256:…`; empty where there is none or nobody says."""
    sbom: str = ""
    """The digest of the bill of what was found running in it; empty where only its release's is known."""
    source: str = ""
    """Who reported it: `agent`, `ecs`, `lambda`, a token's name."""
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class Reached(StrEnum):
    """How much of a vulnerable component was seen to run in an instance."""

    SYMBOL = "vulnerable code ran"
    """A function that the advisory names."""
    PACKAGE = "package ran"
    """Some function of the package; the advisory names none, or none of those was seen."""
    LOADED = "loaded"
    """It was imported or mapped, and nothing more is known."""
    NOT_LOADED = "not loaded"
    """An agent watches this instance from its start, and it was never imported."""
    NOT_SEEN = "not seen"
    """Sampling did not meet it: that demotes nothing."""
    UNKNOWN = "unknown"
    """No agent tells."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One instance that an advisory, or a package named in the news, bears on."""

    instance: Instance
    package: PackageName
    version: str
    purl: str
    advisory: str
    """Its id; empty where a package was asked for."""
    could_not_compare: bool
    fixed: tuple[str, ...]
    reached: Reached
    reached_by: str
    """What that is concluded from: `symbols of GHSA-…`, `modules of the package`; empty for unknown."""
    tier: Tier = Tier.STANDARD
    exposure: Exposure = Exposure.INTERNAL
    owner: str = ""
    waived_by: str = ""
    """The id of the waiver or VEX statement by which it does not count."""


@dataclass(frozen=True, slots=True)
class AffectedService:
    """What an advisory means for one service."""

    service: str
    instances: int
    """Affected ones."""
    could_not_compare: int
    tier: Tier = Tier.STANDARD
    exposure: Exposure = Exposure.INTERNAL
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PackageUse:
    """How often a component occurs: one row of (component, service), from the counts that are kept."""

    package: PackageName
    version: str
    purl: str
    service: str
    sbom: str
    instances: int


@dataclass(frozen=True, slots=True)
class InventorySummary:
    services: int
    releases: int
    instances: int
    sboms: int
    components: int
    advisories: int
    packages_of_advisories: int
    advisories_by_source: Mapping[str, int] = field(default_factory=dict)
    unknown_instances: int = 0
    """Of which neither a bill of their own nor one of their release is known."""
