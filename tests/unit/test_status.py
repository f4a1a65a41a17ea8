"""The file that says how the processes are: believed while its writer lives, and while it is young."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.canonical import Json
from setpoint.model.health import Duty, Health, ProcessState, ProcessStatus, Status, status_of
from setpoint.status import read_status, run_folder, show_life, write_status

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def status(*processes: ProcessStatus, at: datetime = NOW) -> Status:
    return Status("default", "host", 7, NOW, at, processes)


LOOP = ProcessStatus(Duty.LOOP, ProcessState.UP, NOW, 8, 1, "killed", Health({"beats": 3}))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    run_folder(tmp_path / "ledger").mkdir()
    return tmp_path / "ledger"


@pytest.fixture
def held(ledger: Path) -> Iterator[Path]:
    """A ledger with a supervisor."""
    descriptor = show_life(run_folder(ledger))
    yield ledger
    os.close(descriptor)


def why(ledger: Path, now: datetime = NOW) -> str:
    with pytest.raises(CouldNotTellError) as caught:
        read_status(ledger, now)
    return caught.value.diagnostics()


def test_what_is_written_is_read(held: Path) -> None:
    write_status(run_folder(held), status(LOOP))
    assert read_status(held, NOW + timedelta(seconds=5)) == status(LOOP)
    assert {stat.S_IMODE(file.stat().st_mode) for file in run_folder(held).iterdir()} == {0o600}


def test_without_a_supervisor_nobody_can_tell(tmp_path: Path, ledger: Path) -> None:
    assert "no supervisor runs" in why(tmp_path / "other")
    write_status(run_folder(ledger), status(LOOP))
    assert "no supervisor runs" in why(ledger)


def test_what_was_said_long_ago_is_not_believed(held: Path) -> None:
    write_status(run_folder(held), status(LOOP))
    assert "last said 60 s ago" in why(held, NOW + timedelta(minutes=1))
    assert "whether the clocks agree" in why(held, NOW - timedelta(minutes=1))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"processes": 1}', '{"scope": null, "pid": "x"}'])
def test_what_cannot_be_read_is_not_believed(held: Path, text: str) -> None:
    assert "has not said yet" in why(held)
    (run_folder(held) / "status.json").write_text(text, encoding="utf-8")
    assert "has not said yet" in why(held)


processes = st.builds(
    ProcessStatus,
    duty=st.sampled_from(Duty),
    state=st.sampled_from(ProcessState),
    since=st.datetimes(timezones=st.just(UTC)),
    pid=st.none() | st.integers(1, 2**22),
    restarts=st.integers(0, 1000),
    last_error=st.text(),
    health=st.builds(Health, st.dictionaries(st.text(), st.integers() | st.text()), st.lists(st.text()).map(tuple)),
)


@given(st.lists(processes).map(tuple))
def test_documents_come_back_as_they_were(several: tuple[ProcessStatus, ...]) -> None:
    assert status_of(status(*several).document()) == status(*several)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_what_is_no_status_is_refused(document: Json) -> None:
    with pytest.raises(InputError):
        status_of(document)


@pytest.mark.parametrize(
    ("state", "problems", "healthy"),
    [
        (ProcessState.UP, (), True),
        (ProcessState.UP, ("late",), False),
        (ProcessState.STARTING, (), False),
        (ProcessState.WAITING, (), False),
        (ProcessState.STOPPING, (), False),
    ],
)
def test_only_who_is_up_and_has_no_problem_is_healthy(
    state: ProcessState, problems: tuple[str, ...], *, healthy: bool
) -> None:
    process = ProcessStatus(Duty.LOOP, state, NOW, 8, 0, "", Health({}, problems))
    assert process.healthy is healthy
    assert status(LOOP, process).healthy is healthy
