"""Cookies as a browser keeps them, as far as one host and one session go. Called by logins and checks of sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from setpoint.model.dast import Answer, Sent

_ENDED: Final = ("max-age=0", "max-age=-", "expires=thu, 01 jan 1970", "expires=thu, 01-jan-1970")
"""How an answer takes a cookie back (RFC 6265, 3.1)."""

_SESSION_NAMES: Final = ("sess", "sid", "auth", "token", "jwt")

_AGAINST_FORGERY: Final = re.compile("csrf|xsrf", re.IGNORECASE)

Credentials = tuple[tuple[str, str, str], ...]
"""Place, name and value of each."""


def kept(cookies: Mapping[str, str], answer: Answer) -> dict[str, str]:
    """The cookies after this answer."""
    after = dict(cookies)
    for name, value, attributes in set_cookies(answer):
        if not value or any(attributes.replace(" = ", "=").find(each) >= 0 for each in _ENDED):
            after.pop(name, None)
        else:
            after[name] = value
    return after


def set_cookies(answer: Answer) -> Iterable[tuple[str, str, str]]:
    """Name, value, and attributes in lower case, of each cookie that it sets."""
    for header, line in answer.headers:
        pair, _, attributes = line.partition(";")
        name, equals, value = pair.partition("=")
        if header == "set-cookie" and equals:
            yield name.strip(), value.strip().strip('"'), attributes.strip().lower()


def with_cookies(request: Sent, cookies: Mapping[str, str]) -> Sent:
    """The request with these besides those that it has; of the same name, these."""
    if not cookies:
        return request
    held = dict(cookies)
    others = []
    for name, value in request.headers:
        if name.lower() != "cookie":
            others.append((name, value))
            continue
        pairs = (each.strip().partition("=") for each in value.split(";"))
        held = {key: text for key, _, text in pairs if key} | held
    written = "; ".join(f"{name}={value}" for name, value in held.items())
    return replace(request, headers=(*others, ("cookie", written)))


def with_credentials(request: Sent, credentials: Credentials, caller: str) -> Sent:
    """The request as whoever holds these sends it; what stands in their places already gives way."""
    headers = {name: value for place, name, value in credentials if place == "header"}
    query = {name: value for place, name, value in credentials if place == "query"}
    cookies = {name: value for place, name, value in credentials if place == "cookie"}
    kept_headers = tuple((name, value) for name, value in request.headers if name.lower() not in headers)
    url = _with_query(request.url, query) if query else request.url
    changed = replace(request, url=url, headers=(*kept_headers, *headers.items()), caller=caller)
    return with_cookies(changed, cookies)


def telling(credentials: Credentials) -> str:
    """What says who sends a request: a token in a header, a cookie by its name, the longest; without its scheme."""
    place, _, value = max(credentials, key=_how_likely)
    return value.rpartition(" ")[2] if place == "header" else value


def _how_likely(credential: tuple[str, str, str]) -> tuple[bool, bool, int]:
    place, name, value = credential
    named = any(each in name.lower() for each in _SESSION_NAMES) and not _AGAINST_FORGERY.search(name)
    return place != "cookie", named, len(value)


def _with_query(url: str, query: Mapping[str, str]) -> str:
    split = urlsplit(url)
    pairs = [pair for pair in parse_qsl(split.query, keep_blank_values=True) if pair[0] not in query]
    return urlunsplit(split._replace(query=urlencode([*pairs, *query.items()])))
