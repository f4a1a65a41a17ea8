"""What answers show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves, likeness, page_of, shown

HTML = (("content-type", "text/html"),)
JSON = (("content-type", "application/json"),)


def test_leaves_have_pointers_in_their_order() -> None:
    assert list(leaves({"a/b": [1, {"~": None}], "c": {}})) == [("/a~1b/0", 1), ("/a~1b/1/~0", None)]


@pytest.mark.parametrize("body", [b"", b"[1, ", b"text", b"<p>", b"12"])
def test_what_is_no_document(body: bytes) -> None:
    assert json_of(Answer(200, JSON, body)) is None


def test_a_page_shows_texts_and_values_of_fields_but_no_scripts() -> None:
    body = "<h1>Ännes  <b>order</b></h1><input value='ring twice'><script>hidden()</script> below".encode()
    assert shown(Answer(200, HTML, body)) == {"Ännes", "order", "ring twice", "below"}


@pytest.mark.parametrize("body", [b"", b"<", b"<!--", b"\x00\xff<p>", b"<?xml version='1.0'?>", b"   "])
def test_broken_pages_do_no_harm(body: bytes) -> None:
    answer = Answer(200, HTML, body)
    page_of(answer)
    assert isinstance(shown(answer), frozenset)


@given(st.binary(max_size=60))
def test_any_bytes_are_as_they_are(body: bytes) -> None:
    answer = Answer(200, HTML, body)
    assert likeness(answer, answer) == 1.0


def test_likeness_counts_what_both_show() -> None:
    one, other = (Answer(200, JSON, body) for body in (b'{"a": 1, "b": 2}', b'{"a": 1, "b": 3}'))
    assert likeness(one, other) == pytest.approx(1 / 3)
