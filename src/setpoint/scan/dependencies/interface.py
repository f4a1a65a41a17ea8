"""Who knows what is wrong with dependencies, to the scanner: lockfiles and advisories are other stages' work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from setpoint.model.policy import Severity


@dataclass(frozen=True, slots=True)
class FlawedDependency:
    """One known flaw of one package that a lockfile lists."""

    flaw: str
    """The name that it is known by: `CVE-2026-1234`, `GHSA-…`."""
    summary: str
    severity: Severity
    score: float | None
    """Of CVSS."""
    package: str
    version: str
    fixed: tuple[str, ...]
    """Versions that do not have it."""
    file: str
    """The lockfile, relative to the folder."""
    line: int
    """0 where the file's reader does not say."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What the lockfiles list, compared with every advisory that is known."""

    flawed: tuple[FlawedDependency, ...]
    untold: tuple[str, ...] = ()
    """What could not be told, a clause each: a file that cannot be read, a version that cannot be compared."""


class DependencyJudge(Protocol):
    def unavailable(self) -> str:
        """Why nothing can be judged here, and what would do; empty where it can."""
        ...

    def reads(self, file: str) -> bool:
        """Whether a file of this name lists dependencies."""
        ...

    def judge(self, root: Path, files: Sequence[str]) -> Dependencies:
        """Raises `Error` where nobody knows of any advisory."""
        ...
