from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import default
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.surface.schemas import body_parts

BASE = "http://host/api"


def url(part: Part, value: Any, path: str = "/x") -> str:
    return request_of(BASE, Operation("GET", path), {part: value}).url.removeprefix(BASE)


@pytest.mark.parametrize(
    ("style", "explodes", "value", "expected"),
    [
        ("", None, "a/b c", "/x/a%2Fb%20c"),
        ("", None, ["a", "b,c"], "/x/a,b%2Cc"),
        ("simple", True, {"r": 1, "g": 2}, "/x/r=1,g=2"),
        ("simple", False, {"r": 1}, "/x/r,1"),
        ("label", False, ["a", "b"], "/x/.a,b"),
        ("label", True, ["a", "b"], "/x/.a.b"),
        ("matrix", True, ["a", "b"], "/x/;p=a;p=b"),
        ("matrix", False, ["a", "b"], "/x/;p=a,b"),
        ("", None, "..", "/x/%2E%2E"),
    ],
)
def test_a_path_is_written_by_its_style(style: str, explodes: bool | None, value: Any, expected: str) -> None:
    part = Part(PartPlace.PATH, "p", style=style, is_exploded=explodes)
    assert url(part, value, "/x/{p}") == expected


@pytest.mark.parametrize(
    ("style", "explodes", "value", "expected"),
    [
        ("", None, ["a", "b"], "p=a&p=b"),
        ("form", False, ["a", "b"], "p=a%2Cb"),
        ("spaceDelimited", False, ["a", "b"], "p=a+b"),
        ("pipeDelimited", None, ["a", "b"], "p=a%7Cb"),
        ("deepObject", True, {"k": 1}, "p%5Bk%5D=1"),
        ("form", True, {"k": 1}, "k=1"),
        ("form", False, {"k": 1}, "p=k%2C1"),
        ("json", None, {"k": 1}, "p=%7B%22k%22%3A+1%7D"),
        ("", None, True, "p=true"),
    ],
)
def test_a_query_is_written_by_its_style(style: str, explodes: bool | None, value: Any, expected: str) -> None:
    assert url(Part(PartPlace.QUERY, "p", style=style, is_exploded=explodes), value) == f"/x?{expected}"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_whatever_a_query_or_a_path_holds_arrives_whole(text: str) -> None:
    asked = urlsplit("http://h" + url(Part(PartPlace.QUERY, "q"), text))
    assert parse_qs(asked.query, keep_blank_values=True)["q"] == [text]
    assert "/" not in url(Part(PartPlace.PATH, "p"), text, "/{p}").removeprefix("/")


@given(
    st.recursive(
        st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        lambda inner: st.dictionaries(st.sampled_from(["a", "b/c", "~d", "e"]), inner, min_size=1, max_size=3),
        max_leaves=6,
    ).filter(lambda value: isinstance(value, dict))
)
def test_a_body_of_leaves_is_the_document_that_they_are_of(document: dict[str, Any]) -> None:
    parts = body_parts({}, document)
    sent = request_of(BASE, Operation("POST", "/x", parts, BodyForm.JSON), {part: part.example for part in parts})
    assert json.loads(sent.body) == document  # orjson reads no integers of more than 64 bits


def test_a_list_and_a_whole_document() -> None:
    values = {Part(PartPlace.BODY, "/items/0/id"): 1, Part(PartPlace.BODY, "/items/1/id"): 2}
    operation = Operation("POST", "/x", body=BodyForm.JSON)
    assert orjson.loads(request_of(BASE, operation, values).body) == {"items": [{"id": 1}, {"id": 2}]}
    assert request_of(BASE, operation, {Part(PartPlace.BODY, ""): [1]}).body == b"[1]"


def test_files_have_a_name_and_a_kind() -> None:
    image = Part(PartPlace.BODY, "image", {"format": "binary", "contentMediaType": "image/png"})
    values = {
        image: "bytes",
        Part(PartPlace.BODY, "page"): {"filename": 'a".svg', "content": "<svg/>"},
        Part(PartPlace.BODY, "note"): "hello",
    }
    sent = request_of(BASE, Operation("POST", "/x", body=BodyForm.MULTIPART), values)
    head = dict(sent.headers)["content-type"].encode()
    message = message_from_bytes(b"content-type: " + head + b"\r\n\r\n" + sent.body, policy=default)
    parts = list(message.iter_parts())
    assert [each.get_content_type() for each in parts] == ["image/png", "image/svg+xml", "text/plain"]
    assert [each.get_filename() for each in parts] == ["setpoint.png", "a%22.svg", None]


def test_xml_has_the_root_that_its_parts_share() -> None:
    operation = Operation("POST", "/x", body=BodyForm.XML)
    values = {Part(PartPlace.BODY, "/order/name"): "a<b", Part(PartPlace.BODY, "/order/line/0/n"): 1}
    assert request_of(BASE, operation, values).body == b"<order><name>a&lt;b</name><line><n>1</n></line></order>"
    assert request_of(BASE, operation, {Part(PartPlace.BODY, "/n"): 1}).body == b"<request><n>1</n></request>"
    assert request_of(BASE, operation, {Part(PartPlace.BODY, ""): "<a/>"}).body == b"<a/>"


def test_headers_and_cookies_stand_in_their_places() -> None:
    values = {
        Part(PartPlace.HEADER, "X-Ids"): [1, 2],
        Part(PartPlace.COOKIE, "c"): "a;b",
        Part(PartPlace.QUERY, "q"): None,
    }
    sent = request_of(BASE, Operation("GET", "/x"), values)
    headers = dict(sent.headers)
    assert headers["X-Ids"] == "1,2"
    assert SimpleCookie(headers["cookie"])["c"].value == "a;b"
    assert sent.url == f"{BASE}/x"
