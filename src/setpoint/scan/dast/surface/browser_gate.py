"""Every request of the browser passes here: the scan's own sender sends it, or nobody does. Used by `browser_pages`.

So its pace, its budget, its one address and what it writes down hold for pages as well. What would change something is
noted as an operation and goes no further; and a redirect is never left to the browser, which would follow it by itself.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Final

from playwright.async_api import Error, Request, Route

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Sent
from setpoint.scan.dast.interface import EndedEarlyError
from setpoint.scan.dast.surface.browser_calls import sighting_of_request
from setpoint.scan.dast.surface.browser_site import Findings, Site
from setpoint.scan.dast.surface.pages import MAX_LINKS, joined
from setpoint.scan.dast.surface.sighted import Sighting, operation_of

REPEATS: Final = 3
"""Of one address on one page: what is asked for more often is asked for without end."""
HOPS: Final = 5
"""Redirects of one request: browsers bear twenty, and no sound site needs as many as these."""
KEPT_SCRIPTS: Final = 32 * 1024 * 1024
"""Bytes of scripts that are kept for the next page, which most likely has the same ones."""

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CALLS: Final = frozenset({"fetch", "xhr", "eventsource", "ping"})
"""What scripts ask for, as Playwright calls it; the rest is what the page itself is made of."""
_UNSEEN: Final = frozenset({"image", "media", "font", "texttrack"})
_NO_STYLE: Final = Answer(200, (("content-type", "text/css"),), b"")
"""Loaders wait for a style sheet before they go on, and nobody looks at the page."""

_OWN_HEADERS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "upgrade-insecure-requests", "user-agent"}
)
"""Of a request: the sender has its own."""
_OF_TRANSFER: Final = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
"""Of an answer: its body is there, unpacked."""


class Gate:
    """For the pages that one caller opens, one after the other."""

    def __init__(self, site: Site, caller: Caller, findings: Findings) -> None:
        self.ended: EndedEarlyError | None = None
        self.addresses: list[str] = []
        """Where the page wanted to go to."""
        self.last = 0.0
        """When something was answered, by the monotonic clock."""
        self._site = site
        self._caller = caller
        self._findings = findings
        self._is_opening = False
        self._asked: Counter[tuple[str, str]] = Counter()
        self._scripts: dict[str, Answer] = {}

    def begin_page(self) -> None:
        self._asked.clear()
        self.addresses.clear()
        self.let_open()

    def let_open(self) -> None:
        """The next address that the window asks for is the one that it was told to open."""
        self._is_opening = True
        self.last = time.monotonic()

    async def pass_on(self, route: Route, request: Request) -> None:
        """Playwright's handler of all requests."""
        answer = self._answer(request)
        with suppress(Error):  # its page was closed meanwhile
            if answer is not None:
                try:
                    await route.fulfill(status=answer.status, headers=_headers(answer), body=answer.body)
                    return
                except Error:  # headers that no browser takes
                    pass
            await route.abort("aborted")

    def _answer(self, request: Request) -> Answer | None:
        """None: the browser is told that nothing came."""
        if self.ended is not None or request.resource_type in _UNSEEN or not self._site.holds(request.url):
            return None
        if request.resource_type == "stylesheet":
            return _NO_STYLE
        if request.is_navigation_request() and not (self._is_opened(request) and request.method == "GET"):
            self._note_leaving(request)
            return None
        sighting = self._sighting(request)
        if request.resource_type in _CALLS and sighting is not None:
            self._findings.note_call(sighting)
        if request.method not in _READING or not self._may_go(request):
            return None
        try:
            answer = self._sent(request)
        except EndedEarlyError as error:
            self.ended = error
            return None
        if answer is not None and sighting is not None and request.method == "GET":
            self._findings.note_status(sighting, answer.status)
        return answer

    def _is_opened(self, request: Request) -> bool:
        """Whether it is what the window was told to open, or a frame in that page."""
        if _is_framed(request):
            return True
        is_opening, self._is_opening = self._is_opening, False
        return is_opening

    def _note_leaving(self, request: Request) -> None:
        """Where to, or what would be sent there."""
        if request.method != "GET":
            if (sighting := self._sighting(request)) is not None:
                self._findings.note_submission(sighting)
        elif len(self.addresses) < MAX_LINKS:
            self.addresses.append(request.url)

    def _sighting(self, request: Request) -> Sighting | None:
        content_type, body = request.headers.get("content-type", ""), request.post_data_buffer or b""
        seen = sighting_of_request(self._site.base, request.method, request.url, content_type, body)
        return replace(seen, seen_by=self._caller) if seen is not None else None

    def _may_go(self, request: Request) -> bool:
        if self._asked.total() >= self._site.limits.requests or self._asked[request.method, request.url] >= REPEATS:
            return False
        objection = self._objection(request.method, request.url)
        if objection and request.resource_type == "script":
            self._findings.remarks[f"{request.url} was not loaded into pages: {objection}"] = None
        return not objection

    def _objection(self, method: str, url: str) -> str:
        """Also to what is beside the base: a site's scripts often are."""
        bases = (self._site.base, self._site.origin)
        seen = next((found for each in bases if (found := sighting_of_request(each, method, url))), None)
        return "it is elsewhere" if seen is None else self._site.may_send(operation_of(self._site.words.labelled(seen)))

    def _sent(self, request: Request) -> Answer | None:
        is_script = request.resource_type == "script"
        if is_script and request.url in self._scripts:
            return self._scripts[request.url]
        self._asked[request.method, request.url] += 1
        answer = self._followed(request)
        self.last = time.monotonic()
        if is_script and answer is not None and answer.status == 200:
            kept = sum(len(each.body) for each in self._scripts.values())
            if kept + len(answer.body) <= KEPT_SCRIPTS:
                self._scripts[request.url] = answer
        return answer

    def _followed(self, request: Request) -> Answer | None:
        """The answer at the end of redirects. Where a page itself leads on, that is another page."""
        url = request.url.partition("#")[0]
        headers = tuple(
            (name, value)
            for name, value in request.headers.items()
            if name not in _OWN_HEADERS and not name.startswith(("sec-", ":"))
        )
        is_page = request.is_navigation_request() and not _is_framed(request)
        for _ in range(HOPS):
            answer = self._asked_for(Sent(request.method, url, headers))
            location = answer.header("location") if answer is not None and 300 <= answer.status < 400 else ""
            if not location:
                return answer
            url = joined(url, location)
            if is_page:
                self.addresses.append(url)
                return None
            if not self._site.holds(url) or self._objection(request.method, url):
                return None
        return None

    def _asked_for(self, sent: Sent) -> Answer | None:
        authorised = self._site.accounts.authorised(sent, self._caller) if self._caller != ANONYMOUS else sent
        answer = self._site.sender.send(authorised).answer
        return answer if answer is not None and 200 <= answer.status <= 599 else None


def _is_framed(request: Request) -> bool:
    try:
        return request.frame.parent_frame is not None
    except Error:  # of a window that is only about to open
        return False


def _headers(answer: Answer) -> dict[str, str]:
    """As Playwright takes them: several cookies are lines of one value."""
    held: dict[str, str] = {}
    for name, value in answer.headers:
        if name not in _OF_TRANSFER:
            separator = "\n" if name == "set-cookie" else ", "
            held[name] = f"{held[name]}{separator}{value}" if name in held else value
    return held
