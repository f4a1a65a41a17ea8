from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.yardstick import Yardstick, yardstick_of

PAYLOAD = 'shoe\' AND 12 = 12 <b> "k" -- k'


def answer(body: str, *, status: int = 200, **headers: str) -> Answer:
    kind = "text/html" if body.startswith("<") else "text/plain"
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, (("content-type", kind), *given), body.encode())


def document(value: Json) -> Answer:
    return Answer(200, (("content-type", "application/json"),), json.dumps(value).encode())


def test_what_changes_by_itself_is_left_out() -> None:
    def at(number: int, *names: str) -> Answer:
        return document({"request": number, "time": f"2026-01-01T00:00:{number}Z", "names": names, "status": "ok"})

    yardstick = yardstick_of(at(10, "a", "b"), at(11, "a", "b"), [])

    assert yardstick is not None
    assert yardstick.reading(at(12, "a", "b"), []) == yardstick.reading(at(13, "a", "b"), [])
    assert yardstick.reading(at(12, "a", "b"), []) != yardstick.reading(at(12, "b", "a"), [])


def test_lines_of_a_page_that_count() -> None:
    def page(number: int, text: str) -> Answer:
        return answer(f"<p>Visitor {number}</p><h1>Shoes</h1><ul><li>{text}</li></ul>")

    yardstick = yardstick_of(page(1, "red"), page(2, "red"), [])

    assert yardstick is not None
    assert yardstick.reading(page(3, "red"), []) == yardstick.reading(page(44, "red"), [])
    assert yardstick.reading(page(3, "red"), []) != yardstick.reading(page(3, "blue"), [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (answer("a\nb\nc"), answer("d\ne\nf")),
        (answer("a"), answer("a", status=500)),
        (answer("a", status=429), answer("a", status=429)),
        (answer("a"), Answer(200, (), b"a", is_whole=False)),
    ],
)
def test_no_yardstick_where_nothing_is_the_same(first: Answer, second: Answer) -> None:
    assert yardstick_of(first, second, []) is None


@pytest.mark.parametrize(
    "spelt",
    [
        answer(f"<p>Results for {escape(PAYLOAD)}</p>"),
        answer(f"Results for {PAYLOAD}"),
        document({"asked": PAYLOAD}),
        answer("Results for shoe%27%20AND%2012%20%3D%2012%20%3Cb%3E%20%22k%22%20--%20k"),
        answer(f"Results for {PAYLOAD.upper()}"),
        document({"html": f"<p>{escape(PAYLOAD)}</p>"}),
    ],
)
def test_what_was_sent_means_nothing(spelt: Answer) -> None:
    reading = Yardstick().reading(spelt, [PAYLOAD])

    assert reading is not None
    assert all("AND" not in line.upper() for line in reading.lines)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_an_answer_reads_as_itself(value: Any) -> None:
    once = document({"value": value})

    yardstick = yardstick_of(once, document({"value": value}), ["a"])

    assert yardstick == Yardstick()


def test_where_it_leads_to_is_read() -> None:
    home, again = (answer("", status=302, location=to) for to in ("/home?x=1", "/login"))

    assert Yardstick().reading(home, []) != Yardstick().reading(again, [])
