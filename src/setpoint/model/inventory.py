"""The inventory: which instances of which services run which components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from setpoint.model.component import Component, PackageName
from setpoint.model.policy import Severity
from setpoint.model.service import Exposure, Tier

AGENT: Final = "agent"
"""`Instance.source` of what an agent says of the process that it is in."""


class InstanceSource(StrEnum):
    """A service of a provider that says itself what runs there; spelt as `inventory.aws` names it."""

    ECS = "ecs"
    LAMBDA = "lambda"

    @property
    def told_by(self) -> str:
        """`Instance.source` of what it says."""
        return f"aws:{self}"

    @classmethod
    def tells(cls, source: str) -> bool:
        """Whether it was a provider that said so."""
        return any(source == each.told_by for each in cls)

    @property
    def area_type(self) -> str:
        """The type of the areas in which it is read: one of ours, since what runs is no resource that is declared."""
        return AREA_TYPES[self]


AREA_TYPES: Final[Mapping[InstanceSource, str]] = {
    InstanceSource.ECS: "Setpoint::ECS::Container",
    InstanceSource.LAMBDA: "Setpoint::Lambda::Version",
}


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
    """Who reported it: `agent`, `aws:ecs`, `aws:lambda`, a token's name, a person's; `…, agent` where one is in it."""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    bill: str = ""
    """The digest of the bill that counts: its own, else its image's, else its release's; empty where none is known."""
    container: str = ""
    """What its runtime calls it, which whoever tells of it spells the same: the id of a container,
    `lambda:<region>:<name>:<version>`; empty where nobody says."""
    agent_release: str | None = None
    """The release that the agent in it tells, which counts before what a provider's tags say; None without an agent."""


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
    """The id of the waiver or VEX statement by which it does not count; several with commas between."""
    advisories: tuple[str, ...] = ()
    """Ids of all that speak of it, where advisories were asked about."""


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
class KnownExploited:
    """An entry of CISA's catalogue of known exploited vulnerabilities."""

    cve: str
    added: datetime
    due: datetime | None = None
    """By when agencies of the United States have to have acted."""
    ransomware: bool = False
    """Whether it is known to be used in ransomware campaigns."""


@dataclass(frozen=True, slots=True)
class ExploitScore:
    """How likely a vulnerability is to be exploited within thirty days, as FIRST's EPSS estimates it."""

    cve: str
    probability: float
    """From 0 to 1."""
    percentile: float
    """The share of all scored ones that are at most as likely."""
    at: datetime
    """Of the model's run."""


@dataclass(frozen=True, slots=True)
class Load:
    """What agents saw of a component in one release of a service."""

    service: str
    release: str
    component: str
    """Its key."""
    reached: Reached
    modules: tuple[str, ...] = ()
    """By which it was loaded; a few of them."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One problem, however many advisories speak of it."""

    id: str
    """Of all its names, the one that it is known by."""
    names: tuple[str, ...]
    """All of them: ids and aliases, in order."""
    advisories: tuple[str, ...]
    """Ids of those that hold."""
    summary: str
    severity: Severity
    score: float | None = None
    """CVSS's, from 0 to 10; None where the severity is a word's."""


@dataclass(frozen=True, slots=True)
class FlawUse:
    """One flaw of one component in one service: what a finding is drawn from."""

    flaw: Flaw
    service: str
    component: Component
    could_not_compare: bool
    fixed: tuple[str, ...] = ()
    instances: int = 0
    releases: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    reached: Reached = Reached.UNKNOWN
    known_exploited: KnownExploited | None = None
    exploit_score: ExploitScore | None = None


@dataclass(frozen=True, slots=True)
class UsedComponent:
    """One component that a service runs, or a release is made of, with what is known of it: what policies judge."""

    component: Component
    reached: Reached = Reached.UNKNOWN
    flaws: tuple[FlawUse, ...] = ()


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
