"""Scans in processes of their own: here, small programs that print what a scan prints."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.dast_run import DastOutcome, DastRun
from setpoint.scan.dast.runs import DastRuns

REPORT = {"faults": [{}], "requests": 7, "ended_early": "", "checks": {"cookies": ""}, "recorded": {}}
LASTING = "import time; time.sleep(600)"
PATIENCE = 30.0


def printing(**changes: object) -> str:
    return f"print({json.dumps(json.dumps(REPORT | changes))})"


class Scans:
    """`program` is what the next scan does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = printing()
        self.asked: list[tuple[str, str, bool]] = []
        self.runs = self.again()

    def again(self) -> DastRuns:
        """As another process would find them."""
        return DastRuns(self.folder, self._command, os.environ)

    def _command(self, service: str, release: str, _folder: Path, resumes: bool) -> list[str]:
        self.asked.append((service, release, resumes))
        return [sys.executable, "-S", "-c", self.program]

    def ended(self, runs: DastRuns | None = None) -> DastRun:
        deadline = time.monotonic() + PATIENCE
        while (last := (runs or self.runs).last("shop")) is None or last.ended_at is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return last


@pytest.fixture
def scans(tmp_path: Path) -> Iterator[Scans]:
    scans = Scans(tmp_path / "dast")
    yield scans
    scans.runs.stop()


def begin(scans: Scans, program: str, *, resumes: bool = False) -> None:
    scans.program = program
    scans.runs.begin("shop", "1", tries=1, resumes=resumes)


@pytest.mark.parametrize(
    ("program", "outcome", "why"),
    [
        (printing(), DastOutcome.TESTED, ""),
        (printing(ended_early="the budget is spent"), DastOutcome.PARTIAL, "the budget is spent"),
        (printing(checks={"a": "", "b": "it broke"}), DastOutcome.PARTIAL, "b: it broke"),
        (printing(ended_early="it was stopped"), DastOutcome.STOPPED, ""),
        (printing(recorded=None), DastOutcome.FAILED, "it was not recorded"),
        ("import sys; sys.exit('setpoint: it is dead')", DastOutcome.FAILED, "it is dead"),
        ("print('{')", DastOutcome.STOPPED, ""),
        ("import os; os.kill(os.getpid(), 9)", DastOutcome.STOPPED, ""),
    ],
)
def test_how_a_scan_went_is_read_from_what_it_printed(
    scans: Scans, program: str, outcome: DastOutcome, why: str
) -> None:
    begin(scans, program)
    ended = scans.ended()
    assert (ended.outcome, ended.why) == (outcome, why)


def test_what_it_found_is_counted_and_kept(scans: Scans) -> None:
    assert scans.runs.last("shop") is None
    begin(scans, printing())
    ended = scans.ended()
    assert (ended.release, ended.faults, ended.requests) == ("1", 1, 7)
    assert scans.again().last("shop") == ended


def test_one_at_a_time_also_of_another_process(scans: Scans) -> None:
    begin(scans, LASTING)
    other = scans.again()
    going_on = other.last("shop")
    assert going_on is not None
    assert going_on.ended_at is None
    other.begin("shop", "2", tries=1, resumes=False)
    assert scans.asked == [("shop", "1", False)]
    scans.runs.stop()
    assert scans.ended(other).outcome is DastOutcome.STOPPED


def test_services_do_not_wait_for_one_another(scans: Scans) -> None:
    begin(scans, LASTING)
    scans.program = printing()
    scans.runs.begin("../till", "1", tries=1, resumes=False)
    deadline = time.monotonic() + PATIENCE
    while (last := scans.runs.last("../till")) is None or last.ended_at is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert all(each.parent == scans.folder for each in scans.folder.iterdir())


def test_it_goes_on_only_with_what_is_there(scans: Scans) -> None:
    begin(scans, printing(), resumes=True)
    scans.ended()
    run = scans.folder / "shop" / "run"
    run.mkdir()
    (run / "scan.json").write_text("{}")
    begin(scans, printing(), resumes=True)
    scans.ended()
    assert [resumes for *_, resumes in scans.asked] == [False, True]
    begin(scans, printing())
    scans.ended()
    assert not run.exists()


def test_what_it_tells_is_for_this_user_alone(scans: Scans) -> None:
    begin(scans, printing())
    scans.ended()
    for name in ("report.json", "errors.txt", "lock"):
        assert (scans.folder / "shop" / name).stat().st_mode & 0o077 == 0


def test_a_damaged_note_counts_as_none(scans: Scans) -> None:
    begin(scans, printing())
    scans.ended()
    (scans.folder / "shop" / "last.json").write_text("{")
    assert scans.runs.last("shop") is None


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "dast").write_text("")
    runs = Scans(tmp_path / "dast").runs
    with pytest.raises(InputError, match="cannot be used"):
        runs.begin("shop", "1", tries=1, resumes=False)
