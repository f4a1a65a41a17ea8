"""What a page says beside a label: `Membership: basic`, `<dt>Plan</dt><dd>free</dd>`. Called by checks.

A page has no field names; its labels are the nearest to them, and `spelled` tells how a field of that name is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.naming import words_of

MOST_LABELS: Final = 60
"""Of one page: more than a page that shows one thing has."""

MOST_WORDS: Final = 3
"""Of a label: longer ones are sentences."""

_LONGEST: Final = 200
"""Letters of a value beside a label."""

_BESIDE: Final = re.compile(r"\s*([^\W\d_][^:\n]{1,40}?)\s*:\s*(?!//)(\S[^\n]*)")
_BREAK: Final = "\x1e"
"""The separator of records, at which `str.splitlines` ends a line, too."""
_WITHOUT_TEXT: Final = frozenset({"script", "style", "template", "noscript", "select", "textarea", "button", "head"})
_LEAVES: Final = frozenset({"label", "span", "strong", "b", "em", "i", "div", "p", "code", "small", "output", "a"})
_BLOCKS: Final = frozenset(
    {"p", "li", "div", "td", "th", "tr", "dd", "dt", "section", "article", "main", "body", "form", "fieldset", "header"}
    | {"ul", "ol", "dl", "table", "tbody", "html", "nav", "footer", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
)
_HOLDS_LINES: Final = _BLOCKS - {"ul", "ol", "dl", "table", "tbody", "tr", "html"}


def labelled(answer: Answer | None) -> Mapping[tuple[str, ...], str]:
    """Words of each label → the value beside it, the first of each; empty where the answer is no page."""
    page = page_of(answer) if answer is not None else None
    found: dict[tuple[str, ...], str] = {}
    for label, value in _pairs(page) if page is not None else ():
        words, text = words_of(label), " ".join(value.split())
        if 0 < len(words) <= MOST_WORDS and 0 < len(text) <= _LONGEST:
            found.setdefault(words, text)
            if len(found) >= MOST_LABELS:
                break
    return found


def spelled(words: tuple[str, ...]) -> tuple[str, ...]:
    """How programs write a field of this name: `account_tier`, `accountTier`, `account-tier`."""
    camel = "".join((*words[:1], *(each.title() for each in words[1:])))
    return tuple(dict.fromkeys(("_".join(words), camel, "-".join(words))))


def _pairs(page: Any) -> Iterator[tuple[str, str]]:
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in _WITHOUT_TEXT:
            continue
        yield from _in_two(element)
        if element.tag in _HOLDS_LINES:
            text = "".join(_own_text(element))
            # Some templates write a label a line, though a browser shows them in one.
            for line in (*text.splitlines(), *_shown(text).splitlines()):
                if beside := _BESIDE.fullmatch(line.rstrip()):
                    yield beside[1], beside[2]


def _in_two(element: Any) -> Iterator[tuple[str, str]]:
    """A label and a value, each in an element of its own."""
    if element.tag == "dt":
        follower = element.getnext()
        if follower is not None and follower.tag == "dd":
            yield _text(element).rstrip(" :"), _text(follower)
        return
    children = [each for each in element if isinstance(each.tag, str) and each.tag != "br"]
    if len(children) != 2:
        return
    tags = [each.tag for each in children]
    is_row = element.tag == "tr" and tags in (["th", "td"], ["td", "td"])
    is_bare = not any((each or "").strip(" :\n\t\r") for each in (element.text, *(one.tail for one in children)))
    if is_row or (is_bare and _LEAVES.issuperset(tags) and not any(len(each) for each in children)):
        yield _text(children[0]).rstrip(" :"), _text(children[1])


def _own_text(element: Any) -> Iterator[str]:
    """Without that of blocks in it, which ends a line as `_BREAK` does."""
    yield element.text or ""
    for child in element:
        if child.tag == "br" or child.tag in _BLOCKS:
            yield _BREAK
        elif isinstance(child.tag, str) and child.tag not in _WITHOUT_TEXT:
            yield from _own_text(child)
        yield child.tail or ""


def _shown(text: str) -> str:
    """As a browser does: a line of the source goes on in the next, up to a break."""
    return text.replace("\n", " ").replace(_BREAK, "\n")


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
