"""Whatever goes wrong inside stays inside, and is counted by kind."""

from __future__ import annotations

import threading

import pytest

from setpoint_agent.quiet import MOST_KINDS, Mishaps, mishaps, quietly, told, told_once


@pytest.fixture(autouse=True)
def _begin_anew() -> None:
    mishaps.begin_anew()


def test_an_error_ends_as_none_and_a_count() -> None:
    @quietly
    def work(value: str) -> int:
        return int(value)

    assert work("7") == 7
    assert work("a secret") is None
    ((kind, count),) = mishaps.counts().items()
    assert "work: ValueError at test_quiet.py:" in kind
    assert "secret" not in kind
    assert count == 1


@pytest.mark.parametrize("passing", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_passes(passing: type[BaseException]) -> None:
    @quietly
    def work() -> None:
        raise passing

    with pytest.raises(passing):
        work()
    assert mishaps.counts() == {}


def test_kinds_are_told_once_also_after_a_fork() -> None:
    kinds = Mishaps()
    kinds.record("here", ValueError())
    kinds.record("here", ValueError())
    assert kinds.take_untold() == ["here: ValueError at ?"]
    assert kinds.take_untold() == []
    kinds.begin_anew()
    kinds.record("here", ValueError())
    assert kinds.counts() == {"here: ValueError at ?": 1}
    assert kinds.take_untold() == []


def test_kinds_without_end_are_one() -> None:
    kinds = Mishaps()
    for number in range(1_000):
        kinds.record(f"place {number}", ValueError())
    counts = kinds.counts()
    assert len(counts) == MOST_KINDS
    assert sum(counts.values()) == 1_000


def test_a_new_kind_rings() -> None:
    rung: list[None] = []
    kinds = Mishaps()
    kinds.when_new = lambda: rung.append(None)
    kinds.record("here", ValueError())
    kinds.counts()
    kinds.record("here", ValueError())
    assert len(rung) == 1


def test_nothing_is_lost_between_threads() -> None:
    kinds = Mishaps()

    def record_many() -> None:
        for _ in range(2_000):
            kinds.record("here", ValueError())

    threads = [threading.Thread(target=record_many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert kinds.counts() == {"here: ValueError at ?": 8_000}


def test_a_closed_stream_is_no_error(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    told("a line")
    assert capfd.readouterr().err == "setpoint-agent: a line\n"
    monkeypatch.setattr("sys.__stderr__", None)
    told("nobody hears")


def test_what_was_told_once_is_not_told_again(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint_agent.quiet._told_before", set())
    for text in ("one thing", "one thing", "another"):
        told_once(text)
    assert capfd.readouterr().err == "setpoint-agent: one thing\nsetpoint-agent: another\n"
