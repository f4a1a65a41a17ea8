"""What a scanner is, to whoever runs several of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from setpoint.model.scan import ScanKind, ScannerRun


@dataclass(frozen=True, slots=True)
class ScanTarget:
    """A folder of source, and how much a scanner may take of the machine."""

    root: Path
    """Absolute."""
    exclude: tuple[str, ...] = ()
    """Globs of files, relative to the root, that are nobody's concern."""
    seconds: float = 600.0
    """After which a scanner is ended."""
    largest_output: int = 256 * 2**20
    """Bytes of what it tells."""
    most_results: int = 100_000
    files: tuple[str, ...] = ()
    """Of the folder, relative to it: what there is to look at (`scan/files.py`)."""
    unread: tuple[str, ...] = ()
    """Files that no scanner is given: too large, or with a name that cannot be handed on."""
    is_stopped: Callable[[], bool] = lambda: False
    """Asked all the time: once it is so, whatever runs is ended."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a scanner can run here."""

    version: str = ""
    """Empty where it is not installed."""
    reason: str = ""
    """Why it cannot, and what would do."""


class Scanner(Protocol):
    name: str
    kind: ScanKind

    def availability(self) -> Availability: ...

    def is_of_use(self, target: ScanTarget) -> bool:
        """Whether the target holds anything that it reads."""

    def scan(self, target: ScanTarget, told: Callable[[str], None]) -> ScannerRun:
        """Never raises for what the tool does: a crash, a time-out, half a file are the run's status.

        `told` takes lines for people who wait.
        """
