"""One JSON document from an identity provider, bounded in bytes and time. `issuer_keys` calls it, from a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import httpx

from setpoint.errors import InputError, TemporaryError
from setpoint.files import parse_json
from setpoint.model.canonical import Json
from setpoint.model.hosts import is_loopback

SECONDS: Final = 5.0
"""For all of it, from the name's look-up to the last byte: a call waits for it."""

MAX_BYTES: Final = 512 * 1024
"""Discovery documents and key sets of the large providers have a few kilobytes."""

Fetch = Callable[[str], Json]
"""URL → the document; `TemporaryError` where there is none now."""

# Compressed answers are refused, because a few bytes could become very many.
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


def fetch_json(url: str) -> Json:
    """Blocks, and needs a thread without an event loop. No redirect is followed, no cookie kept."""
    try:
        body = asyncio.run(_body(url))
        return parse_json(body, url)
    except TimeoutError as error:
        raise TemporaryError(f"no whole answer came within {SECONDS:g} seconds", where=url) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TemporaryError(f"there was no answer ({type(error).__name__})", where=url) from error
    except InputError as error:
        raise TemporaryError(error.what, where=url) from error


async def _body(url: str) -> bytes:
    # What is on this machine is not asked for by way of a proxy.
    uses_proxies = not is_loopback(urlsplit(url).hostname)
    # One deadline over everything: a timeout for each read lets a slow sender hold on for ever.
    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(follow_redirects=False, headers=_HEADERS, timeout=SECONDS, trust_env=uses_proxies) as client,
        client.stream("GET", url) as response,
    ):
        if response.status_code != httpx.codes.OK or response.headers.get("Content-Encoding", "identity") != "identity":
            raise TemporaryError(f"the answer has status {response.status_code}, or is compressed", where=url)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                raise TemporaryError(f"the answer has more than {MAX_BYTES:,} bytes", where=url)
    return bytes(body)
