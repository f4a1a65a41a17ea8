"""What answers show, and how alike two of them are. Called by checks of every theme.

An answer is taken for the values that people or programs would see in it: the leaves of a JSON document, the texts
and field values of a page, the lines of anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson
from lxml import etree, html

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Exchange
from setpoint.scan.dast.styles import written

MAX_LEAVES: Final = 20_000
"""Of one answer: more than any page that people read shows; what is beyond is not compared."""

_NOT_SHOWN: Final = frozenset({"script", "style", "template", "noscript"})
_FIELDS: Final = ("value", "content")
"""Attributes whose value is what a page is about, and not how it looks."""


def is_success(exchange: Exchange | None) -> bool:
    """Whether an answer came, and its status says that what was asked for was done (RFC 9110, 15.3)."""
    return exchange is not None and exchange.answer is not None and 200 <= exchange.answer.status < 300


def json_of(answer: Answer) -> Json:
    """Its JSON document, whatever its type is called; None where it holds none, or only a part of one."""
    if answer.body.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None


def leaves(document: Json) -> Iterator[tuple[str, Json]]:
    """Its values that hold no others, with their JSON Pointers (RFC 6901), in order, at most `MAX_LEAVES`."""
    waiting: list[tuple[str, Json]] = [("", document)]
    seen = 0
    while waiting and seen < MAX_LEAVES:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            steps = ((name.replace("~", "~0").replace("/", "~1"), each) for name, each in value.items())
            waiting += reversed([(f"{pointer}/{step}", each) for step, each in steps])
        elif isinstance(value, list):
            waiting += reversed([(f"{pointer}/{place}", each) for place, each in enumerate(value)])
        else:
            seen += 1
            yield pointer, value


def page_of(answer: Answer) -> Any:
    """Its root element (lxml), where it is a page; None where not."""
    is_page = "html" in answer.header("content-type") or answer.body.lstrip()[:1] == b"<"
    if not is_page or not answer.body.strip():
        return None
    try:
        return html.document_fromstring(answer.body, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return None


def shown(answer: Answer) -> frozenset[str]:
    """The values that it shows, as text, without white space around them."""
    return frozenset(shown_in_order(answer))


def shown_in_order(answer: Answer) -> Iterator[str]:
    """The same, as often and in the order in which it shows them."""
    document = json_of(answer)
    found: Iterable[str]
    if document is not None:
        found = (written(value) for _, value in leaves(document) if value is not None)
    elif (page := page_of(answer)) is not None:
        found = _texts(page)
    else:
        found = answer.body.decode(errors="replace").splitlines()[:MAX_LEAVES]
    return (text for each in found if (text := " ".join(each.split())))


def likeness(one: Answer, other: Answer) -> float:
    """From 0, nothing that either shows is in the other, to 1, both show the same."""
    first, second = shown(one), shown(other)
    if not first and not second:
        return 1.0
    return len(first & second) / len(first | second)


def _texts(page: Any) -> Iterator[str]:
    for seen, element in enumerate(page.iter()):
        if seen >= MAX_LEAVES:
            return
        if isinstance(element.tag, str) and element.tag not in _NOT_SHOWN:
            yield element.text or ""
            yield from (element.get(name, "") for name in _FIELDS)
        yield element.tail or ""
