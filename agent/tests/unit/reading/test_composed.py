"""Texts that functions put together: which of them prove that a value stands where it may be chance."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.composed import is_put_together
from setpoint_agent.request import QUERY, Value

PREFIX = "users_"
Sink = Callable[[str], None]


def formatted(month: str, sink: Sink) -> None:
    sink(f"SELECT * FROM users_{month} WHERE 1")


def added(month: str, sink: Sink) -> None:
    table = month + "users"
    sink("SELECT * FROM " + table)


def of_percent(month: str, sink: Sink) -> None:
    sink("SELECT %s FROM users_%s" % ("name", month))  # noqa: UP031 - it is what is tried


def of_braces(month: str, sink: Sink) -> None:
    sink("SELECT * FROM users_{}".format(month.strip()))  # noqa: UP032 - it is what is tried


def joined(month: str, sink: Sink) -> None:
    months = ["january", month]
    sink("x|".join(months))


def of_a_helper(month: str, sink: Sink) -> None:
    formatted(month, sink)


def written(month: str, sink: Sink) -> None:
    assert month
    sink("SELECT * FROM users_march WHERE 1")


def of_another(month: str, sink: Sink) -> None:
    other = "march_of_last_year"
    assert month
    sink(f"SELECT * FROM users_{other} WHERE 1")


def elsewhere(month: str, sink: Sink) -> None:
    assert month in f"old_{month}"
    sink(PREFIX + "march")


def is_proven(act: Callable[[str, Sink], None]) -> bool:
    said: list[bool] = []

    def sink(text: str) -> None:
        frames = []
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code is not is_proven.__code__:
            frames.append(frame)
            frame = frame.f_back
        start = text.index("march")
        match = Match(Value(QUERY, "month", "march"), start, start + 5, "march", ("doubtful",), 1.0)
        said.append(is_put_together(frames, match, text))

    act("".join(["mar", "ch"]), sink)
    return said[0]


@pytest.mark.parametrize("act", [formatted, added, of_percent, of_braces, joined, of_a_helper])
def test_what_the_code_puts_together(act: Callable[[str, Sink], None]) -> None:
    assert is_proven(act)


@pytest.mark.parametrize("act", [written, of_another, elsewhere])
def test_what_stands_there_anyway(act: Callable[[str, Sink], None]) -> None:
    assert not is_proven(act)
