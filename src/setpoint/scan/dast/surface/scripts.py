"""Requests that a page's scripts make, as far as their text shows them. Called by `crawl`.

Scripts are not run: what is looked for is a path between quotes, and around it the usual ways to send it (`fetch`,
XMLHttpRequest, axios, jQuery).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from setpoint.model.canonical import Json
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.surface.pages import MAX_LINKS, MAX_TEXT

_PATH: Final = re.compile(r"""(["'`])(/[A-Za-z0-9_~.\-/{}$:%()]{0,200})(\?[^"'`\s<>]{0,200})?\1(\s*\+)?""")
"""A path from the root between quotes, and whether something is added to it."""

_CALLEE: Final = re.compile(r"([A-Za-z_$][\w$]*)\s*\(\s*$")
"""The function that is called with the path: `axios.post(`, `$.get(`, `postJson(`."""

_VERBS: Final = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "del": "DELETE"}
"""Words in names of such functions."""

_TOLD_BEFORE: Final = re.compile(r"""["'](GET|POST|PUT|PATCH|DELETE)["']\s*,\s*$""", re.IGNORECASE)
_TOLD_AFTER: Final = re.compile(r"""^\s*,\s*["'](GET|POST|PUT|PATCH|DELETE)["']""", re.IGNORECASE)
"""XMLHttpRequest's `open("POST", `, and helpers like it."""

_LED_TO: Final = re.compile(r"\b(?:src|href|location)\s*=\s*$")
"""What a browser gets by itself."""

_METHOD: Final = re.compile(r"""\b(?:method|type)\s*:\s*["'](GET|POST|PUT|PATCH|DELETE)["']""", re.IGNORECASE)
_BODY: Final = re.compile(r"JSON\.stringify\s*\(\s*(?=\{)|\bdata\s*:\s*(?=\{)")
_FIRST: Final = re.compile(r"""^\s*(?:,\s*["']\w+["']\s*)?,\s*(?=\{)""")
"""Between the path and the object that a function sends: `axios.post("/orders", {`."""

_OPTIONS: Final = frozenset({"method", "headers", "body", "credentials", "params", "signal"})
"""Members of what says how to send, and not what."""

_CONSTANT: Final = re.compile(
    r"""\b(?:const|let|var)\s+([A-Za-z_$][\w$]{0,60})\s*=\s*(?:(?:window\.)?(?:document\.)?(?:location\.)?origin\s*\+\s*)?"""
    r"""(["'`])(?:\$\{[\w.]{0,40}origin\})?(/[A-Za-z0-9_~.\-/]{1,200})\2\s*(?=[;,\n]|$)"""
)
"""A path with a name, of the site's own origin where one is named; what is added to the name goes on from there."""

_UNKNOWN_BASE: Final = re.compile(r"`\$\{[^{}`]{1,60}\}(?=/[A-Za-z])")
"""What another file puts before a path, and nothing here tells: most often nothing, or the site's own origin."""

_CLIENT: Final = re.compile(
    r"""([A-Za-z_$][\w$]{0,60})\s*(?:=\s*[\w$.]{1,60}\(\s*\{[^{}]{0,300}?\bbaseURL\s*:|\.defaults\.baseURL\s*=)"""
    r"""\s*["'`](/[A-Za-z0-9_~.\-/]{1,200})["'`]""",
    re.IGNORECASE,
)
"""`api = axios.create({baseURL: "/api"})`, and `axios.defaults.baseURL = "/api"`."""

_DECLARED: Final = re.compile(
    r"(?:\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=|\b(baseURL)\s*[:=])\s*(?:[\w.]{0,40}origin\s*\+\s*)?$",
    re.IGNORECASE,
)

MAX_CONSTANTS: Final = 20
MAX_NAME: Final = 60

_TOKEN: Final = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_$][\w$]*)|(?P<sign>[^\s\w])"""
)

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]{1,60})\}|:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}")
"""`${order.id}`, `:id` or `{id}` in a path."""

AROUND: Final = 800
"""Characters after a path that may still belong to its request."""

AROUND_NAME: Final = 80
"""Characters before a path that may tell what is done with it."""

_NO_ADDRESS: Final = re.compile(r"^/$|^/[/*]|[()]|^/[gimsuy]{0,4}$|\$(?!\{)")
"""A comment, a regular expression, a lone slash."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a script makes."""

    method: str
    path: str
    """A template where the script puts values in."""
    query: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Names in the JSON object that it sends, with the values that stand there; None for all others."""


def calls_in(text: str) -> Iterator[Call]:
    """Each different request once, in its order, bounded."""
    seen: set[tuple[str, str, str]] = set()
    text, prefixes = _with_constants(text[:MAX_TEXT])
    for found in _PATH.finditer(text):
        path, at, end = found[2], found.start(), found.end()
        if declared := _DECLARED.search(text[max(0, at - AROUND_NAME) : at]):
            if declared[1] is None or declared[1] in prefixes:
                continue
            use = re.search(rf"[(,:]\s*()(?<![\w$.]){re.escape(declared[1])}\s*(?=[,)])", text)
            at, end = (use.end(1), use.end()) if use else (0, len(text))
        if _NO_ADDRESS.search(path) or path.startswith("//"):
            continue
        before, after = text[max(0, at - AROUND_NAME) : at], _own(text[end : end + AROUND])
        method = _method(before, after)
        template = _template(path, is_added_to=bool(found[4]))
        query = (found[3] or "").removeprefix("?")
        if (method, template, query) not in seen:
            seen.add((method, template, query))
            yield Call(method, template, query, _fields(after) if method != "GET" else {})
        if len(seen) == MAX_LINKS:
            return


def _with_constants(text: str) -> tuple[str, set[str]]:
    """With what stands for the beginning of a path put in, and the names that did."""
    used: set[str] = set()
    for _ in range(2):  # one may be made of another
        for name, _quote, path in _CONSTANT.findall(text)[:MAX_CONSTANTS]:
            base = path.rstrip("/")
            added = re.compile(
                rf"`\$\{{\s*{re.escape(name)}\s*\}}(?=/)|(?<![\w$.]){re.escape(name)}\s*\+\s*([\"'`])(?=/)"
            )
            text, count = added.subn(partial(_put, base), text)
            used.update([name] if count else [])
    for name, path in _CLIENT.findall(text)[:MAX_CONSTANTS]:
        called = re.compile(rf"((?<![\w$]){re.escape(name)}\.\w+\(\s*[\"'`])(?=/)")
        text = called.sub(partial(_put, path.rstrip("/")), text)
    return _UNKNOWN_BASE.sub("`", text), used


def _put(base: str, found: re.Match[str]) -> str:
    return (found[1] or "`") + base


def _own(after: str) -> str:
    """As far as the brackets reach that the path stands in; else until the next path."""
    depth = 0
    for token in _TOKEN.finditer(after):
        if token.lastgroup == "sign":
            depth += (token[0] in "([{") - (token[0] in ")]}")
            if depth < 0:
                return after[: token.start()]
        elif token.lastgroup == "text" and depth == 0 and token[0][1:2] == "/":
            return after[: token.start()]
    return after


def _method(before: str, after: str) -> str:
    if _LED_TO.search(before):
        return "GET"
    if told := _TOLD_BEFORE.search(before) or _TOLD_AFTER.search(after):
        return told[1].upper()
    callee = _CALLEE.search(before)
    verb = next((_VERBS[each] for each in words_of(callee[1]) if each in _VERBS), "") if callee else ""
    if verb:
        return verb
    beside = before.rpartition("{")[2]  # `{method: "PUT", url: ` and no more of an object that is closed
    told = (_METHOD.search(beside) if "}" not in beside else None) or _METHOD.search(after)
    return told[1].upper() if told else "GET"


def _fields(after: str) -> Mapping[str, Json]:
    if body := _BODY.search(after):
        return _members(after[body.end() :])
    first = _FIRST.search(after)
    members = _members(after[first.end() :]) if first else {}
    return members if _OPTIONS.isdisjoint(members) else {}


def _members(text: str) -> dict[str, Json]:
    """Of the object that the text begins with."""
    found: dict[str, Json] = {}
    member: list[re.Match[str]] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "sign":
            depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth == 0 or (depth == 1 and token[0] == ","):
            found |= _member(member)
            member = []
        elif token.start():
            member.append(token)
        if depth == 0:
            return found
    return found


def _member(tokens: list[re.Match[str]]) -> dict[str, Json]:
    if not tokens or tokens[0].lastgroup not in ("text", "word"):
        return {}
    name = tokens[0][0].strip("\"'`")
    is_named = name and len(name) <= MAX_NAME and (len(tokens) == 1 or tokens[1][0] == ":")
    return {name: _literal(tokens[2]) if len(tokens) == 3 else None} if is_named else {}


def _literal(token: re.Match[str]) -> Json:
    if token.lastgroup == "text":
        return None if "${" in token[0] else token[0][1:-1]
    if token.lastgroup == "number":
        return float(token[0]) if "." in token[0] else int(token[0])
    return {"true": True, "false": False}.get(token[0])


def _template(path: str, *, is_added_to: bool) -> str:
    """With `{name}` where values go, each name once."""
    used: set[str] = set()

    def parameter(found: re.Match[str]) -> str:
        told = re.findall(r"\w+", found[1] or found[2] or found[3] or "") or ["id"]
        name = told[-1] if told[-1] not in used else f"{told[-1]}{len(used) + 1}"
        used.add(name)
        return f"{{{name}}}"

    template = _PLACEHOLDER.sub(parameter, path)
    if is_added_to and template.endswith("/"):
        template += "{id}" if "id" not in used else f"{{id{len(used) + 1}}}"
    return template
