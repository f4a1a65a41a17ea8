"""Where in a page a text of ours stands, and what would run if it got out of there. Called by the checks of scripts.

Nothing here runs anything: a page is parsed as browsers do (lxml with libxml2 2.14 follows the HTML Standard's
tokeniser), and code of ours that stands where a browser would run it is the proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, NamedTuple

from lxml import html

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.reflection.script import Inside, insides

_RAW: Final = frozenset({"iframe", "noembed", "noframes", "noscript", "plaintext", "style", "textarea", "title", "xmp"})
"""Elements that hold no others (HTML Standard, 13.2.5): markup inside of them is text, with scripts turned on."""
_INERT: Final = frozenset({*_RAW, "template"})
_ADDRESSES: Final = frozenset({"href", "src", "action", "formaction", "data", "xlink:href"})
_RUN_ADDRESSES: Final = frozenset(
    {"a", "area", "base", "button", "embed", "form", "frame", "iframe", "input", "object"}
)
"""Elements that follow a `javascript:` address; images, styles and media do not."""
_SCRIPT_TYPES: Final = frozenset({"", "module"})
_RENDERED: Final = ("text/html", "application/xhtml+xml", "image/svg+xml")


class Spot(StrEnum):
    """What a text of ours is part of."""

    TEXT = "text of the page"
    RAW = "text of an element that holds no others"
    COMMENT = "comment"
    ATTRIBUTE = "attribute"
    ADDRESS = "beginning of an address"
    HANDLER = "event handler"
    SCRIPT = "script"
    DOCUMENT = "document of a frame"


class Landing(NamedTuple):
    spot: Spot
    element: str = ""
    attribute: str = ""
    inside: Inside = Inside.CODE
    """Of a script or handler: what of it."""


def rendered(answer: Answer) -> Any:
    """The root element of what a browser would show as a page; None where it would show none, or save it as a file."""
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    is_elsewhere = 300 <= answer.status < 400 and answer.header("location")
    is_saved = answer.header("content-disposition").strip().lower().startswith("attachment")
    is_page = kind in _RENDERED or (not kind and not answer.header("x-content-type-options"))
    return page_of(answer) if is_page and not is_elsewhere and not is_saved else None


def landings(page: Any, mark: str, before: str = "") -> tuple[Landing, ...]:
    """All the different places of the page in which the mark stands, capitals or not.

    `before`: what was sent in front of the mark, with which an address of ours would begin.
    """
    mark, begun = mark.casefold(), f"{before}{mark}".casefold()
    found: dict[Landing, None] = {}
    for element in _nodes(page):
        found.update(dict.fromkeys(_of_element(element, mark, begun)))
    return tuple(found)


def runs(page: Any, code: str) -> str:
    """Where a browser would run this code as it stands in the page, in a few words; empty where nowhere."""
    code = code.casefold()
    for element in _nodes(page):
        if code in (element.text or "").casefold() or any(code in each.casefold() for each in element.attrib.values()):
            place = "" if _is_inert(element) else _runs_in(element, code)
            if place:
                return place
    return ""


def _nodes(page: Any) -> Iterator[Any]:
    yield from page.getroottree().xpath("/comment()")
    yield from page.iter()


def _of_element(element: Any, mark: str, begun: str) -> Iterator[Landing]:
    if mark in (element.tail or "").casefold():
        parent = element.getparent()
        yield Landing(Spot.TEXT, parent.tag if parent is not None else "")
    if not isinstance(element.tag, str):
        if mark in (element.text or "").casefold():
            yield Landing(Spot.COMMENT)
        return
    if mark in (element.text or "").casefold():
        yield from _of_text(element, mark)
    for name, value in element.attrib.items():
        if mark in value.casefold():
            yield from _of_attribute(element.tag, name, value, mark, begun)


def _of_text(element: Any, mark: str) -> Iterator[Landing]:
    if element.tag == "script":
        inside = insides(element.text, mark) if is_script(element) else (Inside.BLOCK,)
        yield from (Landing(Spot.SCRIPT, "script", inside=each) for each in sorted(inside))
    else:
        yield Landing(Spot.RAW if element.tag in _RAW else Spot.TEXT, element.tag)


def _of_attribute(tag: str, name: str, value: str, mark: str, begun: str) -> Iterator[Landing]:
    if name == "srcdoc":
        yield Landing(Spot.DOCUMENT, tag, name)
    elif name.startswith("on"):
        yield from (Landing(Spot.HANDLER, tag, name, each) for each in sorted(insides(value, mark)))
    elif _is_followed(tag, name) and value.strip().casefold().startswith(begun):
        yield Landing(Spot.ADDRESS, tag, name)
    else:
        yield Landing(Spot.ATTRIBUTE, tag, name)


def _runs_in(element: Any, code: str) -> str:
    if element.tag == "script" and is_script(element) and Inside.CODE in insides(element.text or "", code):
        return "code of a script"
    for name, value in element.attrib.items():
        if code not in value.casefold():
            continue
        if name.startswith("on") and Inside.CODE in insides(value, code):
            return f"code of {name} of <{element.tag}>"
        if _is_followed(element.tag, name) and _scheme(value) == "javascript":
            return f"code in {name} of <{element.tag}>"
        if name == "srcdoc" and runs(html.document_fromstring(f"<body>{value}"), code):
            return "code in the document of a frame"
    return ""


def is_script(element: Any) -> bool:
    """Whether its type is one that browsers run (HTML Standard, 4.12.1)."""
    kind = (element.get("type") or "").strip().lower()
    return kind in _SCRIPT_TYPES or kind.endswith(("javascript", "ecmascript"))


def _is_followed(tag: str, name: str) -> bool:
    return name in _ADDRESSES and tag.rpartition("}")[2] in _RUN_ADDRESSES


def _scheme(address: str) -> str:
    """As browsers read it: white space and control characters before it, and line ends inside of it, do not count."""
    begun = "".join(each for each in address.lstrip("".join(map(chr, range(33)))) if each not in "\t\r\n")
    return begun.partition(":")[0].casefold()


def _is_inert(element: Any) -> bool:
    return any(each.tag in _INERT for each in element.iterancestors())
