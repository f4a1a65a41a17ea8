"""Advisories, in the terms of OSV (https://ossf.github.io/osv-schema/): which versions of what are affected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from setpoint.model.component import PackageName
from setpoint.model.policy import Severity

LABEL: Final = "label"
"""The `system` of a rating that is a word of the database's own."""


class RangeKind(StrEnum):
    """How the versions of a range are ordered."""

    ECOSYSTEM = "ECOSYSTEM"
    """As the package's ecosystem orders them."""
    SEMVER = "SEMVER"
    """By Semantic Versioning 2.0.0."""
    GIT = "GIT"
    """They are commits: an inventory of versions says nothing of them."""


class EventKind(StrEnum):
    INTRODUCED = "introduced"
    """Affected from here on; `0` is before every version."""
    FIXED = "fixed"
    """Not affected from here on."""
    LAST_AFFECTED = "last_affected"
    """The last one that is affected."""
    LIMIT = "limit"
    """Nothing from here on is said to be affected."""


@dataclass(frozen=True, slots=True)
class RangeEvent:
    kind: EventKind
    version: str


@dataclass(frozen=True, slots=True)
class VersionRange:
    kind: RangeKind
    events: tuple[RangeEvent, ...]
    """As the advisory lists them; they are sorted when they are evaluated."""


@dataclass(frozen=True, slots=True)
class Affected:
    """One package of an advisory. A version is affected if it is enumerated, or in a range."""

    package: PackageName
    ecosystem: str
    """As the advisory spells it: `PyPI`, `Debian:12`; its part after `:` narrows what it holds for."""
    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    """The code at fault, dotted: `module.Class.method`; empty where the advisory does not say."""


@dataclass(frozen=True, slots=True)
class Rating:
    """How severe somebody says it is."""

    system: str
    """`CVSS:2.0`, `CVSS:3.1`, `CVSS:4.0`, or `label` for a word of the database's own."""
    vector: str
    """Of a label, the word."""
    score: float | None
    """0 to 10; None for a label and for a vector that does not parse."""
    severity: Severity


@dataclass(frozen=True, slots=True)
class Advisory:
    id: str
    aliases: tuple[str, ...]
    """Other names of the very same problem (CVE, GHSA, PYSEC …), in order."""
    modified: datetime
    published: datetime | None
    withdrawn: datetime | None
    """Since when it does not hold any more."""
    summary: str
    affected: tuple[Affected, ...]
    ratings: tuple[Rating, ...] = ()
    references: tuple[str, ...] = ()
    """Addresses, as they are given; https and http alone."""
    source: str = ""
    """The database that it came from: `OSV PyPI`, a file's name."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far a source of advisories was read."""

    source: str
    """`OSV PyPI`, `KEV`, `EPSS`."""
    etag: str = ""
    last_modified: str = ""
    """Both as the server gave them, to be sent back."""
    newest: datetime | None = None
    """When the newest advisory that was taken was modified."""
    synced_at: datetime | None = None


class AffectedStatus(StrEnum):
    """Whether a version of a package is affected by an advisory."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    COULD_NOT_COMPARE = "could not compare"
    """A version that its ecosystem's scheme does not accept: counted and told, never taken for not affected."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an advisory says of one version of a package."""

    advisory: str
    """Its id."""
    status: AffectedStatus
    fixed: tuple[str, ...] = ()
    """The lowest version above it that is not affected, for each range that it is in; empty where none is known."""
    reason: str = ""
    """`enumerated`, `in range [1.0, 1.2.3)`, or why nothing could be compared."""
