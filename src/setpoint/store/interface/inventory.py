"""What is asked of the inventory: bills of materials, the instances that they are of, and the advisories about them.

Components are named by numbers that the inventory gives them, so that a question about many is short. What advisories
say of a component is worked out once, by whoever concludes, and kept: all else is looked up.

A page begins after the place where the one before ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from setpoint.model.advisory import Advisory, Match, SyncState
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import (
    ExploitScore,
    Instance,
    InventorySummary,
    KnownExploited,
    Load,
)

InstancePlace = tuple[str, int, str]
"""Where a page of affected instances ended: service, group, instance. Opaque to all but the inventory."""

FIRST: InstancePlace = ("", 0, "")


@dataclass(frozen=True, slots=True)
class StoredComponent:
    id: int
    component: Component


@dataclass(frozen=True, slots=True)
class ComponentUse:
    """One component in one service."""

    component: int
    service: str
    instances: int
    releases: tuple[str, ...]
    """Of those instances, in order; without those of which nobody says what they run."""
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """One instance, and which of the components that were asked for it has."""

    instance: Instance
    components: tuple[int, ...]
    place: InstancePlace
    """The next page begins after it."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report of instances changed."""

    new: int
    moved: int
    """To another release, image, environment or bill."""
    unknown_sboms: frozenset[str]
    """Digests of bills that were said to run, and that nobody sent yet: until then, what was known counts."""


@dataclass(frozen=True, slots=True)
class AdvisoryChanges:
    new: tuple[str, ...]
    """Ids."""
    changed: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """What an advisory says of a component that it bears on, or of which it could not be told."""

    component: int
    match: Match


@dataclass(frozen=True, slots=True)
class Pending:
    """What changed since it was concluded last."""

    components: tuple[StoredComponent, ...] = ()
    """Never matched against any advisory."""
    advisories: tuple[str, ...] = ()
    """Ids of those that are new, changed, or known to be exploited since."""
    services: tuple[str, ...] = ()
    """Which run other bills than before."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Advisory → all names under which findings of it may have been opened, those that it had before included."""
    stamps: frozenset[int] = frozenset()
    """Of these very changes: what changes once more is pending again."""

    def __bool__(self) -> bool:
        return bool(self.components or self.advisories or self.services)


class InventoryReader(Protocol):
    def summary(self) -> InventorySummary: ...

    def sbom(self, digest: str) -> Sbom | None: ...

    def services_of_sbom(self, digest: str) -> Sequence[str]:
        """Whose releases were built of it, or whose instances were found running it, by name; none for a mere image."""
        ...

    def sbom_of_release(self, service: str, version: str) -> str:
        """The digest of what was built; empty where nobody said."""
        ...

    def sbom_of_image(self, image: str) -> str:
        """The digest of what is in it; empty where nobody said."""
        ...

    def sboms_of_releases(self, service: str) -> Mapping[str, str]:
        """Version → digest, of those of which one is known."""
        ...

    def running_sboms(self, service: str) -> Mapping[str, int]:
        """Digest → how many instances run it by what is known best; under the empty text those of which none is."""
        ...

    def instances(self, *, service: str | None, after: tuple[str, str], limit: int) -> Sequence[Instance]:
        """In order of service and id."""
        ...

    def instances_from(self, source: str, *, prefix: str) -> Sequence[Instance]:
        """All that this source told of last, with ids that begin so."""
        ...

    def oldest_sight(self) -> datetime | None:
        """When the one was seen last that nobody saw for longest; None where there is none. Looks through them all."""
        ...

    def components(self, numbers: Collection[int]) -> Sequence[StoredComponent]: ...

    def components_of(self, packages: Collection[PackageName]) -> Sequence[StoredComponent]:
        """Every version of these packages that any bill lists."""
        ...

    def components_of_release(self, service: str, version: str) -> Sequence[StoredComponent]:
        """Empty where no bill of it is known."""
        ...

    def components_of_services(self, services: Collection[str]) -> Mapping[str, Sequence[int]]:
        """What the instances of each have."""
        ...

    def counts(self, components: Collection[int]) -> Mapping[str, int]:
        """Service → how many of its instances have any of these."""
        ...

    def uses(self, components: Collection[int], *, services: Collection[str] | None = None) -> Sequence[ComponentUse]:
        """Where these run, in order of service and component; in these services alone, where some are named."""
        ...

    def instances_of(
        self, components: Collection[int], *, after: InstancePlace = FIRST, limit: int
    ) -> Sequence[InstanceUse]:
        """Every instance that has any of these, service by service."""
        ...

    def instances_without_bill(
        self, *, service: str | None, after: InstancePlace = FIRST, limit: int
    ) -> Sequence[InstanceUse]:
        """Every instance of which nobody said what it is made of, service by service."""
        ...

    def advisories(self, names: Collection[str]) -> Sequence[Advisory]:
        """Those of these ids or aliases, and all that are the same problem by their aliases."""
        ...

    def advisories_of(self, packages: Collection[PackageName]) -> Sequence[Advisory]:
        """Withdrawn ones included."""
        ...

    def matches_of(self, components: Collection[int]) -> Sequence[StoredMatch]:
        """As they were concluded; in order of component and advisory."""
        ...

    def matches_by(self, advisories: Collection[str]) -> Sequence[StoredMatch]:
        """What these say, by their ids; in order of component and advisory."""
        ...

    def loads(self, components: Collection[int], *, services: Collection[str] | None = None) -> Sequence[Load]:
        """What agents said of these; in these services alone, where some are named."""
        ...

    def knows_advisories(self) -> bool:
        """Whether any advisory was ever taken in: where none was, that none bears on something says nothing."""
        ...

    def pending(self, limit: int) -> Pending:
        """What is to be concluded next: at most so many of each kind."""
        ...

    def bearings(self) -> Mapping[str, str]:
        """Service → what waivers bore on it when its findings were concluded last, of those that run something."""
        ...

    def sync_state(self, source: str) -> SyncState | None: ...

    def known_exploited(self, cves: Collection[str]) -> Mapping[str, KnownExploited]: ...

    def exploit_scores(self, cves: Collection[str]) -> Mapping[str, ExploitScore]: ...


class InventoryWriter(Protocol):
    """Each method is one transaction, or a part of the one in hand; where there is a lease, it carries that.

    What changes is noted in the same transaction, to be concluded: see `InventoryReader.pending`.
    """

    def add_sbom(self, sbom: Sbom, at: datetime) -> bool:
        """Whether it is new."""
        ...

    def set_release_sbom(self, service: str, version: str, digest: str, at: datetime, actor: str = "setpoint") -> None:
        """What was built. `NotFoundError` for a bill that was never added."""
        ...

    def set_image_sbom(self, image: str, digest: str, at: datetime, actor: str = "setpoint") -> None:
        """What is in an image. `NotFoundError` for a bill that was never added."""
        ...

    def report_instances(self, reported: Sequence[Instance], at: datetime) -> Reported:
        """They are there; what a report leaves empty stays as it was known."""
        ...

    def remove_instances(self, service: str, identities: Collection[str], at: datetime) -> int:
        """They are gone; how many were known."""
        ...

    def expire_instances(self, before: datetime, at: datetime) -> int:
        """Let go of those that nobody saw since; how many went. Only so many at once that nobody has to wait long."""
        ...

    def note_unused_sboms(self, at: datetime) -> None:
        """Which bills no release, image or instance points at any more, so that it is known since when."""
        ...

    def forget_unused_sboms(self, before: datetime, at: datetime) -> int:
        """Delete those that have been so since then, with what only they list; how many went. Only so many at once."""
        ...

    def put_advisories(self, given: Iterable[Advisory], at: datetime) -> AdvisoryChanges: ...

    def put_sync_state(self, state: SyncState) -> None: ...

    def put_known_exploited(self, entries: Iterable[KnownExploited], at: datetime) -> int:
        """All that there are, in the place of those before; how many are new or gone."""
        ...

    def put_exploit_scores(self, scores: Iterable[ExploitScore]) -> None: ...

    def note_loaded(self, loads: Sequence[Load], at: datetime) -> None:
        """What agents say of whether components are loaded; of a component that no bill lists, nothing is kept."""
        ...

    def put_matches(self, given: Pending, matches: Sequence[StoredMatch]) -> None:
        """All that the pending advisories say, and all that is said of the pending components. They stay pending."""
        ...

    def look_again(self, services: Collection[str]) -> None:
        """Something else bears on these now."""
        ...

    def settle(self, given: Pending, bearings: Mapping[str, str]) -> None:
        """It is concluded, with everything that follows; `bearings` are those of the services that were."""
        ...
