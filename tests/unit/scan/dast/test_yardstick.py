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


@pytest.mark.parametrize(
    ("now", "later"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:09 GMT"),
        ("at 10:00:00", "at 10:00:09"),
        ("1767225600", "1767225609"),
        ("1767225600123", "1767225609456"),
        ("in 3 ms", "in 12.5 ms"),
        ("7d444840-9dc0-11d1-b245-5ffdce74fad2", "e902893a-9d22-3c7e-a7b8-d6e313b71d9f"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyIn0"),
    ],
)
def test_moments_and_tokens_mean_nothing(now: str, later: str) -> None:
    """They may be the same in both answers that a yardstick is made of."""
    assert Yardstick().reading(document({"it": now}), []) == Yardstick().reading(document({"it": later}), [])


def test_a_short_value_is_no_part_of_a_moment() -> None:
    now, later = (document({"at": each, "id": 1}) for each in ("1767225600", "1767225711"))

    assert Yardstick().reading(now, ["1"]) == Yardstick().reading(later, ["1"])


def test_where_it_leads_to_is_read() -> None:
    home, again = (answer("", status=302, location=to) for to in ("/home?x=1", "/login"))

    assert Yardstick().reading(home, []) != Yardstick().reading(again, [])


@pytest.mark.parametrize("value", ["en", "sent", "me"])
def test_a_short_value_is_no_part_of_what_stands_for_another(value: str) -> None:
    yardstick = Yardstick()
    alone = yardstick.reading(document({"kept": value}), [value])
    assert yardstick.reading(document({"kept": "a longer payload"}), ["a longer payload", value]) == alone


def test_an_echo_of_nothing_is_an_echo() -> None:
    yardstick = Yardstick()
    alone = yardstick.reading(document({"kept": "", "other": "same"}), [""])
    assert yardstick.reading(document({"kept": "a payload", "other": "same"}), ["a payload", ""]) == alone
    assert yardstick.reading(document({"kept": "", "other": "new"}), [""]) != alone
