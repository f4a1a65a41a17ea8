"""What reaches a sink is evidence if it is the request's, matters there, and nothing made it safe; once a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from setpoint_agent import examination
from setpoint_agent.catalogue import SQL_INJECTION, WEAK_HASH
from setpoint_agent.evidence import Evidence
from setpoint_agent.examination import Examination, examine, report
from setpoint_agent.request import LINGERS, QUERY, Request, Value, current
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.stack import Application

SQL = Sink(SQL_INJECTION, "library.execute", "sql", safe_after=frozenset({"sql"}))


@pytest.fixture
def evidence() -> Iterator[list[Evidence]]:
    kept: list[Evidence] = []
    examination.begin(Examination(Application((Path(__file__).parent,)), kept.append, b"key"))
    yield kept
    examination.begin(None)


@pytest.fixture
def johnson() -> str:
    """A literal inside of a test would be a constant of the code, which is no input."""
    return "".join(["John", "son"])


@contextmanager
def request_of(**values: str) -> Iterator[Request]:
    request = Request("GET", "/users/7", "flask")
    request.route, request.probe = "/users/{number}", "scan-7"
    request.add_source(lambda: [Value(QUERY, name, text) for name, text in values.items()])
    token = current.set(request)
    try:
        yield request
    finally:
        current.reset(token)


def statement(name: str) -> str:
    return f"SELECT * FROM users WHERE name = '{name}'"


def test_a_flow_is_evidence(evidence: list[Evidence], johnson: str) -> None:
    with request_of(name="Johnson"):
        examine(SQL, statement(johnson))
    (found,) = evidence
    assert (found.kind, found.sink, found.attack, found.context) == (SQL_INJECTION, SQL.name, False, "string literal")
    assert (found.method, found.path, found.route, found.probe) == ("GET", "/users/7", "/users/{number}", "scan-7")
    assert found.frames[-1].function == "test_a_flow_is_evidence"
    (origin,) = found.origins
    assert (origin.part, origin.name, origin.shape) == ("query", "name", "a{7}")
    assert len(origin.fingerprint) == 32
    assert "Johnson" not in repr(found)


@pytest.mark.parametrize("attack", ["x' OR name LIKE '%"])
def test_what_crosses_a_boundary_is_an_attack(evidence: list[Evidence], attack: str) -> None:
    with request_of(name=attack):
        examine(SQL, statement(attack))
    assert [each.attack for each in evidence] == [True]


def test_what_the_code_itself_writes_is_none(evidence: list[Evidence]) -> None:
    with request_of(name="Johnson"):
        examine(SQL, statement("Johnson"))
    assert evidence == []


def test_a_loop_is_told_once_a_request(evidence: list[Evidence], johnson: str) -> None:
    for _ in range(2):
        with request_of(name="Johnson"):
            for number in range(3):
                examine(SQL, statement(johnson) + " " * number)
    assert len(evidence) == 2


@pytest.mark.parametrize(
    "argument", [statement("Smith"), statement("?"), "", None, 7, object(), [statement("Johnson")]]
)
def test_what_holds_no_value_is_none(evidence: list[Evidence], argument: object) -> None:
    with request_of(name="Johnson"):
        examine(SQL, argument)
        examine(SQL, argument)
    assert evidence == []


@pytest.mark.parametrize("argument", [statement("Johnson").encode(), bytearray(statement("Johnson").encode())])
def test_octets_are_read(evidence: list[Evidence], argument: bytes) -> None:
    with request_of(name="Johnson"):
        examine(SQL, argument)
    assert len(evidence) == 1


def test_what_was_clean_for_one_request_is_looked_at_for_the_next(evidence: list[Evidence], johnson: str) -> None:
    with request_of(name="Smith"):
        examine(SQL, statement(johnson))
    with request_of(name="Johnson"):
        examine(SQL, statement(johnson))
    assert len(evidence) == 1


def test_what_an_escaper_gave_back_is_safe(evidence: list[Evidence], johnson: str) -> None:
    with request_of(name="Johnson") as request:
        request.note_passage("Johnson", "sql")
        examine(SQL, statement(johnson))
    with request_of(name="Johnson") as request:
        request.note_passage("Johnson", "html")  # safe for something else
        examine(SQL, statement(johnson))
    assert len(evidence) == 1


def test_outside_of_a_request_and_after_it_nothing_is_looked_at(evidence: list[Evidence], johnson: str) -> None:
    examine(SQL, statement(johnson))
    with request_of(name="Johnson") as request:
        request.ended = perf_counter() - LINGERS - 1
        examine(SQL, statement(johnson))
    assert evidence == []


def test_what_is_weak_by_the_call_alone_needs_no_request(evidence: list[Evidence]) -> None:
    report(WEAK_HASH, "hashlib.md5")
    with request_of():
        report(WEAK_HASH, "hashlib.md5")
    outside, inside = evidence
    assert (outside.path, outside.origins, inside.path) == ("", (), "/users/7")


def test_what_a_library_calls_is_its_own(evidence: list[Evidence], tmp_path: Path) -> None:
    examination.begin(Examination(Application((tmp_path,)), evidence.append))
    report(WEAK_HASH, "hashlib.md5")
    assert evidence == []


def test_switched_off_it_examines_nothing(evidence: list[Evidence], johnson: str) -> None:
    examination.begin(None)
    with request_of(name="Johnson"):
        examine(SQL, statement(johnson))
    report(WEAK_HASH, "hashlib.md5")
    assert evidence == []
