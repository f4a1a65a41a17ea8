from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.sent_values import sent_values

PARTS = (
    Part(PartPlace.PATH, "order"),
    Part(PartPlace.PATH, "line"),
    Part(PartPlace.QUERY, "view"),
    Part(PartPlace.HEADER, "x-region"),
    Part(PartPlace.COOKIE, "theme"),
)
BASE = "https://shop.example/api"
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1)


@given(path=TEXTS, query=TEXTS, cookie=TEXTS, header=WORDS)
def test_values_are_read_as_they_were_written(path: str, query: str, cookie: str, header: str) -> None:
    operation = Operation("GET", "/orders/{order}/lines/{line}", PARTS)
    values = dict(zip(PARTS, (path, "7", query, header, cookie), strict=True))

    assert sent_values(request_of(BASE, operation, values), operation) == values


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (BodyForm.JSON, {"/name": "Ada", "/items/0/count": 3, "/items/0/is~1new": True}),
        (BodyForm.FORM, {"name": "Ada & Bob", "empty": ""}),
        (BodyForm.MULTIPART, {"name": "Ada", "note": "two\r\nlines"}),
        (BodyForm.TEXT, {"": "a whole text"}),
        (BodyForm.XML, {"/name": "Ada <3", "/age": "36"}),
    ],
)
def test_bodies(form: BodyForm, values: dict[str, Json]) -> None:
    operation = Operation("POST", "/people", tuple(Part(PartPlace.BODY, name) for name in values), body=form)

    sent = request_of(BASE, operation, {part: values[part.name] for part in operation.parts})

    assert {part.name: value for part, value in sent_values(sent, operation).items()} == values


@pytest.mark.parametrize("form", list(BodyForm))
@pytest.mark.parametrize("body", [b"", b"{", b"<a", b"\xff\xfe", b"[1]", b"--x"])
def test_a_body_of_another_form_has_no_values(form: BodyForm, body: bytes) -> None:
    operation = Operation("POST", "/people", (Part(PartPlace.BODY, "/name"),), body=form)

    found = sent_values(Sent("POST", f"{BASE}/people", body=body), operation)

    assert all(isinstance(each, str) for each in found.values())


def test_parts_that_were_not_sent_have_no_value() -> None:
    assert sent_values(Sent("GET", f"{BASE}/other"), Operation("GET", "/orders/{order}/lines/{line}", PARTS)) == {}
