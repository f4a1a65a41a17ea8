"""What a request that a page's script made says of its operation. Called by `browser_gate`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Part, PartPlace
from setpoint.scan.dast.surface.operations import form_of
from setpoint.scan.dast.surface.pages import MAX_FIELDS
from setpoint.scan.dast.surface.schemas import body_parts
from setpoint.scan.dast.surface.sighted import Sighting, below

LARGEST_BODY: Final = 100_000
"""Bytes: what a page sends beyond that is a file, which says nothing of its fields."""

_MULTIPART_FIELD: Final = re.compile(rb'form-data; name="([^"\r\n]{1,100})"(; filename=)?', re.IGNORECASE)
"""As browsers write them (RFC 7578, 4.2)."""


def sighting_of_request(base: str, method: str, url: str, content_type: str = "", body: bytes = b"") -> Sighting | None:
    """None where it goes elsewhere than below the base."""
    at = below(base, url.partition("#")[0])
    if at is None:
        return None
    form, parts = _body(content_type, body[:LARGEST_BODY])
    return Sighting(method, *at, body=form, parts=tuple(parts))


def _body(content_type: str, body: bytes) -> tuple[BodyForm, list[Part]]:
    """Scripts that send JSON often leave its type out, which makes it plain text."""
    if not body:
        return BodyForm.NONE, []
    form = form_of(content_type)
    if form is BodyForm.FORM:
        return form, list(_form_parts(body))
    if form is BodyForm.MULTIPART:
        return form, list(_multipart_parts(body))
    try:
        document: Json = json.loads(body)
    except (ValueError, RecursionError):
        return form or BodyForm.TEXT, [Part(PartPlace.BODY, "", {"type": "string"}, is_required=True)]
    if form is not BodyForm.JSON and not isinstance(document, dict | list):
        return BodyForm.TEXT, [
            Part(PartPlace.BODY, "", {"type": "string"}, body.decode(errors="replace"), is_required=True)
        ]
    return BodyForm.JSON, [replace(part, schema=_schema(part.example)) for part in body_parts({}, document)]


def _form_parts(body: bytes) -> Iterator[Part]:
    fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    for name, value in list(fields.items())[:MAX_FIELDS]:
        yield Part(PartPlace.BODY, name, {"type": "string"}, value, is_required=True)


def _multipart_parts(body: bytes) -> Iterator[Part]:
    fields = {found[1].decode(errors="replace"): bool(found[2]) for found in _MULTIPART_FIELD.finditer(body)}
    for name, is_file in list(fields.items())[:MAX_FIELDS]:
        schema: dict[str, Json] = {"type": "string", "format": "binary"} if is_file else {"type": "string"}
        yield Part(PartPlace.BODY, name, schema, is_required=True)


def _schema(value: Json) -> dict[str, Json]:
    """Of a leaf: a value that is null, or an empty list or object, tells no type."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    return {"type": "string"} if isinstance(value, str) else {}
