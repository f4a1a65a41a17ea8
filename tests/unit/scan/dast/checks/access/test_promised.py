"""What schemas list, against what documents hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation
from setpoint.scan.dast.answers import leaves
from setpoint.scan.dast.checks.access.promised import is_listed, schema_of

PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "home": {"properties": {"city": {}}}}}

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("schema", "pointer", "listed"),
    [
        (PERSON, "/name", True),
        (PERSON, "/home/city", True),
        (PERSON, "/home/street", False),
        (PERSON, "/hash", False),
        ({"type": "array", "items": PERSON}, "/3/hash", False),
        ({"type": "array", "items": PERSON}, "/3/name", True),
        ({"allOf": [PERSON, {"properties": {"hash": {}}}]}, "/hash", True),
        ({"oneOf": [PERSON, {"properties": {"id": {}}}]}, "/hash", False),
        ({"type": "object"}, "/hash", None),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "/hash", True),
        ({}, "/hash", None),
    ],
)
def test_listed(schema: Json, pointer: str, listed: bool | None) -> None:
    assert is_listed(schema, pointer) is listed


def _schema_for(document: Json) -> Json:
    if isinstance(document, dict):
        return {"properties": {name: _schema_for(value) for name, value in document.items()}}
    if isinstance(document, list):
        return {"items": {"anyOf": [_schema_for(each) for each in document]}}
    return {}


@given(DOCUMENTS)
def test_a_schema_made_of_a_document_lists_all_of_it(document: Json) -> None:
    schema = _schema_for(document)
    assert all(is_listed(schema, pointer) for pointer, _ in leaves(document))


@pytest.mark.parametrize(("status", "kept"), [(200, "exact"), (201, "class"), (404, "rest")])
def test_the_nearest_schema_counts(status: int, kept: str) -> None:
    responses = {"200": {"title": "exact"}, "2XX": {"title": "class"}, "default": {"title": "rest"}}
    assert schema_of(Operation("GET", "/", responses=responses), status) == {"title": kept}
