"""Every part of a request is read as frameworks read it, and whatever a client sends has an end."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.request import Value
from setpoint_agent.sources.parts import (
    MOST_BODY,
    MOST_ITEMS,
    MOST_PAIRS,
    of_body,
    of_cookies,
    of_headers,
    of_json,
    of_json_text,
    of_pairs,
    of_query,
)


def told(values: object) -> set[tuple[str, str, str]]:
    return {(each.part, each.name, each.text) for each in values}  # type: ignore[attr-defined]


def test_a_query() -> None:
    assert told(of_query("a=light+blue&a=gr%C3%BCn&empty=&%62=%2541")) == {
        ("raw-query", "", "a=light+blue&a=gr%C3%BCn&empty=&%62=%2541"),
        ("raw-query", "", "a=light blue&a=grün&empty=&b=%41"),
        ("query", "a", "light blue"),
        ("query", "a", "grün"),
        ("query", "empty", ""),
        ("query", "b", "%41"),
        *(("query-name", name, name) for name in ("a", "empty", "b")),
    }
    assert told(of_query("")) == set()


def test_headers_and_cookies() -> None:
    headers = [("X-Tenant", "north%20sea"), ("Accept", "*/*"), ("COOKIE", 'a=1%2B1; b="quoted"; c; =d; a=x+y')]
    assert told(of_headers(headers)) == {
        ("header", "x-tenant", "north%20sea"),
        ("header", "x-tenant", "north sea"),
        ("header-name", "x-tenant", "X-Tenant"),
        ("header", "accept", "*/*"),
        *(("cookie-name", name, name) for name in ("a", "b", "c")),
        ("cookie", "a", "1%2B1"),
        ("cookie", "a", "1+1"),
        ("cookie", "b", "quoted"),
        ("cookie", "c", ""),
        ("cookie", "a", "x+y"),
        ("cookie", "a", "x y"),
    }
    assert told(of_headers(headers)) == told(of_headers(iter(headers)))


def test_a_document() -> None:
    document = {"order": {"lines": [{"sku": "chair-7", "count": 4, "gift": True, "note": None}]}, "é": 1.5}
    expected = {
        ("json-name", "", "order"),
        ("json-name", "", "é"),
        ("json-name", "order", "lines"),
        *(("json-name", "order.lines[0]", name) for name in ("sku", "count", "gift", "note")),
        ("json", "order.lines[0].sku", "chair-7"),
        ("json", "order.lines[0].count", "4"),
        ("json", "é", "1.5"),
    }
    assert told(of_json(document)) == expected
    assert expected <= told(of_body(json.dumps(document).encode(), "application/vnd.shop+json; charset=utf-8"))
    assert expected <= told(of_body(json.dumps(document).encode(), ""))
    assert told(of_json_text('{"a":')) == {("body", "", '{"a":')}
    assert told(of_json_text("[" * 100_000)) == {("body", "", "[" * 100_000)}


def test_a_form() -> None:
    assert told(of_body(b"size=extra+large&n%61me=%E2%82%AC", "application/x-www-form-urlencoded;charset=utf-8")) == {
        ("form", "size", "extra large"),
        ("form", "name", "€"),
        ("form-name", "size", "size"),
        ("form-name", "name", "name"),
    }


def test_files() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nMy holiday\r\n'
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="beach.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xffsand\r\n--b--\r\n"
    )
    assert told(of_body(body, 'multipart/form-data; boundary="b"')) == {
        ("form", "title", "My holiday"),
        ("form-name", "title", "title"),
        ("form-name", "photo", "photo"),
        ("file-name", "photo", "beach.jpg"),
        ("file", "photo", "�sand"),
    }


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary="])
def test_parts_without_a_boundary_are_none(kind: str) -> None:
    assert told(of_body(b"--b\r\n\r\nx", kind)) == set()


def test_pairs_of_a_framework() -> None:
    pairs = [("a", "text"), ("b", 7), ("c", b"octets"), ("d", object())]
    assert told(of_pairs(pairs, "form", "form-name")) == {
        ("form", "a", "text"),
        ("form", "b", "7"),
        ("form", "c", "octets"),
        *(("form-name", name, name) for name in "abcd"),
    }


def test_all_has_an_end() -> None:
    many = "&".join(f"a{number}=b{number}" for number in range(MOST_PAIRS * 4))
    assert len(list(of_query(many))) <= MOST_PAIRS * 2 + 2
    assert len(list(of_cookies(many.replace("&", ";")))) <= MOST_PAIRS * 3
    assert len(list(of_json([["deep"]] * MOST_ITEMS * 4))) <= MOST_ITEMS
    assert all(len(each.text) <= MOST_BODY for each in of_body(b"x" * MOST_BODY * 3, "text/plain"))


@settings(deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        ["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=-", "é;=;"]
    ),
    st.text(max_size=100),
)
def test_whatever_is_sent_is_read(body: bytes, kind: str, text: str) -> None:
    values = [*of_body(body, kind), *of_query(text), *of_headers([(text, text), ("Cookie", text)]), *of_json_text(text)]
    assert all(isinstance(each, Value) for each in values)
