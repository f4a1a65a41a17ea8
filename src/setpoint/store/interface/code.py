"""What is asked of the ledger about the source of releases, and about what releases brought to the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from setpoint.model.admitting import BreakGlass, Grant
from setpoint.model.code import OpenWeakness, ScanChanges
from setpoint.model.finding import Finding, FindingChanges
from setpoint.model.scan import Scan
from setpoint.model.service import Release


class CodeReader(Protocol):
    def scan(self, release: Release, newest: Scan | None = None) -> Scan | None:
        """All that was told of its source, by the last scan of each scanner; None where it was never scanned.

        As it is with one more scan of it, where that is given.
        """
        ...

    def known(self, service: str) -> Mapping[str, tuple[str, datetime]]:
        """Fingerprint → the release that it was told of first, and when; mended ones too."""
        ...

    def services(self) -> Sequence[str]:
        """Those whose source was ever scanned, by name."""
        ...

    def version(self, service: str) -> str:
        """Changes with every scan of it."""
        ...

    def open(self, service: str) -> Sequence[OpenWeakness]:
        """Those that are there, as far as the newest release that was scanned tells; by fingerprint."""
        ...

    def grants(self, release: Release, now: datetime) -> Sequence[Grant]:
        """What it was given that holds now, the latest first."""
        ...

    def break_glass(self, release: Release, now: datetime) -> BreakGlass | None:
        """What lets it in now, whatever is decided."""
        ...

    def broken(self, now: datetime) -> Sequence[BreakGlass]:
        """What lets any release in now, the latest first."""
        ...


class CodeWriter(Protocol):
    """Needs no lease; where there is one, its writes carry it."""

    def record_scan(self, release: Release, scan: Scan, at: datetime, actor: str) -> ScanChanges:
        """Of a release that is known. The weaknesses of its service follow it where none that is newer was scanned."""
        ...

    def record_findings(
        self, scope: str, service: str, findings: Sequence[Finding], at: datetime, reason: str = ""
    ) -> FindingChanges:
        """All that is wrong with the source of a service: what is not among it any more is closed, for a reason."""
        ...

    def add_grant(self, grant: Grant) -> None: ...

    def add_break_glass(self, broken: BreakGlass, scope: str, finding: Finding) -> None:
        """With the finding that says so until a later release is admitted regularly."""
        ...

    def end_break_glass(self, scope: str, release: Release, at: datetime) -> None:
        """A release was admitted regularly: what says that one before it, or it itself, was not, is closed."""
        ...
