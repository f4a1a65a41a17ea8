"""The values of a request that was built: what `requests.request_of` wrote, read again. Called by `checks/probing`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from lxml import etree

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Sent


def sent_values(sent: Sent, operation: Operation) -> Mapping[Part, Json]:
    """Of those parts of the operation that the request has; text everywhere but in JSON."""
    named: dict[PartPlace, Callable[[str], Json]] = {
        PartPlace.PATH: _path(urlsplit(sent.url).path, operation.path).get,
        PartPlace.QUERY: _many(parse_qsl(urlsplit(sent.url).query, keep_blank_values=True)).get,
        PartPlace.HEADER: lambda name: _header(sent, name) or None,
        PartPlace.COOKIE: _cookies(sent).get,
        PartPlace.BODY: _body(sent, operation.body),
    }
    found = ((part, named[part.place](part.name)) for part in operation.parts)
    return {part: value for part, value in found if value is not None}


def _path(path: str, template: str) -> dict[str, str]:
    """The path ends in the template: in front of it is what the base address has."""
    steps = re.split(r"\{([^}]*)\}", template)
    pattern = "".join(re.escape(step) if place % 2 == 0 else "([^/]*)" for place, step in enumerate(steps))
    matched = re.search(f"{pattern}$", path)
    return dict(zip(steps[1::2], map(unquote, matched.groups()), strict=True)) if matched else {}


def _many(pairs: list[tuple[str, str]]) -> dict[str, Json]:
    """The first of a name: a list's other items stay as they are."""
    return dict(reversed(pairs))


def _header(sent: Sent, name: str) -> str:
    return next((value for each, value in sent.headers if each.lower() == name.lower()), "")


def _cookies(sent: Sent) -> dict[str, str]:
    try:
        return {name: each.value for name, each in SimpleCookie(_header(sent, "cookie")).items()}
    except CookieError:
        return {}


def _body(sent: Sent, form: BodyForm) -> Callable[[str], Json]:
    if not sent.body:
        return lambda _name: None
    match form:
        case BodyForm.JSON:
            return lambda pointer: _pointed(sent.body, pointer)
        case BodyForm.FORM | BodyForm.NONE:
            return _many(parse_qsl(sent.body.decode(errors="replace"), keep_blank_values=True)).get
        case BodyForm.MULTIPART:
            return _multipart(sent).get
        case BodyForm.XML:
            return lambda name: _element(sent.body, name)
        case BodyForm.TEXT:
            return lambda _name: sent.body.decode(errors="replace")


def _pointed(body: bytes, pointer: str) -> Json:
    """The leaf that a JSON Pointer (RFC 6901) names; None where it names none."""
    try:
        node: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    for step in filter(None, pointer.split("/")[1:]):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return None if isinstance(node, dict | list) else node


def _multipart(sent: Sent) -> dict[str, Json]:
    """Fields (RFC 7578) that are no files."""
    head = f"content-type: {_header(sent, 'content-type')}\r\n\r\n".encode()
    message = message_from_bytes(head + sent.body, policy=policy.HTTP)
    found: dict[str, Json] = {}
    for each in message.iter_parts() if message.is_multipart() else ():
        name = each.get_param("name", header="content-disposition")
        if isinstance(name, str) and not each.get_filename():
            payload = each.get_payload(decode=True)
            found[name] = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    return found


_OWN_XML: Final = etree.XMLParser(resolve_entities=False, no_network=True)


def _element(body: bytes, name: str) -> str | None:
    """The text of the first element of this name; of the whole body without one."""
    if not name.strip("/"):
        return body.decode(errors="replace")
    try:
        root = etree.fromstring(body, parser=_OWN_XML)
    except etree.XMLSyntaxError:
        return None
    wanted = name.rpartition("/")[2].rpartition(":")[2]
    elements = (each for each in root.iter() if isinstance(each.tag, str))
    return next((each.text or "" for each in elements if etree.QName(each).localname == wanted), None)
