"""An operation and values for its parts, as a request. Called by `seeding` and, as `Workbench.build`, by checks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Sent


def request_of(base: str, operation: Operation, values: Mapping[Part, Json]) -> Sent:
    """A request with these values and no others: who wants seeded ones gives them, too.

    Values are encoded as their place asks, so that whatever they hold arrives whole: a slash in a path segment is
    sent as `%2F`. A value of `None` in a JSON body is `null`; elsewhere the part is left out.
    """
    path = operation.path
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    cookies: list[str] = []
    fields: list[tuple[str, Json]] = []
    for part, value in values.items():
        match part.place:
            case PartPlace.BODY:
                fields.append((part.name, value))
            case _ if value is None:
                continue
            case PartPlace.PATH:
                path = path.replace(f"{{{part.name}}}", quote(written(value), safe=""))
            case PartPlace.QUERY:
                query += [(part.name, written(each)) for each in (value if isinstance(value, list) else [value])]
            case PartPlace.HEADER:
                headers.append((part.name, written(value)))
            case PartPlace.COOKIE:
                cookies.append(f"{part.name}={quote(written(value), safe='')}")
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    content_type, body = _body(operation.body, fields)
    if content_type:
        headers.append(("content-type", content_type))
    url = base + path + (f"?{urlencode(query)}" if query else "")
    return Sent(operation.method, url, tuple(headers), body)


def written(value: Json) -> str:
    """As it stands in a URL, a header or a form: text as it is, anything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _body(form: BodyForm, fields: list[tuple[str, Json]]) -> tuple[str, bytes]:
    if not fields:
        return "", b""
    match form:
        case BodyForm.JSON:
            return form.value, json.dumps(_document(fields)).encode()
        case BodyForm.FORM | BodyForm.NONE:
            named = [(name, written(value)) for name, value in fields if value is not None]
            return BodyForm.FORM.value, urlencode(named).encode()
        case BodyForm.MULTIPART:
            boundary = secrets.token_hex(12)
            return f"{form.value}; boundary={boundary}", _multipart(boundary, fields)
        case BodyForm.XML | BodyForm.TEXT:
            return form.value, _text(form, fields)


def _document(fields: list[tuple[str, Json]]) -> Json:
    """A JSON document of its leaves: (pointer, value) pairs; the pointer of the whole document is empty."""
    root: Any = None
    for pointer, value in fields:
        if not pointer:
            root = value
            continue
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("/").split("/")]
        root = _placed(root, steps, value)
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


def _multipart(boundary: str, fields: list[tuple[str, Json]]) -> bytes:
    """Fields as RFC 7578 has them; a value `{"filename": …, "content": …}` is a file."""
    lines: list[str] = []
    for name, value in fields:
        if value is None:
            continue
        head = f'content-disposition: form-data; name="{_quoted(name)}"'
        content = value
        if isinstance(value, dict) and "filename" in value:
            head += f'; filename="{_quoted(written(value["filename"]))}"\r\ncontent-type: application/octet-stream'
            content = value.get("content", "")
        lines += [f"--{boundary}", head, "", written(content)]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode()


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _text(form: BodyForm, fields: list[tuple[str, Json]]) -> bytes:
    """XML or text: a field without a name is the whole body; named ones are elements of one root."""
    whole = [value for name, value in fields if not name.strip("/")]
    if whole or form is BodyForm.TEXT:
        return "".join(written(value) for value in whole or [value for _, value in fields]).encode()
    elements = "".join(
        f"<{name.rpartition('/')[2]}>{escape(written(value))}</{name.rpartition('/')[2]}>" for name, value in fields
    )
    return f"<request>{elements}</request>".encode()
