"""The scanner of dependencies, with a judge that says what the test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from setpoint.errors import NotKnownError
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScannerRun, ScanStatus
from setpoint.scan.dependencies.advisories import Advisories
from setpoint.scan.dependencies.interface import Dependencies, FlawedDependency
from setpoint.scan.interface import ScanTarget

Targets = Callable[..., ScanTarget]

FLAWED = FlawedDependency(
    flaw="CVE-2018-18074",
    summary="Credentials are sent on",
    severity=Severity.HIGH,
    score=7.5,
    package="pypi/requests",
    version="2.19.0",
    fixed=("2.20.0",),
    file="requirements.txt",
    line=0,
)


class Judge:
    def __init__(self, told: Dependencies | None = None) -> None:
        self.told = told

    def unavailable(self) -> str:
        return ""

    def reads(self, file: str) -> bool:
        return file.endswith(".txt")

    def judge(self, root: Path, files: Sequence[str]) -> Dependencies:
        assert all((root / each).is_file() for each in files)
        if self.told is None:
            raise NotKnownError("no advisories were ever taken in", remedy="take them in")
        return self.told


def _scan(target: ScanTarget, told: Dependencies | None) -> ScannerRun:
    return Advisories(Judge(told)).scan(target, lambda _line: None)


def test_a_flaw_is_a_result_at_the_line_that_lists_it(root: Path, target_of: Targets) -> None:
    (root / "requirements.txt").write_text("# pinned\nrequests==2.19.0\n", encoding="utf-8")
    run = _scan(target_of(), Dependencies((FLAWED,)))
    (result,) = run.results
    assert (run.status, run.kind, run.files) == (ScanStatus.COMPLETE, ScanKind.DEPENDENCIES, 1)
    assert (result.tool, result.rule, result.severity, result.score) == (
        "advisories",
        "CVE-2018-18074",
        Severity.HIGH,
        7.5,
    )
    assert result.place == CodePlace("requirements.txt", 2)
    assert result.message == "pypi/requests@2.19.0: Credentials are sent on; fixed in 2.20.0"


def test_what_has_no_line_is_told_apart_by_its_package(root: Path, target_of: Targets) -> None:
    (root / "requirements.txt").touch()
    (result,) = _scan(target_of(), Dependencies((FLAWED,))).results
    assert result.place == CodePlace("requirements.txt", function="pypi/requests@2.19.0")


def test_what_could_not_be_told_makes_it_partial(root: Path, target_of: Targets) -> None:
    (root / "requirements.txt").touch()
    run = _scan(target_of(), Dependencies((), ("requirements.txt:1: pypi/a is listed without a version",)))
    assert (run.status, run.reason) == (
        ScanStatus.PARTIAL,
        "requirements.txt:1: pypi/a is listed without a version",
    )


def test_not_knowing_any_advisory_is_not_clean(root: Path, target_of: Targets) -> None:
    (root / "requirements.txt").touch()
    run = _scan(target_of(), None)
    assert (run.status, run.reason) == (ScanStatus.FAILED, "no advisories were ever taken in; take them in")


def test_a_folder_without_lockfiles_is_skipped(root: Path, target_of: Targets) -> None:
    (root / "a.py").touch()
    assert _scan(target_of(), None).status is ScanStatus.SKIPPED
