"""What scanners within this process have in common, where the limits of the target are met."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from setpoint.errors import CouldNotTellError
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScanResult, ScanStatus
from setpoint.scan.interface import ScanTarget
from setpoint.scan.own import Deadline, Looked, OwnScanner

TARGET = ScanTarget(Path("/source"))
NOTHING = ScanTarget(Path("/nothing"))


class Fake(OwnScanner):
    name = "fake"
    kind = ScanKind.IAC

    def __init__(self, looked: Looked | None = None) -> None:
        self._looked_at = looked

    def unavailable(self) -> str:
        return ""

    def is_of_use(self, target: ScanTarget) -> bool:
        return target is not NOTHING

    def look(self, target: ScanTarget, deadline: Deadline) -> Looked:
        assert deadline.target is target
        deadline.check()
        if self._looked_at is None:
            raise CouldNotTellError("nobody answers", remedy="ask again")
        return self._looked_at


def _result(line: int) -> ScanResult:
    return ScanResult("fake", "rule", Severity.LOW, CodePlace("a", line), "a message")


def test_an_error_is_the_status_of_the_run() -> None:
    run = Fake().scan(TARGET, lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.FAILED, "nobody answers; ask again")


def test_what_is_of_no_use_is_not_looked_at() -> None:
    assert Fake().scan(NOTHING, lambda _line: None).status is ScanStatus.SKIPPED


def test_it_is_interrupted() -> None:
    run = Fake(Looked(1)).scan(replace(TARGET, is_stopped=lambda: True), lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.FAILED, "it was interrupted")


def test_too_many_results_are_cut_and_that_is_told() -> None:
    looked = Looked(1, tuple(map(_result, range(1, 6))))
    run = Fake(looked).scan(replace(TARGET, most_results=2), lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.PARTIAL, "of 5 results the first 2 are taken")
    assert run.results == (_result(1), _result(2))


def test_of_many_doubts_the_first_are_named_once() -> None:
    run = Fake(Looked(1, doubts=("a", "b", "a", "c", "d", "e"))).scan(TARGET, lambda _line: None)
    assert (run.status, run.reason) == (ScanStatus.PARTIAL, "a; b; c; and 2 more")


def test_people_who_wait_are_told() -> None:
    lines: list[str] = []
    Fake(Looked(1, (_result(1),))).scan(TARGET, lines.append)
    assert [each.rpartition(",")[0] or each for each in lines] == ["fake: looking", "fake: complete, 1 result"]
