"""A body is taken within its bounds, and what it held is given back, however it ends."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from setpoint.errors import InputError, TemporaryError
from setpoint.ingest.bodies import Bodies
from setpoint.ingest.refusals import RefusedError
from setpoint.settings.ingest import IngestBounds


def _request(chunks: Iterable[bytes | None], **headers: str) -> Request:
    """Whose body arrives in these chunks; after None, nothing arrives any more; at the end, the sender hangs up."""
    waiting = iter(chunks)

    async def receive() -> dict[str, Any]:
        chunk = next(waiting, b"end")
        if chunk is None:
            await asyncio.Event().wait()
        if chunk == b"end":
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": chunk != b""}

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": encoded}, receive)


def _take(bodies: Bodies, request: Request) -> bytes:
    async def take() -> bytes:
        async with bodies.take(request) as body:
            return body

    return asyncio.run(take())


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=5000), st.integers(1, 999), st.booleans())
def test_a_body_arrives_as_it_was(content: bytes, size: int, compressed: bool) -> None:
    sent = gzip.compress(content) if compressed else content
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
    headers = {"content_encoding": "gzip"} if compressed else {}
    bodies = Bodies(IngestBounds())
    assert _take(bodies, _request([*chunks, b""], **headers)) == content
    assert bodies._held == 0


@pytest.mark.parametrize("size", [100, 100_000, 300_000_000])
def test_an_announced_size_is_believed_when_it_is_too_large(size: int) -> None:
    bodies = Bodies(IngestBounds(body_bytes=99))
    with pytest.raises(RefusedError, match="more than 99 bytes"):
        _take(bodies, _request([None], content_length=str(size)))


def test_a_slow_body_is_not_waited_for() -> None:
    bodies = Bodies(IngestBounds(seconds=0.05))
    with pytest.raises(RefusedError, match="did not arrive within") as refused:
        _take(bodies, _request([b"some", None]))
    assert (refused.value.status, bodies._held) == (408, 0)


def test_a_sender_that_hangs_up_is_told_of() -> None:
    bodies = Bodies(IngestBounds())
    with pytest.raises(InputError, match="cut short"):
        _take(bodies, _request([b"some"]))
    assert bodies._held == 0


def test_nothing_is_no_gzip() -> None:
    with pytest.raises(InputError, match="cut short"):
        _take(Bodies(IngestBounds()), _request([b""], content_encoding="gzip"))


def test_a_thousand_slow_senders_keep_nobody_out() -> None:
    bodies = Bodies(IngestBounds(waiting_bytes=100_000, seconds=30))

    async def call() -> bytes:
        slow = [asyncio.create_task(_held(bodies, _request([b"x" * 50, None]))) for _ in range(1000)]
        while bodies._held < 50_000:
            await asyncio.sleep(0)
        async with bodies.take(_request([b"y" * 40_000, b""])) as body:
            taken = body
        with pytest.raises(TemporaryError, match="waits to be written"):
            async with bodies.take(_request([b"y" * 60_000, b""])):
                pass
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return taken

    assert len(asyncio.run(call())) == 40_000
    assert bodies._held == 0


async def _held(bodies: Bodies, request: Request) -> None:
    async with bodies.take(request):
        pass


def test_a_bomb_of_bombs_is_cut() -> None:
    bomb = gzip.compress(b"\0" * 1_000_000, 9) * 100
    bodies = Bodies(IngestBounds(inflated_bytes=2_000_000))
    with pytest.raises(RefusedError, match="inflates to more than") as refused:
        _take(bodies, _request([bomb, b""], content_encoding="gzip"))
    assert (refused.value.status, bodies._held) == (413, 0)


def test_what_follows_the_gzip_has_to_be_gzip() -> None:
    body = gzip.compress(b"fine") + b"and more"
    with pytest.raises(InputError, match="not gzip"):
        _take(Bodies(IngestBounds()), _request([body, b""], content_encoding="gzip"))
    raw = zlib.compress(b"fine")
    with pytest.raises(InputError, match="not gzip"):
        _take(Bodies(IngestBounds()), _request([raw, b""], content_encoding="gzip"))
