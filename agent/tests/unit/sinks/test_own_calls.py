"""Whose call it is: the innermost function's, seen through what merely passes it on."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from time import perf_counter

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent import examination
from setpoint_agent.catalogue import Kind
from setpoint_agent.quiet import mishaps
from setpoint_agent.request import LINGERS, current
from setpoint_agent.sinks.own_calls import watching as watching_calls
from setpoint_agent.switch import switch

COLOURS = Kind("colours", 1, "A call that is weak by itself")


def original(colour: str = "blue") -> str:
    return colour


def library(function: Callable[..., str], name: str = "library.colours") -> Callable[..., str]:
    """A function that calls `function`, in a file that is not the application's."""
    module = types.ModuleType(name)
    module.__dict__["function"] = function
    exec(
        compile("def call():\n    return function()", "/usr/lib/python3/dist-packages/library.py", "exec"),
        module.__dict__,
    )
    found: Callable[..., str] = module.__dict__["call"]
    return found


def test_the_applications_own(watching: Watch) -> None:
    evidence = watching(sources=False)
    weak = watching_calls(COLOURS, "colours")(original)
    with request_of("green"):
        assert weak() == "blue"
        assert functools.partial(weak, "red")() == "red"
    assert [each.frames[-1].function for each in evidence] == ["test_the_applications_own"] * 2


def test_a_librarys(watching: Watch) -> None:
    evidence = watching(sources=False)
    weak = library(watching_calls(COLOURS, "colours")(original))
    with request_of("green"):
        assert weak() == "blue"
    assert evidence == []


@pytest.mark.parametrize("name", ["hashlib", "library.colours"])
def test_through_a_library(watching: Watch, name: str) -> None:
    evidence = watching(sources=False)
    weak = library(watching_calls(COLOURS, "colours", through=("library",))(original), name)
    with request_of("green"):
        weak()
    assert [each.frames[-1].function for each in evidence] == ["test_through_a_library"]


def test_arguments_decide(watching: Watch) -> None:
    evidence = watching(sources=False)
    weak = watching_calls(COLOURS, "colours", lambda arguments, _: arguments[0] == "blue")(original)
    with request_of("green"):
        for colour in ("red", "blue", "blue"):
            weak(colour)
        weak()  # what is wrong with `applies` stays inside
    assert len(evidence) == 1
    assert any("IndexError" in each for each in mishaps.counts())


def test_each_request_once_and_all_else_once(watching: Watch) -> None:
    evidence = watching(sources=False)
    weak = watching_calls(COLOURS, "colours")(original)

    def call() -> None:
        weak()

    for _ in range(2):
        call()
        with request_of("green"):
            call()
            call()
    assert [each.path for each in evidence] == ["", "/page", "/page"]


def test_after_the_answer_or_the_end(watching: Watch) -> None:
    evidence = watching(sources=False)
    weak = watching_calls(COLOURS, "colours")(original)
    with request_of("green") as request:
        request.ended = perf_counter() - LINGERS - 1
        weak()
    switch.on = False
    weak()
    examination.begin(None)
    weak()
    assert (evidence, current.get(), sys.exc_info()[0]) == ([], None, None)
