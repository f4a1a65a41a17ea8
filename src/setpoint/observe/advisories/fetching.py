"""Files over HTTP, asked for only if they changed. `sync` and `exploited` call it, each with an address of its own.

No credentials, no cookies; redirects stay at the host. What breaks off is taken up where it ended; a server that asks
for patience gets it, within bounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from setpoint import __version__
from setpoint.errors import InputError, NotFoundError, TemporaryError
from setpoint.model.hosts import is_loopback
from setpoint.observe.advisories.download import NEVER_FETCHED, Download, Fetched, Validators
from setpoint.observe.interface import Progress

if TYPE_CHECKING:
    import httpx

SILENCE: Final = 30.0
"""Seconds between two pieces of an answer."""

WITHIN: Final = 3600.0
"""Seconds for one file with all attempts; the largest, of npm, has some hundreds of megabytes."""

ATTEMPTS: Final = 4
"""At one file, before it is given up for now."""

LONGEST_PAUSE: Final = 60.0
"""Seconds that a `Retry-After` is waited for; where it asks for more, whoever called comes again later."""

MOST_REDIRECTS: Final = 3
"""The feed of EPSS has one, from `current` to the day's."""

_RETRIED: Final = frozenset((429, 500, 502, 503, 504))
"""Answers after which trying again may help (RFC 9110, 15.6; RFC 6585, 4)."""


class Fetcher:
    """Files below one address. To be closed."""

    def __init__(
        self,
        base: str,
        *,
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
        silence: float = SILENCE,
        within: float = WITHIN,
    ) -> None:
        self.address = checked_address(base)
        self._progress = progress
        self._sleep = sleep
        self._within = within
        self._client = _client(urlsplit(base).hostname, silence)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str = "", *, most: int) -> Fetched:
        """The whole file; `NotFoundError` where there is none, `TemporaryError` where it did not come."""
        fetched = self.get_if_changed(path, NEVER_FETCHED, most=most)
        if fetched is None:
            raise TemporaryError("the server says that nothing changed, and was not asked", where=self._url(path))
        return fetched

    def get_if_changed(self, path: str, known: Validators, *, most: int) -> Fetched | None:
        """As `get`; None where the file is still the one that is known."""
        download = Download(self._url(path), known, most=most, within=self._within)
        try:
            return self._completed(download)
        except BaseException:
            download.body.close()
            raise

    def _url(self, path: str) -> str:
        return f"{self.address.rstrip('/')}/{path}" if path else self.address

    def _completed(self, download: Download) -> Fetched | None:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(download)
            except TemporaryError as error:
                if error.delay > LONGEST_PAUSE:
                    raise
                self._sleep(error.delay)
        return self._attempt(download)

    def _attempt(self, download: Download) -> Fetched | None:
        import httpx

        try:
            with self._answer(download) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    download.body.close()
                    return None
                self._take(download, response)
        except httpx.InvalidURL as error:
            raise InputError("this is no address", where=download.url) from error
        except httpx.HTTPError as error:
            raise TemporaryError(f"no whole answer came ({type(error).__name__})", where=download.url) from error
        return download.finished()

    @contextmanager
    def _answer(self, download: Download) -> Iterator[httpx.Response]:
        url = download.url
        for _ in range(MOST_REDIRECTS + 1):
            self._client.cookies.clear()
            with self._client.stream("GET", url, headers=download.headers()) as response:
                if not response.has_redirect_location:
                    _check_status(response, download.url)
                    yield response
                    return
                url = _redirected(url, response.headers["Location"])
        raise InputError(f"it redirects more than {MOST_REDIRECTS} times", where=download.url)

    def _take(self, download: Download, response: httpx.Response) -> None:
        download.begin(response.status_code, response.headers)
        # Raw: what is packed is unpacked by whoever knows its bounds.
        for piece in response.iter_raw():
            download.add(piece)
            if self._progress:
                self._progress(download.url, download.taken, download.total)


def checked_address(address: str) -> str:
    """Raises `InputError` for what is no address of a web server, or carries credentials."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise InputError(f"{address[:200]!r} is no address", remedy="it begins with https://") from error
    if parts.username or parts.password:
        raise InputError("the address has a user name in it", remedy="leave it out; the feeds are public")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise InputError(f"{address[:200]!r} is no address of a web server", remedy="it begins with https://")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError("advisories would be fetched without TLS", where=address, remedy="use an https:// address")
    return address


def _client(host: str | None, silence: float) -> httpx.Client:
    try:
        import httpx
    except ImportError as error:
        raise InputError(
            "fetching advisories needs httpx", remedy="install it with: pip install 'setpoint[sbom]'"
        ) from error
    return httpx.Client(
        headers={"User-Agent": f"setpoint/{__version__}", "Accept-Encoding": "identity"},
        timeout=silence,
        trust_env=not is_loopback(host),  # what is on this machine is not asked for by way of a proxy
    )


def _redirected(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(target)
    except ValueError as error:
        raise InputError("it redirects to what is no address", where=url) from error
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise InputError(
            f"it redirects to another host, {after.netloc[:200]!r}",
            where=url,
            remedy="give that address, if you trust it",
        )
    return target


def _check_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in (404, 410):
        raise NotFoundError("there is nothing at this address", where=url)
    if status in _RETRIED:
        raise TemporaryError(f"the server answered {status}", where=url, delay=_delay(response))
    if status not in (200, 206, 304):
        raise InputError(f"the server answered {status}", where=url)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise InputError("the server packed its answer, which it was not asked to", where=url)


def _delay(response: httpx.Response) -> float:
    """Of `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3)."""
    given = response.headers.get("Retry-After", "")
    if given.isdecimal():
        return float(given[:9])
    try:
        at = parsedate_to_datetime(given).astimezone(UTC)
    except (ValueError, OverflowError):
        return 1.0
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
