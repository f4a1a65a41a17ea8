"""What the scanners have in common that are no programs: they look within this process, and never raise."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from setpoint import __version__
from setpoint.errors import Error
from setpoint.model.scan import ScanKind, ScannerRun, ScanResult, ScanStatus
from setpoint.model.wording import counted, span
from setpoint.scan.interface import Availability, ScanTarget

MOST_TOLD: Final = 3
"""Doubts that a reason names; how many more there are is told."""


class GivenUpError(Error):
    """It did not look at everything that there is."""

    def __init__(self, status: ScanStatus, what: str, *, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.status = status


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking."""

    files: int
    """That it looked at."""
    results: tuple[ScanResult, ...] = ()
    doubts: tuple[str, ...] = ()
    """What it could not tell, a clause each."""


class OwnScanner(ABC):
    """Implements `Scanner`."""

    name: str
    kind: ScanKind

    @abstractmethod
    def unavailable(self) -> str:
        """Why it cannot run here, and what would do; empty where it can."""

    @abstractmethod
    def is_of_use(self, target: ScanTarget) -> bool:
        """Whether the target holds anything that it reads."""

    @abstractmethod
    def look(self, target: ScanTarget, deadline: Deadline) -> Looked:
        """Raises `Error` where nothing can be told."""

    def availability(self) -> Availability:
        reason = self.unavailable()
        return Availability(reason=reason) if reason else Availability(version=__version__)

    def scan(self, target: ScanTarget, told: Callable[[str], None]) -> ScannerRun:
        if not self.is_of_use(target):
            return self._run(ScanStatus.SKIPPED)
        if reason := self.unavailable():
            return self._run(ScanStatus.MISSING, reason)
        started = time.monotonic()
        told(f"{self.name}: looking")
        try:
            looked = self.look(target, Deadline(target, started))
        except GivenUpError as error:
            run = self._run(error.status, error.diagnostics())
        except Error as error:
            run = self._run(ScanStatus.FAILED, error.diagnostics())
        else:
            run = self._looked(looked, target, time.monotonic() - started)
        told(f"{self.name}: {run.status}, {counted(len(run.results), 'result')}, {run.seconds:.1f}s")
        return run

    def _looked(self, looked: Looked, target: ScanTarget, seconds: float) -> ScannerRun:
        doubts = list(dict.fromkeys(looked.doubts))
        if len(looked.results) > target.most_results:
            doubts.insert(0, f"of {len(looked.results):,} results the first {target.most_results:,} are taken")
        return ScannerRun(
            self.name,
            self.kind,
            ScanStatus.PARTIAL if doubts else ScanStatus.COMPLETE,
            _listed(doubts),
            version=__version__,
            seconds=seconds,
            files=looked.files,
            results=looked.results[: target.most_results],
        )

    def _run(self, status: ScanStatus, reason: str = "") -> ScannerRun:
        return ScannerRun(self.name, self.kind, status, reason)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Looked at between two files: what is begun is brought to its end, which its size bounds."""

    target: ScanTarget
    started: float

    def check(self) -> None:
        if self.target.is_stopped():
            raise GivenUpError(ScanStatus.FAILED, "it was interrupted")
        if time.monotonic() - self.started > self.target.seconds:
            raise GivenUpError(
                ScanStatus.TIMED_OUT,
                f"it was ended after {span(self.target.seconds)}",
                remedy="give it more time with scan.timeout, or exclude what it need not read",
            )


def _listed(doubts: list[str]) -> str:
    more = f"; and {len(doubts) - MOST_TOLD:,} more" if len(doubts) > MOST_TOLD else ""
    return f"{'; '.join(doubts[:MOST_TOLD])}{more}"
