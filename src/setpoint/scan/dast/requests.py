"""An operation and values for its parts, as a request. Called by `seeding` and, as `Workbench.build`, by checks."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import quote, urlencode

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation, Part, PartPlace, Sent
from setpoint.scan.dast.bodies import body_of
from setpoint.scan.dast.styles import in_path, pairs, written

__all__ = ["request_of", "written"]

_COOKIE_OCTETS: Final = re.compile(r"[!#-+\--:<-\[\]-~]*")
"""What RFC 6265, 4.1.1, lets stand in a cookie's value."""


def request_of(base: str, operation: Operation, values: Mapping[Part, Json]) -> Sent:
    """A request with these values and no others: who wants seeded ones gives them, too.

    Values are encoded as their place asks, so that whatever they hold arrives whole: a slash in a path segment is
    sent as `%2F`. A value of `None` in a JSON body is `null`; elsewhere the part is left out.
    """
    path = operation.path
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    cookies: list[str] = []
    fields: list[tuple[Part, Json]] = []
    for part, value in values.items():
        match part.place:
            case PartPlace.BODY:
                fields.append((part, value))
            case _ if value is None:
                continue
            case PartPlace.PATH:
                path = path.replace(f"{{{part.name}}}", in_path(part, value))
            case PartPlace.QUERY:
                query += pairs(part, value)
            case PartPlace.HEADER:
                headers.append(
                    (part.name, written(value) if isinstance(value, str) else in_path(part, value, safe=" "))
                )
            case PartPlace.COOKIE:
                cookies += [f"{name}={_in_cookie(text)}" for name, text in pairs(part, value)]
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    content_type, body = body_of(operation.body, fields)
    if content_type:
        headers.append(("content-type", content_type))
    url = base + path + (f"?{urlencode(query)}" if query else "")
    return Sent(operation.method, url, tuple(headers), body)


def _in_cookie(value: str) -> str:
    """Anything else between quotes, as RFC 2109 has it: most servers decode that, and hardly one percent signs."""
    value = quote(value, safe=string.printable)
    return value if _COOKIE_OCTETS.fullmatch(value) else SimpleCookie().value_encode(value)[1]
