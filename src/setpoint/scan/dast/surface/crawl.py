"""The surface of a site without a document: its pages, forms and scripts are followed, bounded. Called by `discovery`.

First as nobody, then once as each account. What `may_send` objects to is noted and not asked for, robots.txt is read
for addresses and not obeyed: the site's owner wants it tested.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, KnownFrom, Operation, Sent, Surface
from setpoint.scan.dast.absent import Absences
from setpoint.scan.dast.answers import json_of, page_of
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.surface.link_words import LinkWords
from setpoint.scan.dast.surface.pages import commented_in, forms_of, joined, links_of, paths_in, scripts_of
from setpoint.scan.dast.surface.scripts import calls_in
from setpoint.scan.dast.surface.segments import Segments
from setpoint.scan.dast.surface.sighted import (
    Sighting,
    Sightings,
    below,
    operation_of,
    sighting_of_call,
    sightings_of_forms,
)
from setpoint.scan.dast.surface.source_maps import MAX_MAPS, map_of, sources_in
from setpoint.scan.dast.surface.templates import Names

MAX_PAGES: Final = 150
"""Asked for as one caller."""

MAX_ALIKE: Final = 3
"""Asked for of one template with the same names in its query: pages that differ in an identifier are alike."""

ASSET: Final = re.compile(
    r"\.(?:css|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|otf|mp[34]|webm|map|zip|gz|pdf)$", re.IGNORECASE
)
"""Endings of what offers nothing to send."""

SCRIPT: Final = re.compile(r"\.m?js$", re.IGNORECASE)

ROBOTS: Final = re.compile(r"^\s*(?:dis)?allow\s*:\s*(/[^\s#*$]*)", re.IGNORECASE | re.MULTILINE)
"""Rules of RFC 9309; of a pattern as much as is a path."""
_SITEMAP: Final = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_LOCATION: Final = re.compile(r"<loc>\s*([^<\s]{1,2000})\s*</loc>", re.IGNORECASE)
_LINK_FIELD: Final = re.compile(r"<([^<>\s]{1,2000})>")
"""Of a field `Link` (RFC 8288, 3)."""
MAX_TOLD: Final = 200
"""Addresses taken from a sitemap or from robots.txt."""


def crawl(
    base: str, sender: Sender, accounts: Accounts, may_send: Callable[[Operation], str], told: Callable[[str], None]
) -> Surface:
    """All that the site's pages offer. Raises `EndedEarlyError`."""
    crawler = _Crawler(base, sender, accounts, may_send)
    for caller in (ANONYMOUS, *accounts.callers):
        pages = crawler.visit(caller)
        told(f"looked at {pages} pages as {caller.name or 'nobody'}")
    crawler.learn_values()
    return Surface(base, crawler.operations(), tuple(crawler.remarks))


class _Crawler:
    def __init__(self, base: str, sender: Sender, accounts: Accounts, may_send: Callable[[Operation], str]) -> None:
        self._base = base
        self._sender = sender
        self._accounts = accounts
        self._may_send = may_send
        self._sightings = Sightings()
        self._words = LinkWords(base)
        self._absences = Absences(sender.send)
        self._segments = Segments(self._page, may_send)
        self._values: Names = frozenset()
        self._answered: dict[tuple[str, str], int] = {}
        """Path and query → the best status that any caller got."""
        self._maps: set[str] = set()
        """Source maps that were asked for."""
        self._supposed: list[str] = []
        """Addresses in comments of the page, or in sources of the script, that was asked for last: they may be gone."""
        self.remarks: dict[str, None] = {}

    def visit(self, caller: Caller) -> int:
        """Follow everything from the front page on; how many pages were asked for."""
        waiting: deque[tuple[str, KnownFrom]] = deque([("/", KnownFrom.CRAWL)])
        if caller == ANONYMOUS:
            waiting += [(path, KnownFrom.GUESS) for path in self._announced()]
        else:
            refused = [path for (path, query), status in self._answered.items() if status in (401, 403) and not query]
            waiting += [
                (path, KnownFrom.CRAWL) for path in dict.fromkeys((*self._landing(caller), *refused)) if path != "/"
            ]
        alike: Counter[tuple[str, frozenset[str]]] = Counter()
        met = set(waiting)
        asked = 0
        while waiting and asked < MAX_PAGES:
            address, source = waiting.popleft()
            path, _, query = address.partition("?")
            operation = operation_of(self._words.labelled(Sighting("GET", path, query, known_from=source)))
            at = (operation.path, frozenset(part.name for part in operation.parts))
            if alike[at] >= MAX_ALIKE or self._may_send(operation):
                self._sightings.found.append(Sighting("GET", path, query, known_from=source, seen_by=caller))
                continue
            alike[at] += 1
            asked += 1
            found = [(each, KnownFrom.CRAWL) for each in self._followed(path, query, caller, source)]
            found += [(each, KnownFrom.GUESS) for each in self._supposed if (each, KnownFrom.CRAWL) not in met]
            self._supposed = []
            waiting += [each for each in dict.fromkeys(found) if each not in met]
            met.update(found)
        if waiting:
            self.remarks[f"only {MAX_PAGES} pages were looked at as {caller.name or 'nobody'}"] = None
        return asked

    def _landing(self, caller: Caller) -> list[str]:
        """Where a login leads to: not every site links to it from its front page."""
        login = self._accounts.login(caller)
        led_to: list[str] = []
        for each in login.exchanges if login else ():
            if each.sent.method == "GET":
                led_to.append(each.sent.url)
            if each.answer and (location := each.answer.header("location")):
                led_to.append(joined(each.sent.url, location))
        return list(self._here(led_to))

    def operations(self) -> tuple[Operation, ...]:
        """Of what is there: an address that nobody got anything from is none."""
        absent = {at for at, status in self._answered.items() if status in (404, 410)}
        self._sightings.found = [
            self._words.labelled(each)
            for each in self._sightings.found
            if each.method != "GET" or each.form is not None or (each.path, each.query) not in absent
        ]
        return self._sightings.operations(self._values)

    def learn_values(self) -> None:
        """Which last steps of its paths the site looks something up by: after all pages were seen."""
        self._values, more = self._segments.learn()
        self._sightings.found += more

    def _page(self, path: str, caller: Caller) -> Answer | None:
        return self._got(self._base + path, caller).answer

    def _got(self, url: str, caller: Caller) -> Exchange:
        sent = Sent("GET", url, (("accept", "text/html,application/json;q=0.9,*/*;q=0.8"),))
        return self._sender.send(self._accounts.authorised(sent, caller) if caller != ANONYMOUS else sent)

    def _followed(self, path: str, query: str, caller: Caller, source: KnownFrom) -> Iterator[str]:
        """Ask for it; the addresses that its answer leads to."""
        url = self._base + path + (f"?{query}" if query else "")
        exchange = self._got(url, caller)
        answer = exchange.answer
        if answer is None:
            self.remarks[f"{path} gave no answer ({exchange.failure})"] = None
            return
        if source is KnownFrom.GUESS and self._is_absent(exchange):
            return
        if self._words.hear(path, query, answer):
            self.remarks[f"GET {path} changed state, as its answer says: it is not asked again"] = None
        before = self._answered.get((path, query), answer.status)
        self._answered[path, query] = answer.status if before in (401, 403, 404, 410) else before
        if not SCRIPT.search(path):
            self._segments.hear(path, query, caller, answer)
            self._sightings.found.append(Sighting("GET", path, query, known_from=source, seen_by=caller))
        yield from self._led_to(answer, url, path + (f"?{query}" if query else ""))

    def _is_absent(self, exchange: Exchange) -> bool:
        """Of an address that was only guessed: whether the site would answer so to any."""
        status = exchange.answer.status if exchange.answer else 0
        return status in (404, 410) or (status < 300 and self._absences.is_like(exchange))

    def _led_to(self, answer: Answer, url: str, page: str) -> Iterator[str]:
        if location := answer.header("location"):
            yield from self._here([joined(url, location)])
        fields = (value for name, value in answer.headers if name == "link")
        yield from self._here(joined(url, each) for value in fields for each in _LINK_FIELD.findall(value))
        root = page_of(answer)
        self._sightings.found += self._words.read(root, url)
        yield from self._here(links_of(root, url))
        self._supposed += self._here(joined(url, each) for each in commented_in(root))
        forms = sightings_of_forms(forms_of(root, url), self._base, page)
        self._sightings.found += forms
        yield from (each.path for each in forms if each.method == "GET")
        is_script = "javascript" in answer.header("content-type")
        for text in [answer.body.decode(errors="replace")] if is_script else scripts_of(root):
            yield from self._called(text)
        if is_script and (address := map_of(answer)):
            self._supposed += self._told_by_sources(joined(url, address))
        document = json_of(answer)
        if document is not None and not _describes_api(document):
            told = paths_in(answer.body.decode(errors="replace"))  # with `{id}` it is a template, and no address
            yield from self._here(joined(url, each) for each in told if "{" not in each)

    def _told_by_sources(self, url: str) -> Iterator[str]:
        """What the sources of a script ask for: a part of them may be in no bundle any more."""
        at = below(self._base, url) if url else None
        if at is None or url in self._maps or len(self._maps) >= MAX_MAPS:
            return
        self._maps.add(url)
        if self._may_send(Operation("GET", at[0], known_from=frozenset({KnownFrom.CRAWL}))):
            return
        answer = self._sender.send(Sent("GET", url)).answer
        for text in sources_in(answer) if answer else ():
            yield from self._called(text)

    def _called(self, text: str) -> Iterator[str]:
        """What a script asks for; what it changes, and what needs a value, is noted only."""
        for call in calls_in(text):
            sighting = sighting_of_call(call, self._base)
            if sighting is None or ASSET.search(sighting.path):
                continue
            if call.method == "GET" and "{" not in call.path + call.query:
                yield from self._here([self._base + sighting.path + (f"?{call.query}" if call.query else "")])
            else:
                self._sightings.found.append(sighting)

    def _here(self, addresses: Iterator[str] | list[str]) -> Iterator[str]:
        """Path and query of those below the base that may offer something."""
        for each in addresses:
            at = below(self._base, each) if each else None
            if at is not None and not ASSET.search(at[0]):
                yield at[0] + (f"?{at[1]}" if at[1] else "")

    def _announced(self) -> list[str]:
        """Addresses in robots.txt and in the sitemaps of this host."""
        at = urlsplit(self._base)
        origin = f"{at.scheme}://{at.netloc}"
        robots = self._text(f"{origin}/robots.txt")
        found = [joined(origin, each) for each in ROBOTS.findall(robots)[:MAX_TOLD]]
        maps = [joined(origin, each) for each in _SITEMAP.findall(robots)[:3]] or [f"{origin}/sitemap.xml"]
        for each in maps:
            if below(origin, each):
                found += [joined(origin, address) for address in _LOCATION.findall(self._text(each))[:MAX_TOLD]]
        return list(dict.fromkeys(self._here(found)))

    def _text(self, url: str) -> str:
        answer = self._sender.send(Sent("GET", url)).answer
        return answer.body.decode(errors="replace") if answer and answer.status == 200 else ""


def _describes_api(document: Json) -> bool:
    """Whether it is an OpenAPI document: its paths are no pages, and `lookup` reads it."""
    return isinstance(document, dict) and not {"openapi", "swagger"}.isdisjoint(document)
