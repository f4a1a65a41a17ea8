"""The request that is being answered, as far as the agent looks: its parts, and what happened to them on the way.

One `Request` hangs in a context variable from the moment a server hands a request to the application until the
response is sent. Its parts are read lazily, when the first sink is reached: a request that meets none costs a slot.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from types import CodeType
from typing import Final

from setpoint_agent.evidence import Evidence
from setpoint_agent.once import once
from setpoint_agent.quiet import quietly

MOST_VALUES: Final = 512
"""Values kept of one request."""
LONGEST_VALUE: Final = 8_192
"""Characters kept of one value."""
MOST_CHARACTERS: Final = 262_144
"""Characters kept of all values of one request together."""
MOST_PASSAGES: Final = 2_048
"""Escapes and checks remembered of one request."""
MOST_ESCAPED: Final = 16_384
"""Texts escaped for a page that are remembered of one request: the last ones."""
LINGERS: Final = 30.0
"""Seconds for which what a request left behind is still of it: mails to send, files to write."""
HTML: Final = "html"
"""What those are safe for."""

QUERY, QUERY_NAME, RAW_QUERY = "query", "query-name", "raw-query"
FORM, FORM_NAME, FILE, FILE_NAME = "form", "form-name", "file", "file-name"
JSON, JSON_NAME, BODY = "json", "json-name", "body"
HEADER, HEADER_NAME, COOKIE, COOKIE_NAME = "header", "header-name", "cookie", "cookie-name"
PATH_PARAMETER, WEBSOCKET = "path-parameter", "websocket"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one part of a request, decoded as the framework decodes it."""

    part: str
    """One of the constants above."""
    name: str
    """Which one of its part (`q`, `items[0].name`, `referer`); for names of things, the name itself."""
    text: str


Source = Callable[[], Iterable[Value]]
"""Reads some parts of a request, when they are first needed."""


class Values(list[Value]):
    """The values of one request: they only grow, and what `provenance` made ready to look for them lives with them."""

    prepared: object = None


class Request:
    """One request and what is known of it. Its owner is the context that it hangs in; nothing here is locked.

    Whatever most requests do not need is made when it is first asked for.
    """

    method: str
    path: str
    """Without its query."""
    framework: str = ""
    route: str | None = None
    """The template of its route (`/orders/{id}`), as the framework writes it, once known."""
    handler: CodeType | None = None
    """The code of the function that answers it, once known."""
    began: float = 0.0
    """When it came in, by `perf_counter`."""
    ended: float = 0.0
    """When, by `perf_counter`, the response was sent; 0 until then."""
    probe: str = ""
    """A scanner's probe id, if its header was valid."""
    at_head: tuple[Callable[[Request, list[tuple[str, str]]], None], ...] = ()
    """What is to be done when the head of its answer is handed over, with the headers in it."""
    coroutine: object = None
    """What it is answered in, where the agent has a coroutine around it: `handovers` finds who waits behind it."""
    escaped: deque[str] | None = None
    """Every text that an escaper for HTML gave back, as often as it did: what is safe on a page is counted."""
    noted_since: float = 0.0
    """When noting them began, if that was after the request did and before its handler."""
    templates: tuple[object, ...] = ()
    """Templates that were rendered."""
    has_effects: bool = False
    """Whether any was counted; asking `effects` would make them."""
    _sources: tuple[Source, ...] = ()
    _is_begun: bool = False
    """Whether its first parts were read."""

    def __init__(self, method: str, path: str, framework: str = "") -> None:
        self.method = method
        self.path = path
        if framework:
            self.framework = framework

    def is_past(self) -> bool:
        """Whether what it left behind (a thread, a task) is no longer of it: they may go on for ever."""
        return self.ended != 0 and perf_counter() > self.ended + LINGERS

    @once
    def effects(self) -> Counter[str]:
        """What it changed, as seen from inside: `rows-written`, `files-written`, `outbound`, `session-changes`."""
        self.has_effects = True
        return Counter()

    @once
    def passages(self) -> dict[str, set[str]]:
        """A text that an escaper or a check gave back → what it is now safe for (`shell`, `sql`, …)."""
        return {}

    @once
    def joined(self) -> list[tuple[str, int]]:
        """Addresses that the application joined to a base (`urljoin`), and where in them the joined part begins."""
        return []

    @once
    def reported(self) -> set[object]:
        """Evidence that this request already gave."""
        return set()

    @once
    def documents(self) -> list[object]:
        """JSON documents that the application itself read: what lies in them has any type that the client likes."""
        return []

    @once
    def headers(self) -> set[tuple[str, str]]:
        """Headers of the response that were seen when they were set, of frameworks where that can be gone round."""
        return set()

    @once
    def awaited(self) -> list[tuple[Callable[[list[tuple[str, str]]], bool], Evidence]]:
        """Evidence that counts if the first says so of the headers that are sent."""
        return []

    @once
    def cookies(self) -> list[object]:
        """Cookies that the application itself made for the response, without setting their attributes yet."""
        return []

    @once
    def kept(self) -> list[object]:
        """What the application was handed of the session that it can change without the session's knowing."""
        return []

    @once
    def looks(self) -> dict[str, int]:
        """How often it was asked who called a function, for those that may be called without end."""
        return {}

    @once
    def _values(self) -> Values:
        return Values()

    def first_parts(self) -> Iterable[Value]:
        """Those that were there from the beginning, for kinds of requests that know how to read them."""
        return ()

    def add_source(self, source: Source) -> None:
        """Parts to be read when first needed."""
        self._sources = (*self._sources, source)

    def values(self) -> list[Value]:
        """Every value known by now, within the bounds."""
        if not self._is_begun:
            self._is_begun = True
            _gather(self.first_parts, self._values)
        if self._sources:
            sources, self._sources = self._sources, ()
            for source in sources:
                _gather(source, self._values)
        return self._values

    def note_escaped(self, result: str) -> None:
        """An escaper for HTML gave `result` back."""
        if self.escaped is None:
            self.escaped = deque(maxlen=MOST_ESCAPED)
        self.escaped.append(result)

    def note_passage(self, result: str, *safe_for: str) -> None:
        """An escaper or a check for `safe_for` gave `result` back."""
        if HTML in safe_for:
            self.note_escaped(result)
        if safe_for != (HTML,) and len(self.passages) < MOST_PASSAGES:
            self.passages.setdefault(result, set()).update(safe_for)


current: Final[ContextVar[Request | None]] = ContextVar("setpoint_request", default=None)
"""The request that this context answers; None outside of any."""


def _gather(source: Source, kept: Values) -> None:
    _take(source, kept)
    if sum([len(each.text) for each in kept]) > LONGEST_VALUE:
        _bound(kept)


@quietly
def _take(source: Source, kept: Values) -> None:
    """A part that cannot be read is left out, and counted."""
    kept.extend(islice(source(), MOST_VALUES - len(kept)))


def _bound(kept: Values) -> None:
    """Of each value its beginning, and of all together so many characters."""
    left = MOST_CHARACTERS
    for index, value in enumerate(kept):
        if left <= 0:
            del kept[index:]
            return
        if len(value.text) > LONGEST_VALUE:
            kept[index] = Value(value.part, value.name, value.text[:LONGEST_VALUE])
        left -= len(kept[index].text)
