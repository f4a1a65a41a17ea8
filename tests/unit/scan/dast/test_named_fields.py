from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import Answer
from setpoint.scan.dast.named_fields import MOST_FIELDS, asks_for_json, named_in_refusal


def refusal(document: Any) -> Answer:
    return Answer(422, (), document.encode() if isinstance(document, str) else orjson.dumps(document))


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"detail": [{"loc": ["body", "email"], "msg": "Field required"}, {"loc": ["body", "pw"]}]}, ["email", "pw"]),
        ({"detail": [{"loc": ["body", "user", "email"], "msg": "Field required"}]}, ["user.email"]),
        ({"detail": [{"loc": ["body"], "msg": "Field required"}]}, []),
        ({"detail": [{"loc": ["query", "page"], "msg": "Field required"}]}, []),
        ({"email": ["This field is required."], "password": ["This field may not be blank."]}, ["email", "password"]),
        ({"errors": [{"path": "email", "location": "body", "msg": "Invalid value"}]}, ["email"]),
        ({"errors": [{"param": "id", "location": "query", "msg": "Invalid value"}]}, []),
        ({"errors": [{"field": "title", "defaultMessage": "must not be blank"}]}, ["title"]),
        ({"title": "must not be blank"}, ["title"]),
        ({"message": "'email' is a required property"}, ["email"]),
        ({"error": "missing title"}, ["title"]),
        ({"error": "Missing required fields: title, body_text"}, ["title", "body_text"]),
        ({"error": "email and password are required"}, ["email", "password"]),
        ("username is required", ["username"]),
        ({"error": "a JSON object is expected"}, []),
        ({"error": "authentication required"}, []),
        ({"error": "request body is missing"}, []),
        ({"error": "no such thing"}, []),
        ([], []),
    ],
)
def test_fields_are_read_from_refusals(document: Any, names: list[str]) -> None:
    assert named_in_refusal(refusal(document)) == names


def test_a_json_document_is_asked_for() -> None:
    assert asks_for_json(refusal({"error": "a JSON object is expected"}))
    assert asks_for_json(refusal("Request Content-Type was not 'application/json'."))
    assert not asks_for_json(refusal({"error": "the cart is empty"}))


@given(st.binary(max_size=400))
def test_any_answer_is_bounded(body: bytes) -> None:
    assert len(named_in_refusal(Answer(400, (), body))) <= MOST_FIELDS
