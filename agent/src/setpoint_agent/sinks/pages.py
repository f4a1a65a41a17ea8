"""Cross-site scripting: a page that holds a value of the request which nothing escaped. `sources` tells of each answer.

With ordinary values an escaped text looks like one that is not, so it is counted: texts that escapers gave back in this
request, texts that templates and the code hold themselves, and how often the value stands on the page. What is left
over came there as it is. Where a page sends browsers on by itself, its address is that of a redirect.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from types import CodeType
from typing import Final

from setpoint_agent.catalogue import CROSS_SITE_SCRIPTING
from setpoint_agent.examination import examine, weigh
from setpoint_agent.looks import Looks
from setpoint_agent.passages.escaping import escaping
from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.recognition import find_on_page
from setpoint_agent.reading.constants import strings_of_module
from setpoint_agent.reading.inside import module_of
from setpoint_agent.reading.returned import is_returned_raw
from setpoint_agent.request import MOST_ESCAPED, Request
from setpoint_agent.sinks.headers import REDIRECT
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.occurrences import left_over
from setpoint_agent.sinks.templates import texts_of
from setpoint_agent.sources.answers import MOST_BODY, Answer, listen

PAGE: Final = Sink(CROSS_SITE_SCRIPTING, "response body", "html", safe_after=frozenset({"url"}))
"""What is encoded for an address holds no mark of HTML either; what was escaped is counted."""

MOST_HANDLERS: Final = 2_000
LATER: Final = 63
"""Of a handler whose pages were long looked at, one in so many, and ever fewer."""
MARK_OF_REFRESH: Final = "http-equiv"
MOST_REFRESHES: Final = 4
_REFRESH: Final = re.compile(
    r"""<meta\s[^>]{0,256}?http-equiv=["']?refresh\b[^>]{0,256}?content=["']?\s*[\d.]+\s*[;,]\s*url=["']?([^"'>]{1,2048})""",
    re.IGNORECASE,
)
"""`<meta http-equiv="refresh" content="0; url=…">`: an address that browsers go to, as to that of a `Location`."""

_raw: Final[dict[tuple[CodeType, str, str], bool]] = {}
"""By handler and parameter."""
_looked_at: Final = Looks(later=LATER)
"""By handler: a page takes longer to search than all else that a request meets, and what a handler leaves unescaped it
leaves unescaped every time."""


def _is_due(request: Request) -> bool:
    place = request.handler or request.route
    if _looked_at.passes(place):
        escaping.page_passed_over()
        return False
    if not escaping.knows(request):
        return False
    _looked_at.take(place)
    return True


def _look_at(request: Request, answer: Answer, /) -> None:
    if not answer.body or not _is_shown(answer):
        return
    text = _text_of(answer)
    for refresh in islice(_REFRESH.finditer(text), MOST_REFRESHES) if MARK_OF_REFRESH in text else ():
        examine(REDIRECT, refresh[1], frames=())
    matches = [each for each in find_on_page(request.values(), text) if not _is_number(each.found)]
    if matches and len(request.escaped or ()) < MOST_ESCAPED:
        doubtful = list(_unescaped(request, text, matches)) or _escaped_in_vain(request, text, matches)
        if doubtful:
            weigh(PAGE, text, doubtful, frames=())


def _is_shown(answer: Answer) -> bool:
    """Whether it was made for this request and browsers show it: they follow redirects, and keep attachments.

    `Last-Modified` comes with files that are sent as they are.
    """
    headers = {name.lower(): text.lstrip().lower() for name, text in answer.headers}
    if 300 <= answer.status < 400 or "last-modified" in headers:
        return False
    return not headers.get("content-disposition", "").startswith("attachment")


def _text_of(answer: Answer) -> str:
    """Frameworks' own compression is undone; what a server does behind the application is not seen here."""
    body = bytes(answer.body)
    if any(name.lower() == "content-encoding" and text.lower() in {"gzip", "deflate"} for name, text in answer.headers):
        import zlib  # it is loaded already: the application has just used it

        body = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, MOST_BODY)
    return body.decode("utf-8", "replace")


def _is_number(text: str) -> bool:
    """What is a number on the page may have been one in between."""
    return text.strip("+-").replace(".", "", 1).isdigit()


def _unescaped(request: Request, text: str, matches: list[Match]) -> Iterator[Match]:
    """The matches at places that nothing accounts for; what is written is only asked where escapes do not suffice."""
    wanted = {each.found: each for each in matches}
    telling = {at: each for text in wanted for at, each in enumerate(request.escaped or ()) if text in each}
    escaped = Counter(map(str, telling.values()))
    written: list[str] = []
    places = left_over(text, wanted, written, escaped)
    for more in (_texts_of_templates, _texts_of_module):
        if places:
            written += more(request)
            places = left_over(text, wanted, written, escaped)
    for start, end in places:
        yield replace(wanted[text[start:end]], start=start, end=end)


def _escaped_in_vain(request: Request, text: str, matches: list[Match]) -> list[Match]:
    """Those that an escaper was given, but what it gave back is not what the handler puts on the page."""
    handler = request.handler
    if handler is None or request.escaped is None:
        return []
    return [each for each in matches if _is_raw(handler, each, text)]


def _is_raw(handler: CodeType, match: Match, text: str) -> bool:
    """What the code of a handler says of one parameter, once."""
    key = (handler, match.value.part, match.value.name)
    if key not in _raw:
        if len(_raw) >= MOST_HANDLERS:
            _raw.clear()
        _raw[key] = is_returned_raw(handler, match, text, PAGE)
    return _raw[key]


def _texts_of_templates(request: Request) -> list[str]:
    return [text for template in request.templates for text in texts_of(template)]


def _texts_of_module(request: Request) -> tuple[str, ...]:
    return _written_beside(request.handler) if request.handler is not None else ()


@lru_cache(maxsize=256)
def _written_beside(handler: CodeType) -> tuple[str, ...]:
    """What the module of a handler holds; its texts are those of its code, which do not change."""
    space = module_of(handler)
    return tuple(strings_of_module(space)) if space is not None else ()


listen(_is_due, _look_at)
