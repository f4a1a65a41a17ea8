"""The parts of a request are read when they are first needed, once, and within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint_agent.quiet import mishaps
from setpoint_agent.request import (
    LONGEST_VALUE,
    MOST_CHARACTERS,
    MOST_PASSAGES,
    MOST_VALUES,
    QUERY,
    Request,
    Value,
)


def test_sources_are_read_when_they_are_needed_and_once() -> None:
    read: list[str] = []

    def source(name: str) -> list[Value]:
        read.append(name)
        return [Value(QUERY, name, name)]

    request = Request("GET", "/")
    request.add_source(lambda: source("first"))
    request.add_source(lambda: source("second"))
    assert read == []
    assert [each.text for each in request.values()] == ["first", "second"]
    assert [each.text for each in request.values()] == ["first", "second"]
    request.add_source(lambda: source("third"))
    assert [each.text for each in request.values()] == ["first", "second", "third"]
    assert read == ["first", "second", "third"]


def test_a_source_that_fails_is_counted_and_the_others_are_read() -> None:
    mishaps.begin_anew()

    def failing() -> Iterator[Value]:
        yield Value(QUERY, "a", "before")
        raise ValueError

    request = Request("GET", "/")
    request.add_source(failing)
    request.add_source(lambda: [Value(QUERY, "b", "after")])
    assert [each.text for each in request.values()] == ["before", "after"]
    assert sum(mishaps.counts().values()) == 1


def test_values_have_an_end() -> None:
    request = Request("POST", "/")
    request.add_source(lambda: [Value(QUERY, "long", "x" * LONGEST_VALUE * 2)])
    request.add_source(lambda: (Value(QUERY, str(number), "y" * 4_000) for number in range(10_000)))
    values = request.values()
    assert len(values[0].text) == LONGEST_VALUE
    assert len(values) <= MOST_VALUES
    assert sum(len(each.text) for each in values) <= MOST_CHARACTERS + LONGEST_VALUE
    request = Request("POST", "/")
    request.add_source(lambda: (Value(QUERY, str(number), "z") for number in range(10_000)))
    assert len(request.values()) == MOST_VALUES


def test_passages_have_an_end() -> None:
    request = Request("GET", "/")
    for number in range(MOST_PASSAGES * 2):
        request.note_passage(str(number), "shell")
    request.note_passage("0", "sql")
    assert len(request.passages) == MOST_PASSAGES
    assert request.passages["1"] == {"shell"}


def test_what_was_escaped_for_a_page_is_counted() -> None:
    request = Request("GET", "/")
    for _ in range(2):
        request.note_passage("blue", "html")
    request.note_passage("green", "html", "xpath")
    assert list(request.escaped or ()) == ["blue", "blue", "green"]
    assert {name: "xpath" in safe_for for name, safe_for in request.passages.items()} == {"green": True}


def test_asking_for_effects_makes_none() -> None:
    request = Request("GET", "/")
    assert not request.has_effects
    request.effects["outbound"] += 1
    assert request.has_effects
