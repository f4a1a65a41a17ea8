"""Lists and objects in paths, queries, headers and cookies, as OpenAPI's `style` and `explode` have them.

OpenAPI 3.1, 4.8.12.3 and RFC 6570. Called by `requests`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from setpoint.model.canonical import Json
from setpoint.model.dast import Part

_DELIMITERS: Final = {"spaceDelimited": " ", "pipeDelimited": "|"}
"""Between the elements of a list that does not explode; a comma for all other styles."""


def written(value: Json) -> str:
    """As it stands in a URL, a header or a form: text as it is, anything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def in_path(part: Part, value: Json, *, safe: str = "") -> str:
    """A segment of a path, or (style `simple`, with other characters left as they are) a header."""
    if part.style == "json" or not isinstance(value, list | Mapping):
        return _shielded(quote(written(value), safe=safe))
    explodes = bool(part.is_exploded)
    members = [
        (quote(name, safe=safe), quote(written(each), safe=safe)) for name, each in _members(value, explodes=explodes)
    ]
    if part.style == "matrix":
        if explodes:
            return "".join(f";{name or part.name}={text}" for name, text in members)
        return f";{part.name}=" + ",".join(text for _, text in members)
    joined = [f"{name}={text}" if name and explodes else text for name, text in members]
    if part.style == "label":
        return "." + ("." if explodes else ",").join(joined)
    return ",".join(joined)


def pairs(part: Part, value: Json) -> Iterator[tuple[str, str]]:
    """Names and values in a query, a cookie or a form, not yet encoded."""
    if part.style == "json" or not isinstance(value, list | Mapping):
        yield part.name, written(value)
    elif part.style == "deepObject" and isinstance(value, Mapping):
        yield from ((f"{part.name}[{key}]", written(each)) for key, each in value.items())
    elif part.is_exploded is False or (part.is_exploded is None and part.style in _DELIMITERS):
        texts = [written(each) for _, each in _members(value, explodes=False)]
        yield part.name, _DELIMITERS.get(part.style, ",").join(texts)
    else:
        yield from ((name or part.name, written(each)) for name, each in _members(value, explodes=True))


def _members(value: Json, *, explodes: bool) -> Iterator[tuple[str, Json]]:
    """With the keys of an object as names where it explodes, else as members before their values."""
    if isinstance(value, list):
        yield from (("", each) for each in value)
        return
    for key, each in value.items():
        if explodes:
            yield str(key), each
        else:
            yield from (("", str(key)), ("", each))


def _shielded(segment: str) -> str:
    """A segment of dots alone would be taken for the folder itself by whoever sends it (RFC 3986, 5.2.4)."""
    return segment.replace(".", "%2E") if segment in (".", "..") else segment
