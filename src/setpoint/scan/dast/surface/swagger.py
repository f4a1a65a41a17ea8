"""Swagger 2.0 in the shape of OpenAPI 3. Called by `document`.

Only what tells of requests and answers is brought over. References to `#/definitions/…` stay as they are: the
definitions stay where they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.surface.schemas import entries, items

_SCHEMA_KEYS: Final = (
    "type", "format", "items", "enum", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "multipleOf", "x-example",
)  # fmt: skip
"""What stands beside a parameter's name in 2.0, and in its `schema` in 3."""

_STYLES: Final[Mapping[str, tuple[str, bool]]] = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
"""`collectionFormat` (Swagger 2.0, parameter object) as style and explode; `tsv` has none in 3."""

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def as_openapi(document: Mapping[str, Json]) -> dict[str, Json]:
    """The document with servers, request bodies and contents instead of what 2.0 has for them."""
    result = dict(document)
    result["servers"] = [{"url": address} for address in _servers(document)]
    result["components"] = {"securitySchemes": document.get("securityDefinitions", {})}
    result["paths"] = {path: _path_item(item, document) for path, item in items(document, "paths")}
    return result


def _servers(document: Mapping[str, Json]) -> list[str]:
    host, path = document.get("host"), document.get("basePath") or "/"
    if not isinstance(host, str):
        return [str(path)]
    return [f"{scheme}://{host}{path}" for scheme in entries(document, "schemes") or ["https"]]


def _path_item(item: Json, document: Mapping[str, Json]) -> Json:
    if not isinstance(item, Mapping):
        return item
    shared = [_followed(each, document) for each in entries(item, "parameters")]
    result = {key: value for key, value in item.items() if key not in METHODS and key != "parameters"}
    for method in METHODS:
        if isinstance(item.get(method), Mapping):
            result[method] = _operation(item[method], shared, document)
    return result


def _operation(operation: Mapping[str, Json], shared: list[Json], document: Mapping[str, Json]) -> dict[str, Json]:
    own = [_followed(each, document) for each in entries(operation, "parameters")]
    named = {
        (str(each.get("in")), str(each.get("name"))): each for each in [*shared, *own] if isinstance(each, Mapping)
    }
    consumes = entries(operation, "consumes") or entries(document, "consumes")
    produces = entries(operation, "produces") or entries(document, "produces") or ["application/json"]
    result = {**operation, "parameters": [_parameter(each) for each in named.values() if each.get("in") in _PLAIN]}
    if body := _body([*named.values()], consumes):
        result["requestBody"] = body
    result["responses"] = {
        status: _response(_followed(each, document), produces) for status, each in items(operation, "responses")
    }
    return result


_PLAIN: Final = ("path", "query", "header")


def _parameter(parameter: Mapping[str, Json]) -> dict[str, Json]:
    result: dict[str, Json] = {key: value for key, value in parameter.items() if key not in _SCHEMA_KEYS}
    result["schema"] = _schema(parameter)
    style, explodes = _STYLES.get(str(parameter.get("collectionFormat", "csv")), ("form", False))
    if parameter.get("type") == "array":
        result["style"] = "simple" if parameter.get("in") != "query" else style
        result["explode"] = explodes
    return result


def _schema(parameter: Mapping[str, Json]) -> dict[str, Json]:
    found = {key: parameter[key] for key in _SCHEMA_KEYS if key in parameter}
    if "x-example" in found:
        found["example"] = found.pop("x-example")
    return found


def _body(parameters: list[Mapping[str, Json]], consumes: list[Json]) -> dict[str, Json] | None:
    for each in parameters:
        if each.get("in") == "body":
            media = next((kind for kind in consumes if "json" in str(kind)), next(iter(consumes), "application/json"))
            return {"content": {str(media): {"schema": each.get("schema", {})}}}
    fields = [each for each in parameters if each.get("in") == "formData"]
    if not fields:
        return None
    has_file = any(each.get("type") == "file" for each in fields)
    media = next((kind for kind in _FORMS if kind in consumes and not has_file), _FORMS[1] if has_file else _FORMS[0])
    properties = {
        str(each.get("name")): {"type": "string", "format": "binary"} if each.get("type") == "file" else _schema(each)
        for each in fields
    }
    required = [str(each.get("name")) for each in fields if each.get("required")]
    return {"content": {media: {"schema": {"type": "object", "properties": properties, "required": required}}}}


def _response(response: Json, produces: list[Json]) -> Json:
    if not isinstance(response, Mapping) or "schema" not in response:
        return response
    return {**response, "content": {str(kind): {"schema": response["schema"]} for kind in produces}}


def _followed(value: Json, document: Mapping[str, Json]) -> Json:
    """A shared parameter or response of this document in the place of what refers to it."""
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    if not isinstance(reference, str) or not reference.startswith(("#/parameters/", "#/responses/")):
        return value
    _, section, name = reference.split("/", 2)
    return dict(items(document, section)).get(name, {})
