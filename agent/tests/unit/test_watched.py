"""Lines that hand over nothing of a request are counted, with no more told than somebody needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from setpoint_agent import examination
from setpoint_agent.catalogue import PATH_TRAVERSAL, SQL_INJECTION
from setpoint_agent.evidence import Evidence, Frame
from setpoint_agent.examination import Examination, examine
from setpoint_agent.looks import NOW_AND_THEN, OFTEN
from setpoint_agent.request import HEADER, QUERY, Request, Value, current
from setpoint_agent.room import Room
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.stack import Application
from setpoint_agent.watched import MOST_CALLERS, Watched, watched

SQL = Sink(SQL_INJECTION, "library.execute", "sql", safe_after=frozenset({"sql"}))
LINE = Frame("a.py", 7, "find")


def room() -> Room:
    return Room(rows=1_000, octets=1_000_000)


@pytest.fixture
def evidence() -> Iterator[list[Evidence]]:
    kept: list[Evidence] = []
    watched.begin_anew()
    examination.begin(Examination(Application((Path(__file__).parent,)), kept.append, b"key"))
    yield kept
    examination.begin(None)
    watched.begin_anew()


@contextmanager
def request_of(*values: Value) -> Iterator[Request]:
    request = Request("GET", "/users/7", "flask")
    request.add_source(lambda: values)
    token = current.set(request)
    try:
        yield request
    finally:
        current.reset(token)


def ask(text: str) -> None:
    examine(SQL, text)


def test_a_line_that_hands_over_nothing_of_its_requests_is_told_with_its_function(evidence: list[Evidence]) -> None:
    for number in range(5):
        with request_of(Value(QUERY, "q", "Johnson")):
            ask(f"SELECT {number} FROM users")
    told = {each["function"]: each for each in watched.take_changed(room())}
    line = ask.__code__.co_firstlineno + 1
    assert told["ask"] == {"file": "test_watched.py", "line": line, "function": "ask", "cwe": 89, "count": 5}
    assert not evidence


def test_every_function_on_the_way_is_told(evidence: list[Evidence]) -> None:
    def find() -> None:
        ask("SELECT 1 FROM users")

    with request_of(Value(QUERY, "q", "Johnson")):
        find()
    told = {each["function"].rpartition(".")[2]: each["line"] for each in watched.take_changed(room())}
    assert told["find"] == find.__code__.co_firstlineno + 1
    assert told["ask"] == ask.__code__.co_firstlineno + 1
    assert not evidence


def test_what_was_certainly_made_safe_was_looked_at_in_vain(evidence: list[Evidence]) -> None:
    name = "".join(["John", "son"])
    with request_of(Value(QUERY, "q", name)) as request:
        request.passages["'Johnson'"] = {"sql"}
        ask(f"SELECT * FROM users WHERE name = {name!r}")
    assert not evidence
    assert "ask" in {each["function"] for each in watched.take_changed(room())}


def test_a_look_at_a_usual_text_stands_for_those_that_passed(evidence: list[Evidence]) -> None:
    calls = OFTEN + 3 * NOW_AND_THEN
    for _ in range(calls):
        with request_of(Value(QUERY, "q", "Johnson")):
            ask("SELECT 1 FROM users")
    (count,) = (each["count"] for each in watched.take_changed(room()) if each["function"] == "ask")
    assert calls - NOW_AND_THEN <= count <= calls
    assert not evidence


def test_what_holds_something_of_a_request_counts_for_nothing(evidence: list[Evidence]) -> None:
    name = "".join(["John", "son"])  # what stands in the code is no input
    with request_of(Value(QUERY, "q", name)):
        ask(f"SELECT * FROM users WHERE name = '{name}'")
    assert evidence
    assert watched.take_changed(room()) == []


@pytest.mark.parametrize("values", [(), (Value(HEADER, "user-agent", "Mozilla"),)])
def test_a_request_that_brings_nothing_says_nothing(evidence: list[Evidence], values: tuple[Value, ...]) -> None:
    with request_of(*values):
        ask("SELECT 1 FROM users")
    assert watched.take_changed(room()) == []


def test_a_sink_without_a_caller_of_the_application_counts_for_nothing() -> None:
    watched.begin_anew()
    examination.begin(Examination(Application((Path("/elsewhere"),)), lambda _: None))
    try:
        with request_of(Value(QUERY, "q", "Johnson")):
            ask("SELECT 1 FROM users")
    finally:
        examination.begin(None)
    assert watched.take_changed(room()) == []


def test_a_count_is_told_again_once_it_has_doubled() -> None:
    mine, told = Watched(), []
    for _ in range(100):
        mine.note([LINE], SQL_INJECTION)
        told += [each["count"] for each in mine.take_changed(room())]
    assert told == [1, 2, 4, 8, 16, 32, 64]


def test_kinds_stay_apart_and_what_has_no_room_waits() -> None:
    mine = Watched()
    for kind in (SQL_INJECTION, PATH_TRAVERSAL):
        mine.note([LINE], kind)
    first = mine.take_changed(Room(rows=1, octets=1_000))
    second = mine.take_changed(room())
    assert sorted(each["cwe"] for each in (*first, *second)) == [22, 89]
    assert (len(first), len(second)) == (1, 1)


def test_lines_without_end_are_not_kept() -> None:
    mine = Watched()
    for number in range(MOST_CALLERS + 10):
        mine.note([Frame(f"{number}.py", 1, "find")], SQL_INJECTION)
    assert len(mine.take_changed(Room(rows=10_000, octets=10**7))) == MOST_CALLERS
