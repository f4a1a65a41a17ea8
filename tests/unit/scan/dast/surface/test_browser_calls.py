from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import BodyForm, Part, PartPlace
from setpoint.scan.dast.surface.browser_calls import sighting_of_request
from setpoint.scan.dast.surface.sighted import operation_of

BASE = "http://shop.example/app"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def body_of(content_type: str, body: bytes) -> tuple[BodyForm, list[tuple[str, object, object]]]:
    seen = sighting_of_request(BASE, "POST", f"{BASE}/orders", content_type, body)
    assert seen is not None
    return seen.body, [(part.name, part.schema.get("type"), part.example) for part in seen.parts]


def test_a_request_is_of_a_template_with_its_query() -> None:
    seen = sighting_of_request(BASE, "GET", f"{BASE}/orders/17?state=open#top")
    assert seen is not None
    operation = operation_of(seen)
    assert operation.key == "GET /orders/{id}"
    assert operation.parts == (
        Part(PartPlace.PATH, "id", {"type": "integer"}, "17", is_required=True),
        Part(PartPlace.QUERY, "state", {"type": "string"}, "open"),
    )


@pytest.mark.parametrize("url", ["http://shop.example/api", "https://shop.example/app/x", "http://other.example/app/x"])
def test_what_is_beside_the_base_is_no_operation(url: str) -> None:
    assert sighting_of_request(BASE, "GET", url) is None


@pytest.mark.parametrize("content_type", [JSON, "application/vnd.shop+json", "text/plain;charset=UTF-8", ""])
def test_json_is_known_by_what_it_is(content_type: str) -> None:
    body = b'{"item": {"name": "tea", "grams": 1.5}, "count": 2, "gift": true, "note": null, "tags": ["a", "b"]}'
    assert body_of(content_type, body) == (
        BodyForm.JSON,
        [
            ("/item/name", "string", "tea"),
            ("/item/grams", "number", 1.5),
            ("/count", "integer", 2),
            ("/gift", "boolean", True),
            ("/note", None, None),
            ("/tags/0", "string", "a"),
        ],
    )


def test_forms_have_a_part_for_each_field() -> None:
    assert body_of(FORM, b"name=tea&note=") == (BodyForm.FORM, [("name", "string", "tea"), ("note", "string", "")])
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
    assert body_of(MULTIPART, file) == (BodyForm.MULTIPART, [("file", "string", None)])


@pytest.mark.parametrize(("content_type", "body"), [("text/plain", b"17"), ("text/plain", b"tea"), ("", b"\xff\xfe")])
def test_anything_else_is_one_text(content_type: str, body: bytes) -> None:
    form, parts = body_of(content_type, body)
    assert (form, [name for name, _, _ in parts]) == (BodyForm.TEXT, [""])


@given(st.sampled_from([JSON, FORM, MULTIPART, "application/xml", "text/plain", ""]), st.binary(max_size=200))
def test_no_body_is_too_strange(content_type: str, body: bytes) -> None:
    seen = sighting_of_request(BASE, "POST", f"{BASE}/orders", content_type, body)
    assert seen is not None
    assert operation_of(seen).key == "POST /orders"
