"""Threads of the agent's own take their turns, rest, are woken, and end when they are told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from setpoint_agent import background
from setpoint_agent.background import FOREVER, Background
from setpoint_agent.native import Bell
from setpoint_agent.quiet import mishaps


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_bell_rings_once_however_often_it_was_rung() -> None:
    bell = Bell()
    assert not bell.wait(0)
    for _ in range(3):
        bell.ring()
    assert bell.wait(0)
    assert not bell.wait(0)


def test_turns_follow_rings_and_rests() -> None:
    turns: list[float] = []

    def turn() -> float:
        turns.append(time.monotonic())
        return FOREVER if len(turns) > 2 else 0.01

    thread = Background(turn)
    thread.start()
    thread.start()  # one is enough
    wait_until(lambda: len(turns) == 3)
    thread.ring()
    wait_until(lambda: len(turns) == 4)
    assert thread.end(1.0)
    thread.ring()
    assert len(turns) == 4


def test_one_turn_serves_many_rings() -> None:
    turns: list[None] = []

    def turn() -> float:
        turns.append(None)
        return FOREVER

    thread = Background(turn, gather=1.5)
    thread.start()
    wait_until(lambda: turns)
    for _ in range(50):
        thread.ring()
        time.sleep(0.001)
    wait_until(lambda: len(turns) >= 2)
    began = time.monotonic()
    thread.ring()
    assert thread.end(10.0)  # gathering does not hold it up
    assert time.monotonic() - began < 1.2
    assert len(turns) <= 3


def test_a_farewell_is_said_only_where_it_is_asked_for() -> None:
    said: list[str] = []
    for wanted in (False, True):
        thread = Background(lambda: FOREVER, farewell=lambda: said.append("farewell"))
        thread.start()
        assert thread.end(1.0, farewell=wanted)
    assert said == ["farewell"]


def test_nobody_waits_longer_than_he_is_patient() -> None:
    under_way, go_on = threading.Event(), threading.Event()
    done: list[None] = []

    def turn() -> float:
        under_way.set()
        assert go_on.wait(10)
        done.append(None)
        return FOREVER

    thread = Background(turn)
    thread.start()
    assert under_way.wait(10)
    began = time.monotonic()
    assert not thread.end(0.05)
    assert time.monotonic() - began < 1
    under_way.clear()
    thread.start()  # a second life waits for the first to end its turn
    assert not under_way.wait(0.02)
    go_on.set()
    wait_until(lambda: len(done) == 2)
    assert thread.end(1.0)


def test_a_turn_that_goes_wrong_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AFTER_A_MISHAP", 0.001)
    mishaps.begin_anew()
    turns: list[None] = []

    def turn() -> float:
        turns.append(None)
        raise ValueError

    thread = Background(turn)
    thread.start()
    wait_until(lambda: len(turns) > 2)
    assert thread.end(1.0)
    assert sum(mishaps.counts().values()) == len(turns)


def test_it_is_no_thread_of_the_application() -> None:
    before = threading.enumerate()
    seen: list[list[threading.Thread]] = []

    def turn() -> float:
        seen.append(threading.enumerate())
        return FOREVER

    thread = Background(turn)
    thread.start()
    wait_until(lambda: seen)
    assert seen == [before]
    assert thread.end(1.0)
    assert thread.cpu_seconds > 0
