"""Known flaws of what the folder's lockfiles list, by the advisories of the ledger: nobody else is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.scan import CodePlace, ScanKind, ScanResult
from setpoint.scan.dependencies.interface import DependencyJudge, FlawedDependency
from setpoint.scan.dependencies.lines import line_of
from setpoint.scan.files import LARGEST_FILE
from setpoint.scan.interface import ScanTarget
from setpoint.scan.own import Deadline, Looked, OwnScanner


class Advisories(OwnScanner):
    """One result for each flaw of each package in each lockfile."""

    name = "advisories"
    kind = ScanKind.DEPENDENCIES

    def __init__(self, judge: DependencyJudge) -> None:
        self._judge = judge

    def unavailable(self) -> str:
        return self._judge.unavailable()

    def is_of_use(self, target: ScanTarget) -> bool:
        return bool(self._lists(target.files) or self._lists(target.unread))

    def look(self, target: ScanTarget, deadline: Deadline) -> Looked:
        files = self._lists(target.files)
        found = self._judge.judge(target.root, files)
        deadline.check()
        unread = tuple(f"{each} is too large to read" for each in self._lists(target.unread))
        results = (_result(each, target.root) for each in found.flawed)
        return Looked(len(files), tuple(dict.fromkeys(results)), (*unread, *found.untold))

    def _lists(self, files: Sequence[str]) -> list[str]:
        return [each for each in files if self._judge.reads(each)]


def _result(flawed: FlawedDependency, root: Path) -> ScanResult:
    line = flawed.line or _line(flawed, root)
    listed = f"{flawed.package}@{flawed.version}"
    fixed = f"; fixed in {' or '.join(flawed.fixed)}" if flawed.fixed else "; no version is known that does not have it"
    return ScanResult(
        tool=Advisories.name,
        rule=flawed.flaw,
        severity=flawed.severity,
        # Of what has no line, the package tells it from the rest of the file.
        place=CodePlace(flawed.file, line) if line else CodePlace(flawed.file, function=listed),
        message=f"{listed}: {flawed.summary or 'a known flaw'}{fixed}",
        kind=Advisories.kind,
        score=flawed.score,
    )


def _line(flawed: FlawedDependency, root: Path) -> int:
    try:
        text = read_bytes(root / flawed.file, limit=LARGEST_FILE).decode("utf-8", "replace")
    except InputError:
        return 0
    return line_of(text, flawed.package, flawed.version)
