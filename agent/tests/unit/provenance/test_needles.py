"""What is looked for is made ready once, and within bounds."""

from __future__ import annotations

from setpoint_agent.provenance.needles import Needles
from setpoint_agent.provenance.recognition import find
from setpoint_agent.request import (
    BODY,
    COOKIE,
    HEADER,
    HEADER_NAME,
    MOST_CHARACTERS,
    QUERY,
    QUERY_NAME,
    Request,
    Value,
    Values,
)


def test_what_was_made_ready_lives_with_the_values_of_its_request() -> None:
    request = Request("GET", "/")
    request.add_source(lambda: [Value(QUERY, "q", "John Smith")])
    values = request.values()
    assert find(values, "SELECT 'John Smith'")
    assert isinstance(values, Values)
    needles = values.prepared
    assert find(values, "SELECT 'john-smith'")
    assert values.prepared is needles


def test_a_source_that_comes_later_is_taken_in() -> None:
    request = Request("GET", "/")
    request.add_source(lambda: [Value(QUERY, "q", "John Smith")])
    assert not find(request.values(), "SELECT 'blue moon'")
    request.add_source(lambda: [Value(COOKIE, "c", "blue moon")])
    assert find(request.values(), "SELECT 'blue moon'")


def test_values_that_never_count_are_not_looked_for() -> None:
    values = [
        Value(HEADER, "Host", "localhost"),
        Value(HEADER, "Accept", "*/*"),
        Value(HEADER_NAME, "Accept", "Accept"),
        Value(QUERY, "empty", ""),
        Value(QUERY, "blank", "   "),
    ]
    assert Needles().exact(values) == []


def test_names_and_bodies_of_parts_are_not_taken_to_pieces() -> None:
    values = [Value(QUERY_NAME, "long name", "long name"), Value(BODY, "", '{"first": "blue moon"}')]
    needles = Needles()
    needles.exact(values)
    assert needles.rare() == ([], [])


def test_no_more_is_taken_than_a_request_keeps() -> None:
    values = [Value(QUERY, "q", f"{index:05}" * 1_000) for index in range(100)]
    exact = Needles().exact(values)
    assert sum(len(each.form.text) for each in exact) <= MOST_CHARACTERS
    assert exact[0].value == values[0]
