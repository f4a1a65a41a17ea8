"""Taking in a body within bounds: bytes as sent, bytes once inflated, time, and the memory of all bodies together."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request

from setpoint.errors import InputError, TemporaryError
from setpoint.ingest.refusals import RefusedError, too_large
from setpoint.settings.ingest import IngestBounds

GZIP: Final = 16 + zlib.MAX_WBITS
"""Says to zlib that it is gzip (*zlib Manual*, `inflateInit2`)."""

PIECE: Final = 256 * 1024
"""Bytes that are inflated at a time."""

BUSY_FOR: Final = 1.0
"""Seconds after which there may be room again: a second's worth of what waits is written in less."""


class Bodies:
    """All that are in memory; each is held until what is in it is in the journal."""

    def __init__(self, bounds: IngestBounds) -> None:
        self._bounds = bounds
        self._held = 0

    @asynccontextmanager
    async def take(self, request: Request) -> AsyncIterator[bytes]:
        """Raises `InputError` for one that is too large, too slow, cut short or encoded as it should not be.

        `TemporaryError` where too much is in memory already.
        """
        pieces: list[bytes] = []
        try:
            await self._arrive(request, pieces)
            pieces[:] = [b"".join(pieces)]
            yield pieces[0]
        finally:
            self._held -= sum(map(len, pieces))

    async def _arrive(self, request: Request, pieces: list[bytes]) -> None:
        inflating = _inflating(request)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._bounds.body_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await self._read(request, inflating, pieces)
        except TimeoutError as error:
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {self._bounds.seconds:g} s"
            ) from error
        except ClientDisconnect as error:
            raise InputError("the body was cut short") from error
        if inflating:
            inflating.finish()

    async def _read(self, request: Request, inflating: _Inflating | None, pieces: list[bytes]) -> None:
        arrived = inflated = 0
        async for chunk in request.stream():
            arrived += len(chunk)
            if arrived > self._bounds.body_bytes:
                raise self._too_large()
            for piece in inflating.feed(chunk) if inflating else (chunk,):
                inflated += len(piece)
                if inflated > self._bounds.inflated_bytes:
                    raise too_large(f"it inflates to more than {self._bounds.inflated_bytes:,} bytes")
                self._hold(piece, pieces)

    def _hold(self, piece: bytes, pieces: list[bytes]) -> None:
        if self._held + len(piece) > self._bounds.waiting_bytes:
            raise TemporaryError("too much waits to be written", remedy="send it again", delay=BUSY_FOR)
        self._held += len(piece)
        pieces.append(piece)

    def _too_large(self) -> RefusedError:
        return too_large(f"the body has more than {self._bounds.body_bytes:,} bytes")


class _Inflating:
    """gzip, perhaps in several members, piece by piece: what is not asked for is not inflated."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                self._member, self._begun = zlib.decompressobj(GZIP), False
            try:
                piece = self._member.decompress(data, PIECE)
            except zlib.error as error:
                raise InputError("the body is not gzip, as its Content-Encoding says") from error
            self._begun = True
            if piece:
                yield piece
            data = self._member.unconsumed_tail or self._member.unused_data

    def finish(self) -> None:
        if not self._begun or not self._member.eof:
            raise InputError("the gzip of the body is cut short")


def _inflating(request: Request) -> _Inflating | None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        return _Inflating()
    if encoding in {"identity", ""}:
        return None
    raise RefusedError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a Content-Encoding of {encoding[:40]!r} is not taken", remedy="use gzip"
    )
