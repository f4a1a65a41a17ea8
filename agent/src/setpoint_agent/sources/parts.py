"""Reads the parts of a request out of what servers hand over: query, headers, cookies, bodies. Pure and bounded.

Decoding is as frameworks do it: percent and `+`, UTF-8 with replacement, every value of a name that is given twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, unquote_plus

from setpoint_agent.request import (
    BODY,
    COOKIE,
    COOKIE_NAME,
    FILE,
    FILE_NAME,
    FORM,
    FORM_NAME,
    HEADER,
    HEADER_NAME,
    JSON,
    JSON_NAME,
    QUERY,
    QUERY_NAME,
    RAW_QUERY,
    Value,
)

MOST_BODY: Final = 65_536
"""Octets of a body that are kept."""
MOST_PAIRS: Final = 256
"""Pairs of a query, a form or a cookie header that are read."""
MOST_ITEMS: Final = 512
"""Values of a JSON document that are read."""
LONGEST_KEPT: Final = 256
MOST_KEPT: Final = 256
"""Headers, queries, and the characters of one, that are kept from one request to the next: most come again."""

STANDARD_HEADERS: Final = frozenset(
    [
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "authorization",
        "cache-control",
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "dnt",
        "expect",
        "forwarded",
        "from",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "max-forwards",
        "origin",
        "pragma",
        "priority",
        "proxy-authorization",
        "range",
        "referer",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-user",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ]
)
"""Names that every client sends: they are no input (RFC 9110 and what browsers and proxies add)."""


def of_query(raw: str) -> Iterable[Value]:
    """The query string: names, values, and whole as it came."""
    if not raw:
        return ()
    return _kept_query(raw) if len(raw) <= LONGEST_KEPT else _of_query(raw)


def _of_query(raw: str) -> Iterator[Value]:
    yield Value(RAW_QUERY, "", raw)
    yield from _pairs(raw, QUERY, QUERY_NAME)
    decoded = unquote_plus(raw, errors="replace")
    if decoded != raw:
        yield Value(RAW_QUERY, "", decoded)


@lru_cache(MOST_KEPT)
def _kept_query(raw: str) -> tuple[Value, ...]:
    return tuple(_of_query(raw))


def of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[Value]:
    """Headers, and what the one of cookies holds; `headers` gives names in any case."""
    for name, text in headers:
        yield from of_header(name, text)


def of_header(name: str, text: str) -> tuple[Value, ...]:
    """One of them."""
    return _kept_header(name, text) if len(text) <= LONGEST_KEPT else _of_header(name, text)


def _of_header(name: str, text: str) -> tuple[Value, ...]:
    lower = name.lower()
    if lower == "cookie":
        return tuple(of_cookies(text))
    values = [Value(HEADER, lower, text)]
    if lower not in STANDARD_HEADERS:
        values.append(Value(HEADER_NAME, lower, name))
    if "%" in text:
        values.append(Value(HEADER, lower, unquote(text, errors="replace")))
    if lower == "referer":
        values += [Value(HEADER, "referer-part", each) for each in _steps_of(text)]
    return tuple(values)


def _steps_of(address: str) -> list[str]:
    """The last step of an address's path and its fragment, which applications take a Referer apart for."""
    address, _, fragment = address.partition("#")
    step = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    return [unquote(each, errors="replace") for each in (step, fragment) if each]


_kept_header: Final = lru_cache(MOST_KEPT)(_of_header)


def of_cookies(header: str) -> Iterator[Value]:
    """Cookies as they came, without quotes, and percent-decoded where that makes a difference."""
    for pair in header.split(";")[:MOST_PAIRS]:
        name, _, text = pair.strip().partition("=")
        if not name:
            continue
        yield Value(COOKIE_NAME, name, name)
        text = text.strip('"')
        yield Value(COOKIE, name, text)
        for decoded in {unquote_plus(text, errors="replace"), unquote(text, errors="replace")} - {text}:
            yield Value(COOKIE, name, decoded)


def of_body(body: bytes, content_type: str) -> Iterator[Value]:
    """A body by its media type; what is of no known type is one text."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if not body:
        return
    if kind == "application/x-www-form-urlencoded":
        yield from _pairs(_text(body), FORM, FORM_NAME)
    elif kind == "multipart/form-data":
        yield from _of_multipart(body, _parameter(parameters, "boundary"))
    elif kind == "application/json" or kind.endswith("+json"):
        yield from of_json_text(body)
    else:
        yield from _of_unknown(body)


def of_json_text(body: bytes | str) -> Iterator[Value]:
    """A JSON text; one that cannot be read is a text."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        yield Value(BODY, "", body if isinstance(body, str) else _text(body))
        return
    yield from of_json(document)


def of_json(document: Any) -> Iterator[Value]:
    """Every text and number of a document, at any depth, with its place (`items[0].name`); names of members too."""
    waiting: list[tuple[str, Any]] = [("", document)]
    read = 0
    while waiting and read < MOST_ITEMS:
        place, item = waiting.pop()
        read += 1
        if isinstance(item, dict):
            yield from (Value(JSON_NAME, place, str(name)) for name in list(item)[:MOST_ITEMS])
            waiting.extend(
                (f"{place}.{name}" if place else str(name), each) for name, each in list(item.items())[:MOST_ITEMS]
            )
        elif isinstance(item, list | tuple):
            waiting.extend((f"{place}[{number}]", each) for number, each in enumerate(item[:MOST_ITEMS]))
        elif isinstance(item, str):
            yield Value(JSON, place, item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield Value(JSON, place, str(item))


def of_pairs(pairs: Iterable[tuple[str, Any]], part: str, name_part: str = "") -> Iterator[Value]:
    """Names and values that a framework has read already."""
    for name, text in pairs:
        if name_part:
            yield Value(name_part, str(name), str(name))
        if isinstance(text, str | int | float):
            yield Value(part, str(name), str(text))
        elif isinstance(text, bytes):
            yield Value(part, str(name), _text(text))


def _pairs(text: str, part: str, name_part: str) -> Iterator[Value]:
    for name, value in parse_qsl(text[:MOST_BODY], keep_blank_values=True, errors="replace")[:MOST_PAIRS]:
        yield Value(name_part, name, name)
        yield Value(part, name, value)


def _of_multipart(body: bytes, boundary: str) -> Iterator[Value]:
    """RFC 7578, as far as names, file names and contents go."""
    if not boundary:
        return
    for piece in body.split(b"--" + boundary.encode("latin-1", "replace"))[1 : MOST_PAIRS + 1]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if not found:
            continue
        content = content.removesuffix(b"\r\n")
        disposition = next(
            (line for line in _text(head).split("\r\n") if line.lower().startswith("content-disposition:")), ""
        )
        name, file_name = _parameter(disposition, "name"), _parameter(disposition, "filename")
        if name:
            yield Value(FORM_NAME, name, name)
        if file_name:
            yield Value(FILE_NAME, name, file_name)
            yield from _of_file(name, content)
        else:
            yield Value(FORM, name, _text(content))


def _of_file(name: str, content: bytes) -> Iterator[Value]:
    if content.lstrip()[:1] in {b"{", b"["}:
        yield from of_json_text(content)
    yield Value(FILE, name, _text(content))


def _of_unknown(body: bytes) -> Iterator[Value]:
    """Bodies of other types, or of none: frameworks' `request.data`, often JSON all the same."""
    if body.lstrip()[:1] in {b"{", b"["}:
        yield from of_json_text(body)
    yield Value(BODY, "", _text(body))


def _parameter(text: str, name: str) -> str:
    """`name=value` or `name="value"` of a header's parameters (RFC 9110, section 5.6.6)."""
    for piece in text.replace("\r\n", ";").split(";"):
        key, _, value = piece.strip().partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""


def _text(body: bytes) -> str:
    return body[:MOST_BODY].decode("utf-8", "replace")
