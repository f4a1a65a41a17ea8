from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scan.dast.conftest import PlainSender

from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.dast import Operation, Surface
from setpoint.scan.dast.surface.document import base_of, fetch_document, read_document, surface_of

OK = {"responses": {"200": {"description": "ok"}}}


def document(paths: dict[str, Any], **also: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **also}


def write(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def keys(surface: Surface) -> list[str]:
    return [each.key for each in surface.operations]


def test_a_file_in_yaml_and_one_in_json_say_the_same(tmp_path: Path) -> None:
    text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: ok}}}}}"
    yaml, as_json = write(tmp_path, "a.yaml", text), write(tmp_path, "a.json", document({"/a": {"get": OK}}))
    for path in (yaml, as_json):
        surface = read_document(path, "http://host")
        assert (surface.base, keys(surface), surface.remarks) == ("http://host", ["GET /a"], ())


def test_references_lead_inside_and_to_files_beside_it_only(tmp_path: Path) -> None:
    write(tmp_path, "common.yaml", "Name: {type: string, maxLength: 9}\nOther: {$ref: '#/Name'}")
    write(tmp_path.parent, "outside.json", {"x": {"type": "string"}})
    fields = {
        "name": {"$ref": "common.yaml#/Other"},
        "secret": {"$ref": "../outside.json#/x"},
        "file": {"$ref": "/etc/passwd"},
        "far": {"$ref": "https://elsewhere.example/s.json"},
    }
    body = {"requestBody": {"content": {"application/json": {"schema": {"properties": fields}}}}, **OK}
    surface = read_document(write(tmp_path, "a.json", document({"/a": {"post": body}})), "http://host")
    assert {part.name: dict(part.schema).get("maxLength") for part in surface.operations[0].parts} == {
        "/name": 9, "/secret": None, "/file": None, "/far": None,
    }  # fmt: skip
    assert sum("was not followed" in each for each in surface.remarks) == 3


def test_schemas_that_contain_themselves_come_to_an_end(tmp_path: Path) -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}}}
    many = {
        f"S{n}": {"properties": {f"p{m}": {"$ref": f"#/components/schemas/S{m}"} for m in range(12)}} for n in range(12)
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}
    wide = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    paths = {"/a": {"post": {"requestBody": body, **OK}}, "/b": {"post": {"requestBody": wide, **OK}}}
    told = document(paths, components={"schemas": {"Node": node, **many}})
    surface = read_document(write(tmp_path, "a.json", told), "http://host")
    assert [part.name for part in surface.operations[0].parts] == ["/name", "/next"]
    assert len(surface.operations[1].parts) <= 200


@pytest.mark.parametrize(
    ("servers", "base", "expected"),
    [
        ([{"url": "/v2/"}], "http://host", "http://host/v2"),
        ([{"url": "https://api.prod.example/v2"}], "https://staging.example", "https://staging.example/v2"),
        ([{"url": "https://a.example/x"}, {"url": "http://host/y"}], "http://host", "http://host/y"),
        ([{"url": "https://{region}.example/{v}", "variables": {"v": {"default": "v3"}}}], "http://h", "http://h/v3"),
        ([{"url": "/v2"}], "http://host/gateway", "http://host/gateway"),
        ([{"url": "/gateway/v2"}], "http://host/gateway", "http://host/gateway/v2"),
        ([{"url": "http://[bad"}], "http://host", "http://host"),
        ("nonsense", "http://host", "http://host"),
        ([], "http://host/", "http://host"),
    ],
)
def test_servers_say_where_paths_begin(servers: Any, base: str, expected: str) -> None:
    assert base_of({"servers": servers}, base) == expected


def test_a_flawed_document_is_read_and_its_flaws_are_told(tmp_path: Path) -> None:
    told = document({"/a/{id}": {"get": {"parameters": [{"name": "q"}, 5]}}, "b": {}, "/c": []})
    surface = read_document(write(tmp_path, "a.json", told), "http://host")
    assert keys(surface) == ["GET /a/{id}"]
    assert [part.name for part in surface.operations[0].parts] == ["id"]
    assert any("is not valid OpenAPI 3.0.3 at" in each for each in surface.remarks)


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "plain", '{"openapi": "3.0.0", "paths": []}', "{", ""])
def test_what_is_no_document_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_document(write(tmp_path, "a.json", text), "http://host")
    assert "a.json" in caught.value.where


def test_a_document_of_the_target_is_fetched_from_there_alone(serve: Any) -> None:
    app = Flask("api")
    inner = document({"/a": {"get": {**OK, "parameters": [{"$ref": "/parts.yaml#/q"}]}}})
    app.add_url_rule("/o.json", "o", lambda: inner)
    app.add_url_rule("/parts.yaml", "p", lambda: Response("q: {name: q, in: query, schema: {type: integer}}"))
    app.add_url_rule("/page", "page", lambda: "<p>no document</p>")
    base = serve(app)
    sender = PlainSender(base)
    surface = fetch_document(f"{base}/o.json", base, sender)
    assert [part.name for part in surface.operations[0].parts] == ["q"]
    for url in ("http://elsewhere.example/o.json", f"{base}/page", f"{base}/none"):
        with pytest.raises(InputError):
            fetch_document(url, base, sender)
    with pytest.raises(CouldNotTellError):
        fetch_document("http://127.0.0.1:9/o.json", "http://127.0.0.1:9", PlainSender("http://127.0.0.1:9"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "get", "body", "query", "#/paths", "a"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["get", "post", "parameters", "requestBody", "content", "application/json", "schema", "$ref", "in", "name",
             "responses", "200", "links", "security", "servers", "properties", "required", "items", "allOf", "examples",
             "xml", "application/xml", "multipart/form-data", "tags", "type", "example", "consumes", "definitions"]
        ),
        inner, max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON, JSON, st.sampled_from(["openapi", "swagger"]))
@settings(max_examples=150, deadline=None)
def test_no_document_of_a_target_trips_the_reading(item: Any, also: Any, version: str) -> None:
    told = {version: "2.0" if version == "swagger" else "3.1.0", "paths": {"/a/{id}": item, "/b": {"post": also}}}
    told |= also if isinstance(also, dict) else {}
    surface = surface_of(told, "x", "http://host", lambda _: {}, where="x")
    assert all(isinstance(each, Operation) for each in surface.operations)
