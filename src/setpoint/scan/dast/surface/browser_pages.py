"""One caller's way through a site in the browser: pages opened, read when they are at rest, their buttons pressed.

Used by `browser`. Nothing that a page does keeps it longer than its limits.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urljoin

from playwright.async_api import BrowserContext, Error, Page

from setpoint.model.dast import Answer, Caller
from setpoint.scan.dast.action_words import reason_of, verbs_of
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.surface.browser_gate import Gate
from setpoint.scan.dast.surface.browser_scripts import CLICK, FILL, LABELS, TEXT
from setpoint.scan.dast.surface.browser_site import Findings, Site
from setpoint.scan.dast.surface.crawl import ASSET, MAX_ALIKE, SCRIPT
from setpoint.scan.dast.surface.pages import MAX_FIELDS, MAX_LINKS, MAX_TEXT, forms_of, links_of
from setpoint.scan.dast.surface.sighted import Sighting, below, operation_of, sightings_of_forms
from setpoint.scan.dast.surface.templates import template_of

FRAMES: Final = 5
"""Of one page, itself among them."""
BUTTONS: Final = 60
"""Looked at on one page."""
CLOSING_SECONDS: Final = 5.0

_ROUTE: Final = re.compile(r"!?/")
"""How a fragment begins that is the address of a view: `#/orders`."""


class Visit:
    def __init__(self, site: Site, caller: Caller, context: BrowserContext, findings: Findings) -> None:
        self._site = site
        self._caller = caller
        self._context = context
        self._findings = findings
        self._gate = Gate(site, caller, findings)
        self._clicked: set[tuple[str, str]] = set()
        self._alike: Counter[tuple[str, frozenset[str], str]] = Counter()

    async def follow(self, addresses: Iterable[str]) -> int:
        """Open these, and what they lead to; how many pages were opened. Raises `EndedEarlyError`."""
        await self._context.route("**/*", self._gate.pass_on)
        waiting = deque(dict.fromkeys(addresses))
        met = set(waiting)
        opened = 0
        until = time.monotonic() + self._site.limits.seconds
        while waiting and opened < self._site.limits.pages and time.monotonic() < until:
            address = waiting.popleft()
            if self._is_left_out(address):
                continue
            opened += 1
            found = await self._opened(address)
            if self._gate.ended is not None:
                raise self._gate.ended
            waiting += [each for each in found if each not in met]
            met.update(found)
        if waiting:
            self._findings.remarks[
                f"only {opened} pages were opened in the browser as {self._caller.name or 'nobody'}"
            ] = None
        return opened

    def _is_left_out(self, address: str) -> bool:
        """Whether it may not be asked for, or is like others that were."""
        sighting, view = self._sighting(address)
        operation = operation_of(self._site.words.labelled(sighting))
        alike = (operation.path, frozenset(part.name for part in operation.parts), template_of(view)[0])
        self._alike[alike] += 1
        if self._site.may_send(operation):
            self._findings.note_page(sighting)
            return True
        return self._alike[alike] > MAX_ALIKE

    async def _opened(self, address: str) -> list[str]:
        """Where it leads to."""
        found: dict[str, None] = {}
        page: Page | None = None
        self._gate.begin_page()
        try:
            async with asyncio.timeout(self._site.limits.page_seconds):
                page = await self._context.new_page()
                await self._go(page, address)
                await self._read(page, found)
                await self._press_buttons(page, address, found)
        except TimeoutError:
            self._findings.remarks[f"{address} did not come to rest in the browser"] = None
        except Error:  # what came before counts
            if not self._gate.addresses:  # it did not just lead on
                self._findings.remarks[f"{address} could not be read in the browser"] = None
        finally:
            if page is not None:
                with suppress(Error, TimeoutError):
                    async with asyncio.timeout(CLOSING_SECONDS):
                        await page.close()
        found |= dict.fromkeys(self._here(self._gate.addresses))
        return list(found)

    async def _go(self, page: Page, address: str) -> None:
        self._gate.let_open()
        await page.goto(
            self._site.base + address, wait_until="domcontentloaded", timeout=self._site.limits.page_seconds * 1000
        )
        self._findings.note_page(self._sighting(address)[0])
        await self._rest()

    async def _rest(self) -> None:
        quiet = self._site.limits.quiet
        while self._gate.ended is None and (left := self._gate.last + quiet - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _read(self, page: Page, found: dict[str, None]) -> None:
        """Links and forms as they are now."""
        found |= dict.fromkeys(self._here([page.url]))
        for frame in page.frames[:FRAMES]:
            at = below(self._site.base, frame.url)
            if at is None:
                continue
            try:
                text = str(await frame.evaluate(TEXT, MAX_TEXT))
            except Error:  # it is gone
                continue
            root = page_of(Answer(200, (("content-type", "text/html"),), text.encode(errors="replace")))
            if root is None:
                continue
            _without_scripted_forms(root)
            for form in sightings_of_forms(forms_of(root, frame.url), self._site.base, at[0]):
                self._findings.note_page(form)
            for link in self._site.words.read(root, frame.url):
                self._findings.note_page(link)
            found |= dict.fromkeys(self._here([*links_of(root, frame.url), *_views(root, frame.url)]))

    async def _press_buttons(self, page: Page, address: str, found: dict[str, None]) -> None:
        """Those whose names say nothing delicate, each once on pages that are alike."""
        template, _ = template_of(self._sighting(address)[0].path)
        home, clicks = page.url, 0
        labels = await page.evaluate(LABELS, BUTTONS)
        await page.evaluate(FILL, MAX_FIELDS)
        for place, label in enumerate(map(str, labels)):
            if clicks == self._site.limits.clicks or self._gate.ended is not None:
                return
            if not verbs_of(label) or (template, label) in self._clicked or reason_of(verbs_of(label)):
                continue
            self._clicked.add((template, label))
            clicks += 1
            if not await page.evaluate(CLICK, [place, label]):
                continue
            self._gate.last = time.monotonic()
            await self._rest()
            await self._read(page, found)
            if page.url != home:
                await self._go(page, address)
                await page.evaluate(FILL, MAX_FIELDS)

    def _here(self, addresses: Iterable[str]) -> Iterator[str]:
        """Path, query and view of those below the base that may be pages."""
        for each in addresses:
            address, _, fragment = each.partition("#")
            at = below(self._site.base, address)
            if at is None or ASSET.search(at[0]) or SCRIPT.search(at[0]):
                continue
            view = f"#{fragment}" if _ROUTE.match(fragment) else ""
            yield at[0] + (f"?{at[1]}" if at[1] else "") + view

    def _sighting(self, address: str) -> tuple[Sighting, str]:
        """Of a page's address, and the view in it."""
        address, _, view = address.partition("#")
        path, _, query = address.partition("?")
        return Sighting("GET", path, query, seen_by=self._caller), view


def _views(root: Any, url: str) -> Iterator[str]:
    """Links whose fragments are addresses, which `links_of` leaves out of them."""
    for element in list(root.iter("a"))[:MAX_LINKS]:
        href = element.get("href") or ""
        if _ROUTE.match(href.partition("#")[2]):
            with suppress(ValueError):  # it is no address
                yield urljoin(url, href)


def _without_scripted_forms(root: Any) -> None:
    """Take out those without address and method: what they send, only the script that waits for them says."""
    for form in list(root.iter("form")):
        if form.get("action") is None and form.get("method") is None:
            form.drop_tree()
