"""The body of a request from its fields: JSON, forms, files, XML, text. Called by `requests`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from mimetypes import guess_extension, guess_type
from typing import Any, assert_never
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Part
from setpoint.scan.dast.styles import pairs, written
from setpoint.scan.dast.values import is_file

Fields = Sequence[tuple[Part, Json]]


def body_of(form: BodyForm, fields: Fields) -> tuple[str, bytes]:
    """Its media type, and the body; both empty where there are no fields, but for JSON: an object without members."""
    if not fields:
        return (form.value, b"{}") if form is BodyForm.JSON else ("", b"")
    match form:
        case BodyForm.JSON:
            return form.value, json.dumps(_document(fields)).encode()
        case BodyForm.FORM | BodyForm.NONE:
            named = [pair for part, value in fields if value is not None for pair in pairs(part, value)]
            return BodyForm.FORM.value, urlencode(named).encode()
        case BodyForm.MULTIPART:
            boundary = secrets.token_hex(12)
            return f"{form.value}; boundary={boundary}", _multipart(boundary, fields)
        case BodyForm.XML:
            return form.value, _xml(fields).encode()
        case BodyForm.TEXT:
            return form.value, "".join(written(value) for _, value in fields).encode()
        case _:
            assert_never(form)


def _document(fields: Fields) -> Json:
    """A JSON document of its leaves, named by pointers; the pointer of the whole document is empty."""
    root: Any = None
    for part, value in fields:
        if not part.name:
            root = value
            continue
        steps = part.name.removeprefix("/").split("/")
        root = _placed(root, [step.replace("~1", "/").replace("~0", "~") for step in steps], value)
    return root


def _placed(node: Any, steps: list[str], value: Json) -> Any:
    if not steps:
        return value
    first, *rest = steps
    if first.isdecimal() and (node is None or isinstance(node, list)):
        items = list(node or [])
        place = min(int(first), len(items))
        items[place : place + 1] = [_placed(items[place] if place < len(items) else None, rest, value)]
        return items
    members = dict(node) if isinstance(node, dict) else {}
    members[first] = _placed(members.get(first), rest, value)
    return members


def _multipart(boundary: str, fields: Fields) -> bytes:
    """Fields as RFC 7578 has them.

    A value `{"filename": …, "content": …, "content_type": …}` is a file; so is any value of a part that holds one.
    """
    lines: list[str] = []
    for part, value in fields:
        if value is None:
            continue
        head = f'content-disposition: form-data; name="{_quoted(part.name)}"'
        file = _file(part, value)
        if file is not None:
            name = written(file["filename"])
            kind = file.get("content_type") or guess_type(name)[0] or "application/octet-stream"
            head += f'; filename="{_quoted(name)}"\r\ncontent-type: {_quoted(written(kind))}'
        lines += [f"--{boundary}", head, "", written(value if file is None else file.get("content", ""))]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode()


def _file(part: Part, value: Json) -> dict[str, Json] | None:
    if isinstance(value, dict) and "filename" in value:
        return value
    if is_file(part):
        kind = part.schema.get("contentMediaType")
        ending = (guess_extension(kind) if isinstance(kind, str) else None) or ".txt"
        return {"filename": f"setpoint{ending}", "content": value, "content_type": kind}
    return None


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _xml(fields: Fields) -> str:
    """A field without a name is the whole body; pointers that begin with the same step have it as their root."""
    for part, value in fields:
        if not part.name.strip("/"):
            return written(value)
    document = _document(fields)
    if not isinstance(document, dict) or len(document) != 1 or not isinstance(next(iter(document.values())), dict):
        document = {"request": document}
    return "".join(_elements(*next(iter(document.items()))))


def _elements(name: str, value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _elements(name, each)
    elif isinstance(value, dict):
        yield f"<{name}>{''.join(text for key, each in value.items() for text in _elements(key, each))}</{name}>"
    else:
        yield f"<{name}>{escape('' if value is None else written(value))}</{name}>"
