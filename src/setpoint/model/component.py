"""Components: what software is made of, as bills of materials list them, and what tells two of them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from setpoint.model.canonical import digest


@dataclass(frozen=True, slots=True, order=True)
class PackageName:
    """A package, whatever its version: what an advisory and a bill of materials have to agree on.

    In the words of package URLs (https://github.com/package-url/purl-spec), normalised by the rules of the type, so
    that equal packages have equal names.
    """

    type: str
    """`pypi`, `npm`, `maven`, `deb`, …; empty where nobody says."""
    name: str
    """With its namespace where it has one, `/` between: `@babel/core`, `org.apache.logging.log4j/log4j-core`."""

    def __str__(self) -> str:
        return f"{self.type}/{self.name}" if self.type else self.name


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """One component in one version."""

    package: PackageName
    version: str
    """As the bill spells it; empty where it says none."""
    purl: str = ""
    """The package URL, in its canonical spelling; empty where there is none that parses."""
    licences: tuple[str, ...] = ()
    """SPDX expressions, or names where no expression is known; several hold side by side."""
    hashes: tuple[tuple[str, str], ...] = ()
    """(algorithm as `sha-256`, hexadecimal), in order."""

    @property
    def place(self) -> str:
        """Where a finding says that it is: its package URL, or what comes nearest to one."""
        return self.purl or f"{self.package}@{self.version}"

    @property
    def key(self) -> str:
        """The digest of all of it: the ledger keeps one row for each."""
        return digest(self.package.type, self.package.name, self.version, self.purl, self.licences, self.hashes)


class ProblemKind(StrEnum):
    """Why an entry of a bill of materials is not fully known."""

    PURL = "purl does not parse"
    NO_VERSION = "no version"
    NO_NAME = "no name"
    NUL = "holds a NUL"
    """No package is named so, and not every ledger can keep one."""
    DUPLICATE = "listed twice"
    REFERENCE = "reference to nothing"
    LICENCE = "licence is no SPDX expression"
    HASH = "hash cannot be used"
    """Of an algorithm that CycloneDX does not know, or not as long as its algorithm makes it."""
    UNRESOLVED = "cannot be worked out from this file"
    """It points at what is kept elsewhere: a remote parent, a file that is not there."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One entry of a bill that could not be taken as it stands; the others were."""

    kind: ProblemKind
    where: str
    """Where in the document: `components[17].purl`."""
    what: str
    """The text at fault, cut to 200 characters."""


@dataclass(frozen=True)
class Sbom:
    """A bill of materials: what one release, image or process is made of."""

    components: tuple[Component, ...]
    """Sorted, none twice."""
    dependencies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """purl → purls that it depends on directly; in order. Empty where the bill says nothing."""
    subject: str = ""
    """What it is a bill of, in the document's own words: `payments 1.4.2`."""
    made_by: str = ""
    """The tool that made it: `cyclonedx-py 7.5.0`."""
    format: str = ""
    """`CycloneDX 1.6 JSON`, `SPDX 2.3 JSON`, …"""
    problems: tuple[Problem, ...] = ()

    @cached_property
    def keys(self) -> Sequence[str]:
        """Of the components, in their order."""
        return [each.key for each in self.components]

    @cached_property
    def digest(self) -> str:
        """Of the components alone: two documents that list the same are the same bill, whoever made them and when."""
        return digest(self.keys)


class Role(StrEnum):
    """What a bill of materials says of an instance or a release."""

    BUILT = "built"
    """What the pipeline put in: intended."""
    RUNNING = "running"
    """What was found there: actual."""
