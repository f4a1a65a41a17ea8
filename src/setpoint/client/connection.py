"""The door to one server: every call of `setpoint.client` goes through it.

An answer is bounded in bytes and time, and is the server's own: no redirect is followed, and a page's successor is
asked for by its cursor, never by an address that came with it.
"""

from __future__ import annotations

import gzip
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Final, Self, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from pydantic import ValidationError

from setpoint import __version__
from setpoint.client.patience import LostError, NotNowError, Sleep, patiently
from setpoint.client.refusals import IS_IT_SETPOINT, refusal
from setpoint.client.server import Server
from setpoint.errors import CouldNotTellError, Error, InputError, TemporaryError
from setpoint.wire.document import Document
from setpoint.wire.page import MOST_ITEMS, Page
from setpoint.wire.wording import place, told

VERSION: Final = "/v1"

CONNECT_WITHIN: Final = 5.0
"""Seconds."""

ANSWER_WITHIN: Final = 60.0
"""Seconds for a whole answer: a gate reads what is declared first, which takes seconds the first time."""

LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes; a page of the largest resources has a few, and the lake's own limit on an answer is far below."""

LARGEST_LIST: Final = 2 * 1024**3
"""Bytes of all pages of one list: those of a million resources, with their differences."""

LIST_WITHIN: Final = 900.0
"""Seconds for all pages, and for what is done with them meanwhile."""

LARGEST_FILE: Final = 16 * 1024**3
"""Bytes of a download: many times what a server usually lets an export have."""

FILE_WITHIN: Final = 3600.0
"""Seconds for all of a download: what is large comes over slow lines, too."""

PACKED_FROM: Final = 64 * 1024
"""Bytes of a body that is sent compressed: a scan of a thousand weaknesses has ten times as many."""

_HEADERS: Final = {
    "User-Agent": f"setpoint/{__version__}",
    "Accept": "application/json, application/problem+json",
    # A few compressed bytes could become very many.
    "Accept-Encoding": "identity",
}

Query = str | int | bool | None
Kind = TypeVar("Kind", bound=Document)
Item = TypeVar("Item", bound=Document)
Cause = TypeVar("Cause", bound=BaseException)


class Connection:
    """Close it when done. Raises `InputError` where nothing can be sent there, or not safely."""

    def __init__(self, server: Server, *, sleep: Sleep = time.sleep) -> None:
        server.check()
        self._sleep = sleep
        self.where = server.url
        self._client = _client(server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ending: object) -> None:
        self._client.close()

    def get(self, path: str, kind: type[Kind], /, *, within: float = ANSWER_WITHIN, **query: Query) -> Kind:
        """The document that stands there."""
        return self._document(kind, self.ask("GET", path, query=query, within=within, repeatable=True))

    def items(self, path: str, kind: type[Page[Item]], /, *, most: int = MOST_ITEMS, **query: Query) -> Iterator[Item]:
        """Those of every page, `most` on one."""
        cursor, size, deadline = None, 0, time.monotonic() + LIST_WITHIN
        while True:
            wanted = {**query, "limit": most, "cursor": cursor}
            body = self.ask("GET", path, query=wanted, repeatable=True)
            page = self._document(kind, body)
            yield from page.items
            if page.next is None:
                return
            size += len(body)
            if size > LARGEST_LIST or time.monotonic() > deadline:
                raise self._endless(f"more than {LARGEST_LIST:,} bytes, or {LIST_WITHIN:g} seconds")
            cursor = self._cursor(page.next, cursor)

    def post(
        self, path: str, body: Document | None, kind: type[Kind], *, once: bool = True, within: float = ANSWER_WITHIN
    ) -> Kind:
        """What comes of it. With `once`, by an idempotency key, it happens once however often it has to be sent."""
        headers = {"Idempotency-Key": str(uuid4())} if once else {}
        content = body.model_dump_json().encode() if body is not None else None
        if content is not None and len(content) > PACKED_FROM:
            content, headers = gzip.compress(content, mtime=0), {**headers, "Content-Encoding": "gzip"}
        answer = self.ask("POST", path, content=content, headers=headers, within=within, repeatable=once)
        return self._document(kind, answer)

    def delete(self, path: str, kind: type[Kind], /, **query: Query) -> Kind:
        """What comes of it."""
        return self._document(kind, self.ask("DELETE", path, query=query, repeatable=False))

    def ask(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        within: float = ANSWER_WITHIN,
        query: Mapping[str, Query] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of the answer, as it is; raises the `Error` that the server tells where there is none."""
        request = self._request(method, path, query or {}, content, headers or {}, within)

        def once() -> bytes:
            with self._answered(request, within) as (response, deadline):
                return _whole(response, deadline)

        return patiently(once, repeatable=repeatable, sleep=self._sleep)

    def download(self, path: str, content: bytes, file: BinaryIO, *, within: float) -> int:
        """Write the answer into a file as it comes; how many bytes. What can be of any size is not asked for twice.

        `within` is for its beginning, and between two parts of it.
        """
        request = self._request("POST", path, {}, content, {}, within)
        size, deadline = 0, time.monotonic() + FILE_WITHIN
        with self._answered(request, within) as (response, _):
            for chunk in _in_time(response, deadline):
                size += file.write(chunk)
                if size > LARGEST_FILE:
                    raise self._endless(f"more than {LARGEST_FILE:,} bytes")
        return size

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Query],
        content: bytes | None,
        headers: Mapping[str, str],
        within: float,
    ) -> httpx.Request:
        given = {name: value for name, value in query.items() if value is not None}
        typed = {**headers, **({"Content-Type": "application/json"} if content is not None else {})}
        timeout = httpx.Timeout(within, connect=CONNECT_WITHIN)
        return self._client.build_request(method, path, params=given, content=content, headers=typed, timeout=timeout)

    @contextmanager
    def _answered(self, request: httpx.Request, within: float) -> Iterator[tuple[httpx.Response, float]]:
        """A response that is none of a refusal, with the moment until which it has to be whole."""
        deadline = time.monotonic() + within
        try:
            response = self._client.send(request, stream=True)
            try:
                if not response.is_success:
                    raise refusal(response.status_code, response.headers, _whole(response, deadline), self.where)
                yield response, deadline
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self._unreached(error) from error
        except httpx.TimeoutException as error:
            raise TemporaryError(
                f"no whole answer came within {within:g} seconds", where=self.where, remedy="ask again later"
            ) from error
        except httpx.RequestError as error:
            raise LostError(
                f"the server did not answer ({type(error).__name__})",
                where=self.where,
                remedy="check its address",
                delay=0,
            ) from error

    def _unreached(self, error: Exception) -> Error:
        """The library's own words may hold what was sent, and are not repeated."""
        refused = _cause(error, ssl.SSLError)
        if isinstance(refused, ssl.SSLCertVerificationError):
            what, remedy = f"its certificate is not trusted ({refused.verify_message})", "name who signed it: --ca-file"
            return CouldNotTellError(what, where=self.where, remedy=remedy)
        if refused is not None:
            return CouldNotTellError("it does not speak TLS as it should", where=self.where, remedy="check its address")
        return NotNowError(
            "the server cannot be reached", where=self.where, remedy="check its address, and whether it runs", delay=0
        )

    def _document(self, kind: type[Kind], body: bytes) -> Kind:
        try:
            # A newer server may say more than is known here.
            return kind.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            raise CouldNotTellError(
                "what the server sent is no answer that this program knows", where=self.where, remedy=IS_IT_SETPOINT
            ) from error

    def _endless(self, what: str) -> CouldNotTellError:
        return CouldNotTellError(f"the server's answer takes {what}", where=self.where, remedy="ask for less at once")

    def _cursor(self, address: str, before: str | None) -> str:
        cursors = parse_qs(urlsplit(address).query).get("cursor", [])
        if len(cursors) != 1 or cursors[0] == before:
            raise CouldNotTellError("the server's pages do not end", where=self.where, remedy=IS_IT_SETPOINT)
        return cursors[0]


def _client(server: Server) -> httpx.Client:
    trusted = server.trusted()
    try:
        return httpx.Client(
            base_url=server.url.rstrip("/") + VERSION,
            headers=_HEADERS | ({"Authorization": f"Bearer {server.token}"} if server.token else {}),
            verify=True if trusted is None else trusted,
            follow_redirects=False,
            # What is on this machine is not asked for by way of a proxy, which would see the token.
            trust_env=not server.is_here,
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        raise InputError(
            f"what the environment says of proxies or certificates cannot be used ({type(error).__name__})",
            remedy="look at HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
        ) from error


def asked(make: Callable[[], Kind]) -> Kind:
    """A document that is made of what a caller gave; `InputError` for what no server would take."""
    try:
        return make()
    except ValidationError as error:
        wrong = error.errors()[0]
        raise InputError(told(wrong), where=place(wrong)) from error


def _whole(response: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in _in_time(response, deadline):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise CouldNotTellError(f"the server's answer has more than {LARGEST_ANSWER:,} bytes")
    return bytes(body)


def _in_time(response: httpx.Response, deadline: float) -> Iterator[bytes]:
    for chunk in response.iter_bytes():
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("it comes too slowly")
        yield chunk


def _cause(error: BaseException | None, kind: type[Cause]) -> Cause | None:
    """The first of this kind among what an error came from."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
