"""Sites whose links, forms and requests come from scripts: their pages, opened in a browser. Called by `wiring.dast`.

The browser is headless Chromium, moved by Playwright. It has no way out of its own: every request of its pages passes
`browser_gate`, and names, proxy and sockets of the program itself lead nowhere.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from setpoint.errors import InputError
from setpoint.model.dast import ANONYMOUS, Caller, KnownFrom, Operation, PartPlace, Sent, Surface
from setpoint.scan.dast.interface import Accounts, Sender
from setpoint.scan.dast.requests import request_of
from setpoint.scan.dast.surface.browser_site import BrowserLimits, Findings, Site
from setpoint.scan.dast.surface.link_words import LinkWords
from setpoint.scan.dast.surface.merge import merged
from setpoint.scan.dast.surface.sighted import below

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

INSTALLED: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
"""Names under which systems have Chromium, and those built on it."""

_NOWHERE: Final = (
    "--proxy-server=http://127.0.0.1:9",  # the port of `discard` (RFC 863): whatever is left to the browser ends there
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_ENVIRONMENT: Final = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "XDG_RUNTIME_DIR", "FONTCONFIG_PATH")
"""What the browser needs of ours: tokens of accounts may be in the rest."""
CLOSING_SECONDS: Final = 10.0
GRACE_SECONDS: Final = 60.0
"""Beyond its own limit, after which a visit is broken off."""
USUAL: Final = BrowserLimits()

UNSANDBOXED: Final = "pages were opened without the browser's sandbox, which neither root nor most containers have"

_REMEDY: Final = "playwright install chromium, or name the program of another one with --browser-path"


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser that was started once, and how that went well."""

    program: Path
    is_sandboxed: bool
    """What gets hold of a page gets hold of nothing else."""


def find_browser(given: Path | None) -> Chromium:
    """What pages are opened with. Raises `InputError`."""
    return asyncio.run(_found(given))


def browsed(
    surface: Surface,
    base: str,
    sender: Sender,
    accounts: Accounts,
    may_send: Callable[[Operation], str],
    told: Callable[[str], None],
    chromium: Chromium,
    limits: BrowserLimits = USUAL,
) -> Surface:
    """With what pages offer once their scripts have run, to nobody and to each account. Raises `EndedEarlyError`."""
    findings = Findings()
    site = Site(base, sender, accounts, may_send, limits, LinkWords(base))
    addresses = list(dict.fromkeys(["/", *_pages(surface, base)]))
    if not chromium.is_sandboxed:
        findings.remarks[UNSANDBOXED] = None
    asyncio.run(_visited(site, chromium, addresses, findings, told))
    return merged(surface, Surface(base, findings.operations(site.words), tuple(findings.remarks)))


def _pages(surface: Surface, base: str) -> Iterator[str]:
    """Path and query of whatever the pages without their scripts led to."""
    for operation in surface.operations:
        if operation.method != "GET" or KnownFrom.CRAWL not in operation.known_from:
            continue
        values = {
            part: part.example
            for part in operation.parts
            if part.example is not None and part.place in {PartPlace.PATH, PartPlace.QUERY}
        }
        at = below(base, request_of(surface.base, operation, values).url)
        if at is not None and "{" not in at[0]:
            yield at[0] + (f"?{at[1]}" if at[1] else "")


async def _visited(
    site: Site, chromium: Chromium, addresses: list[str], findings: Findings, told: Callable[[str], None]
) -> None:
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await _started(driver, chromium)
        try:
            for caller in (ANONYMOUS, *site.accounts.callers):
                opened = await _visited_as(caller, site, browser, addresses, findings)
                told(f"opened {opened} pages in the browser as {caller.name or 'nobody'}")
        finally:
            await _closed(browser)


async def _visited_as(caller: Caller, site: Site, browser: Browser, addresses: list[str], findings: Findings) -> int:
    """How many pages were opened; what ends the browser itself costs a remark."""
    from playwright.async_api import Error

    from setpoint.scan.dast.surface.browser_pages import Visit

    opened = 0
    try:
        async with asyncio.timeout(site.limits.seconds + GRACE_SECONDS):
            context = await _context(caller, site, browser)
            opened = await Visit(site, caller, context, findings).follow(addresses)
            await context.close()
    except (Error, TimeoutError) as error:
        findings.remarks[f"the browser ended early ({_first_line(error) or 'it hung'})"] = None
    return opened


async def _context(caller: Caller, site: Site, browser: Browser) -> BrowserContext:
    """What the browser knows as this caller: nothing of any other."""
    from playwright.async_api import Error

    from setpoint.scan.dast.surface.browser_scripts import QUIET_WINDOW

    context = await browser.new_context(service_workers="block", accept_downloads=False)
    await context.grant_permissions([])  # which refuses all of them
    await context.add_init_script(QUIET_WINDOW)
    if caller != ANONYMOUS:
        cookies = _cookies(site, caller)
        with suppress(Error):  # what no browser keeps, the gate adds all the same
            await context.add_cookies([{"name": name, "value": value, "url": site.base} for name, value in cookies])
    return context


def _cookies(site: Site, caller: Caller) -> list[tuple[str, str]]:
    """The caller's session, where scripts look for it."""
    sent = site.accounts.authorised(Sent("GET", f"{site.base}/"), caller)
    line = next((value for name, value in sent.headers if name.lower() == "cookie"), "")
    pairs = (each.strip().partition("=") for each in line.split(";"))
    return [(name, value) for name, _, value in pairs if name]


async def _found(given: Path | None) -> Chromium:
    try:
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise InputError(
            "the library that moves the browser, Playwright, is not installed",
            where="--browser",
            remedy="pip install 'setpoint[dast-browser]'",
        ) from error
    async with async_playwright() as driver:
        program = given.absolute() if given else _installed(Path(driver.chromium.executable_path))
        if os.geteuid() != 0:  # to whom no Chromium gives one
            with suppress(InputError):  # the system may not let it have one
                return await _tried(driver, Chromium(program, is_sandboxed=True))
        return await _tried(driver, Chromium(program, is_sandboxed=False))


async def _tried(driver: Playwright, chromium: Chromium) -> Chromium:
    """Raises `InputError`."""
    await _closed(await _started(driver, chromium))
    return chromium


def _installed(own: Path) -> Path:
    """Playwright's own Chromium, else the system's. Raises `InputError`."""
    if own.is_file():
        return own
    for name in INSTALLED:
        if found := shutil.which(name):
            return Path(found)
    raise InputError("no Chromium was found", where="--browser", remedy=_REMEDY)


async def _started(driver: Playwright, chromium: Chromium) -> Browser:
    """Raises `InputError`."""
    from playwright.async_api import Error

    try:
        return await driver.chromium.launch(
            executable_path=chromium.program,
            args=[*_NOWHERE],
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            chromium_sandbox=chromium.is_sandboxed,
            handle_sigint=False,  # who stops the scan stops the browser at its next request
            handle_sigterm=False,
            handle_sighup=False,
        )
    except Error as error:
        raise InputError(
            f"the browser does not start ({_first_line(error)})", where=str(chromium.program), remedy=_REMEDY
        ) from error


async def _closed(browser: Browser) -> None:
    """Whatever hangs in it: leaving the driver kills what is left."""
    from playwright.async_api import Error

    with suppress(Error, TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            await browser.close()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
