from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.dast import BodyForm, Link, Operation, PartPlace
from setpoint.scan.dast.surface.document import surface_of
from setpoint.scan.dast.surface.operations import form_of


def operation(said: dict[str, Any], *, item: dict[str, Any] | None = None, **document: Any) -> Operation:
    paths = {"/orders/{id}": {**(item or {}), "post": said}}
    told = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths, **document}
    return surface_of(told, "x", "http://host", lambda _: {}, where="x").operations[0]


def test_an_operation_has_the_parameters_of_its_path_and_its_own() -> None:
    shared = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 4},
        {"name": "q", "in": "query", "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "schema": {}},
    ]
    own = [
        {
            "name": "q",
            "in": "query",
            "required": True,
            "style": "pipeDelimited",
            "explode": False,
            "schema": {"default": "d"},
        },
        {"name": "filter", "in": "query", "content": {"application/json": {"example": {"a": 1}}}},
        {"name": "X-Trace", "in": "header", "examples": {"one": {"value": "t"}}},
    ]
    parts = {part.name: part for part in operation({"parameters": own}, item={"parameters": shared}).parts}
    assert {name: (part.place, part.example, part.is_required) for name, part in parts.items()} == {
        "id": (PartPlace.PATH, 4, True),
        "q": (PartPlace.QUERY, "d", True),
        "filter": (PartPlace.QUERY, {"a": 1}, False),
        "X-Trace": (PartPlace.HEADER, "t", False),
    }
    assert (parts["q"].style, parts["q"].is_exploded, parts["filter"].style) == ("pipeDelimited", False, "json")


def test_a_json_body_is_its_leaves() -> None:
    schema = {
        "allOf": [
            {"type": "object", "required": ["customer"], "properties": {"id": {"type": "integer", "readOnly": True}}}
        ],
        "properties": {
            "customer": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "a/b": {}}},
            "lines": {
                "type": "array",
                "items": {"oneOf": [{"type": "null"}, {"properties": {"sku": {"enum": ["A"]}}}]},
            },
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    media = {"schema": schema, "example": {"customer": {"name": "Ann"}, "tags": ["new"]}}
    found = operation({"requestBody": {"content": {"application/vnd.x+json": media}}})
    parts = {part.name: (part.example, part.is_required) for part in found.parts if part.place is PartPlace.BODY}
    assert found.body is BodyForm.JSON
    assert parts == {
        "/customer/name": ("Ann", True),
        "/customer/a~1b": (None, False),
        "/lines/0/sku": ("A", False),
        "/tags/0": ("new", False),
    }


@pytest.mark.parametrize(
    ("kind", "form", "names"),
    [
        ("application/x-www-form-urlencoded", BodyForm.FORM, ["a", "file"]),
        ("multipart/form-data", BodyForm.MULTIPART, ["a", "file"]),
        ("application/xml", BodyForm.XML, ["/Order/a", "/Order/file"]),
        ("text/csv", BodyForm.TEXT, [""]),
    ],
)
def test_other_bodies(kind: str, form: BodyForm, names: list[str]) -> None:
    order = {"type": "object", "properties": {"a": {"type": "string"}, "file": {"type": "string", "format": "binary"}}}
    said = {"requestBody": {"content": {kind: {"schema": {"$ref": "#/components/schemas/Order"}}}}}
    found = operation(said, components={"schemas": {"Order": order}})
    assert (found.body, [part.name for part in found.parts if part.place is PartPlace.BODY]) == (form, names)


def test_the_kind_that_is_easiest_to_change_is_taken() -> None:
    body = {"content": {"text/plain": {}, "application/xml": {}, "application/json": {"schema": {"type": "string"}}}}
    assert operation({"requestBody": body}).body is BodyForm.JSON
    assert form_of("image/png") is None


@pytest.mark.parametrize(
    ("of_all", "of_this", "expected"),
    [
        (None, None, None),
        ([{"key": []}], None, (("key",),)),
        ([{"key": []}], [], ()),
        ([{"key": []}], [{}, {"b": [], "a": []}], ((), ("a", "b"))),
    ],
)
def test_security_is_the_operations_own_else_the_documents(of_all: Any, of_this: Any, expected: Any) -> None:
    said = {} if of_this is None else {"security": of_this}
    also = {} if of_all is None else {"security": of_all}
    assert operation(said, **also).security == expected


def test_scopes_answers_and_links_are_kept() -> None:
    answer = {
        "content": {"application/json": {"schema": {"type": "array"}}},
        "links": {
            "read": {"operationId": "readOrder", "parameters": {"path.id": "$response.body#/id"}},
            "list": {"operationRef": "#/paths/~1orders~1{id}/get", "parameters": {"id": "$response.header.X-Id"}},
        },
    }
    found = operation({"security": [{"o": ["admin", "read"]}], "responses": {"201": answer}, "operationId": "make"})
    assert (found.name, found.scopes, found.responses) == ("make", ("admin", "read"), {"201": {"type": "array"}})
    assert found.links == (
        Link("readOrder", "id", "$response.body#/id"), Link("GET /orders/{id}", "id", "$response.header.X-Id"),
    )  # fmt: skip


def test_swagger_2_is_read_as_its_successor() -> None:
    said = {
        "consumes": ["multipart/form-data"],
        "parameters": [
            {"$ref": "#/parameters/page"},
            {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"},
            {"name": "file", "in": "formData", "type": "file", "required": True},
        ],
        "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Order"}}},
    }
    body = {"parameters": [{"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Order"}}]}
    told = {
        "swagger": "2.0", "host": "api.example", "basePath": "/v1", "schemes": ["https"],
        "parameters": {"page": {"name": "page", "in": "query", "type": "integer", "minimum": 2}},
        "definitions": {"Order": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}},
        "paths": {"/files": {"post": said}, "/orders": {"post": body}},
        "security": [{"key": []}],
    }  # fmt: skip
    surface = surface_of(told, "x", "https://staging.example", lambda _: {}, where="x")
    files, orders = surface.operations
    assert surface.base == "https://staging.example/v1"
    assert files.body is BodyForm.MULTIPART
    assert [(part.name, part.style, part.schema.get("minimum")) for part in files.parts] == [
        ("page", "", 2), ("tags", "pipeDelimited", None), ("file", "", None),
    ]  # fmt: skip
    assert files.responses["200"]["required"] == ["sku"]
    assert [(part.name, part.is_required) for part in orders.parts] == [("/sku", True)]
    assert orders.security == (("key",),)
