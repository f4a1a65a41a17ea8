"""What scanners that are programs have in common: found or missing, of use or not, run, read, and never raising."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.model.scan import ScanKind, ScannerRun, ScanResult, ScanStatus
from setpoint.model.wording import counted
from setpoint.scan.interface import Availability, ScanTarget
from setpoint.scan.running import ToolError, Workshop, find_program, open_workshop
from setpoint.scan.sarif.reading import SarifLimits, read_sarif

MOST_TOLD: Final = 3
"""Of the files that could not be looked at."""

ASKING: Final = 30.0
"""Seconds that a tool may take to say which version it is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tool told of the files that it was given."""

    results: tuple[ScanResult, ...]
    version: str = ""
    """Empty where its output does not say."""
    unread: tuple[str, ...] = ()
    """Files that it could not look at."""
    doubts: tuple[str, ...] = ()
    """What else it could not do."""


class ProcessScanner(ABC):
    """Implements `Scanner`; an adapter says which files its tool reads, how it is run and what its output means."""

    name: str
    kind: ScanKind
    remedy: str
    """What installs it."""

    @abstractmethod
    def reads(self, file: str) -> bool:
        """Whether it looks at a file of this name, relative to the folder."""

    @abstractmethod
    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """Runs the tool on these files of the target, and reads what it tells."""

    def availability(self) -> Availability:
        program = find_program(self.name)
        if program is None:
            return Availability(reason=f"{self.name} is not installed; {self.remedy}")
        try:
            with open_workshop(ScanTarget(Path("/"), seconds=ASKING)) as workshop:
                return Availability(version=self.version(workshop, program))
        except ToolError as error:
            return Availability(reason=f"{self.name} does not say its version: {error.diagnostics()}")

    def version(self, workshop: Workshop, program: Path) -> str:
        """The last word of the first line, without an initial `v`: `ruff 0.17.6`, `zizmor 1.32.0`, `1.5.0`."""
        lines = workshop.run([program, "--version"]).output.decode("utf-8", "replace").splitlines()
        words = lines[0].split() if lines else []
        return words[-1].removeprefix("v")[:100] if words else ""

    def is_of_use(self, target: ScanTarget) -> bool:
        return any(self.reads(each) for each in (*target.files, *target.unread))

    def scan(self, target: ScanTarget, told: Callable[[str], None]) -> ScannerRun:
        if not self.is_of_use(target):
            return self._run(ScanStatus.SKIPPED)
        program = find_program(self.name)
        if program is None:
            return self._run(ScanStatus.MISSING, self.remedy)
        started = time.monotonic()
        files = [each for each in target.files if self.reads(each)]
        told(f"{self.name}: looking at {counted(len(files), 'file')}")
        try:
            with open_workshop(target) as workshop:
                seen = self.look(workshop, program, target, files)
                version = seen.version or self.version(workshop, program)
        except ToolError as error:
            run = self._run(error.status, error.diagnostics(), time.monotonic() - started)
        except InputError as error:
            run = self._run(ScanStatus.FAILED, f"what it told cannot be used: {error}", time.monotonic() - started)
        except OSError as error:
            run = self._run(ScanStatus.FAILED, f"there is no room to run it ({error.strerror})")
        else:
            run = self._seen(seen, version, target, len(files), time.monotonic() - started)
        told(f"{self.name}: {run.status}, {counted(len(run.results), 'result')}, {run.seconds:.1f}s")
        return run

    def _seen(self, seen: Seen, version: str, target: ScanTarget, files: int, seconds: float) -> ScannerRun:
        unread = sorted({*seen.unread, *(each for each in target.unread if self.reads(each))})
        doubts = (*seen.doubts, *([_not_looked_at(unread)] if unread else []))
        return ScannerRun(
            scanner=self.name,
            kind=self.kind,
            status=ScanStatus.PARTIAL if doubts else ScanStatus.COMPLETE,
            reason="; ".join(doubts),
            version=version,
            seconds=seconds,
            files=files,
            results=seen.results,
        )

    def _run(self, status: ScanStatus, reason: str = "", seconds: float = 0.0) -> ScannerRun:
        return ScannerRun(self.name, self.kind, status, reason, seconds=seconds)


def sarif_of(output: bytes, target: ScanTarget) -> ScannerRun:
    """Of a tool that writes one run; `InputError` where that says that it came to nothing."""
    limits = SarifLimits(results=target.most_results)
    runs = read_sarif(output, root=target.root, name="its output", limits=limits)
    if len(runs) > 1:
        raise InputError(f"there are {len(runs):,} runs; one was expected", where="its output")
    if runs[0].status is ScanStatus.FAILED:
        raise InputError(runs[0].reason, where="its output")
    return runs[0]


def doubts_of(*runs: ScannerRun) -> tuple[str, ...]:
    """What these runs say that they could not do."""
    return tuple(dict.fromkeys(each.reason for each in runs if not each.status.is_certain))


def _not_looked_at(files: Sequence[str]) -> str:
    more = f" and {len(files) - MOST_TOLD:,} more" if len(files) > MOST_TOLD else ""
    named = f"{', '.join(files[:MOST_TOLD])}{more}"
    return f"could not look at {named}: mend or exclude what is no source"
