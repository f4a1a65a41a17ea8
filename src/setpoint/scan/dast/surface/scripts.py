"""Requests that a page's scripts make, as far as their text shows them. Called by `crawl`.

Scripts are not run: what is looked for is a path between quotes, and around it the usual ways to send it (`fetch`,
XMLHttpRequest, axios, jQuery).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.scan.dast.surface.pages import MAX_LINKS, MAX_TEXT

_PATH: Final = re.compile(r"""(["'`])(/[A-Za-z0-9_~.\-/{}$:%()]{0,200})(\?[^"'`\s<>]{0,200})?\1(\s*\+)?""")
"""A path from the root between quotes, and whether something is added to it."""

_CALL: Final = re.compile(r"\.\s*(get|post|put|patch|delete)\s*\(\s*$", re.IGNORECASE)
"""`axios.post(`, `$.get(`, `http.put(` right before the path."""

_OPEN: Final = re.compile(r"""open\s*\(\s*["'](GET|POST|PUT|PATCH|DELETE)["']\s*,\s*$""", re.IGNORECASE)
"""XMLHttpRequest's `open("POST", `."""

_METHOD: Final = re.compile(r"""\b(?:method|type)\s*:\s*["'](GET|POST|PUT|PATCH|DELETE)["']""", re.IGNORECASE)
_BODY: Final = re.compile(r"JSON\.stringify\s*\(\s*\{([^{}]{0,500})\}|\bdata\s*:\s*\{([^{}]{0,500})\}")
_KEY: Final = re.compile(r"""(?:^|,)\s*["']?([A-Za-z_$][\w$-]{0,60})["']?\s*(?=:|,|$)""")

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]{1,60})\}|:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}")
"""`${order.id}`, `:id` or `{id}` in a path."""

AROUND: Final = 400
"""Characters after a path that may still belong to its request."""

_NO_ADDRESS: Final = re.compile(r"^/$|^/[/*]|[()]|^/[gimsuy]{0,4}$|\$(?!\{)")
"""A comment, a regular expression, a lone slash."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a script makes."""

    method: str
    path: str
    """A template where the script puts values in."""
    query: str = ""
    fields: tuple[str, ...] = ()
    """Names in the JSON object that it sends."""


def calls_in(text: str) -> Iterator[Call]:
    """Each different request once, in its order, bounded."""
    seen: set[tuple[str, str]] = set()
    for found in _PATH.finditer(text[:MAX_TEXT]):
        path = found[2]
        if _NO_ADDRESS.search(path) or path.startswith("//"):
            continue
        before, after = text[max(0, found.start() - 60) : found.start()], text[found.end() : found.end() + AROUND]
        after = re.split(r"""["'`]/""", after, maxsplit=1)[0]  # there the next one begins
        method = _method(before, after)
        template = _template(path, is_added_to=bool(found[4]))
        if (method, template) not in seen:
            seen.add((method, template))
            yield Call(method, template, (found[3] or "").removeprefix("?"), _fields(after) if method != "GET" else ())
        if len(seen) == MAX_LINKS:
            return


def _method(before: str, after: str) -> str:
    told = _CALL.search(before) or _OPEN.search(before) or _METHOD.search(after)
    return told[1].upper() if told else "GET"


def _fields(after: str) -> tuple[str, ...]:
    body = _BODY.search(after)
    return tuple(dict.fromkeys(_KEY.findall(body[1] or body[2] or ""))) if body else ()


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
