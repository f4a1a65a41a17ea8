"""What an application answered, for the sinks that look at responses: status, headers, and the body of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current

MOST_BODY: Final = 262_144
"""Octets of a page that are looked at."""

Headers = list[tuple[str, str]]
RawHeaders = Sequence[tuple[str, str]] | Sequence[tuple[bytes, bytes]]
"""As WSGI or ASGI has them."""


def _either(*texts: str) -> frozenset[str | bytes]:
    return frozenset([*texts, *(each.encode() for each in texts)])


UNREMARKABLE: Final = _either(
    "accept-ranges",
    "connection",
    "content-length",
    "date",
    "last-modified",
    "transfer-encoding",
)
"""Headers that frameworks and servers write about the response itself."""
USUAL_TYPES: Final = _either(
    "application/json",
    "application/octet-stream",
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/css; charset=utf-8",
    "text/javascript; charset=utf-8",
)
"""What most responses are: no client chose one of these for what it could do in a header."""
_USUAL_PAGES: Final = _either("text/html; charset=utf-8")
MOST_USUAL: Final = 2
_USUAL_NAMES: Final = frozenset(
    names
    for kind, length in (("Content-Type", "Content-Length"), (b"content-type", b"content-length"))
    for names in ((kind,), (kind, length), (length, kind))
)
"""What most answers have for headers, spelled as WSGI's frameworks and ASGI's spell it."""


class Answer:
    """One response as it leaves the application."""

    page = False
    whole = False
    """Its length is known before it is sent: nothing of the application makes it meanwhile."""
    usual = True
    """No header says anything that a client could have a part in."""
    body: bytearray | bytes = b""
    """Of pages that are looked at; the first `MOST_BODY` octets."""

    def __init__(self, status: int | str, headers: RawHeaders) -> None:
        """`status` is a number, or begins with one."""
        self.status = status if isinstance(status, int) else int(status[:3])
        self._headers = headers[:]
        self._look_closer()

    def _look_closer(self) -> None:
        for name, text in self.headers:
            lower = name.lower()
            if lower == "content-type":
                self.page = "html" in text.lower()
            elif lower in UNREMARKABLE:
                self.whole = self.whole or lower == "content-length"
                continue
            if text not in USUAL_TYPES:
                self.usual = False

    @property
    def headers(self) -> Headers:
        return [(_text(name), _text(text)) for name, text in self._headers]

    def add(self, chunk: bytes) -> None:
        if self.page and len(self.body) < MOST_BODY:
            self.body = self.body or bytearray()
            self.body += chunk[: MOST_BODY - len(self.body)]


def _text(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


NONE: Final = Answer(0, [])
"""What is known of one before its head is handed over."""

Listener = Callable[[Request, Answer], None]
Wants = Callable[[Request], bool]

_listeners: Final[list[tuple[Wants, Listener]]] = []
_head_listeners: Final[list[Listener]] = []


def listen(wants: Wants, listener: Listener) -> None:
    """Look at the pages of requests of which `wants` says so, once they are whole, before their request ends."""
    _listeners.append((wants, quietly(listener)))


def listen_to_heads(listener: Listener) -> None:
    """Look at every head that is not `usual` when it is handed over, in its request and on the stack of who does so.

    What is only to be done for some requests is noted with these (`Request.at_head`).
    """
    _head_listeners.append(quietly(listener))


def tell_head(request: Request, status: int | str, headers: RawHeaders, /) -> Answer:
    """Of an answer of which the head was handed over just now; it is no page if nobody looks at this request's."""
    # What has no length can be gone through but once, and is left to the server.
    fields: dict[Any, Any] = dict(headers) if len(headers) <= MOST_USUAL else {}
    kind = fields.get("Content-Type") or fields.get(b"content-type")
    usual = kind in USUAL_TYPES and tuple(fields) in _USUAL_NAMES
    wanted = usual and kind in _USUAL_PAGES and _is_wanted(request)
    if usual and not wanted and not request.at_head:
        return _plain(status, len(fields) == MOST_USUAL)
    answer = Answer(status, headers)
    if answer.page:
        answer.page = wanted if usual else _is_wanted(request)
    if request.at_head:
        for at_head in request.at_head:
            at_head(request, answer.headers)
    if not answer.usual:
        for listener in _head_listeners:
            listener(request, answer)
    return answer


@lru_cache(maxsize=256)
def _plain(status: int | str, whole: bool, /) -> Answer:  # noqa: FBT001 - a keyword would cost every request
    """What most answers are to the agent, of which nobody looks at more: one for all of them."""
    answer = Answer(status, ())
    answer.whole = whole
    return answer


def _is_wanted(request: Request) -> bool:
    for wants, _ in _listeners:  # noqa: SIM110 - a generator would be one more function, for every page
        if wants(request):
            return True
    return False


def tell(request: Request, answer: Answer) -> None:
    """Of an answer that is whole: within the request, whatever context its end comes in."""
    if not answer.page:
        return
    token = current.set(request)
    for _, listener in _listeners:
        listener(request, answer)
    current.reset(token)
