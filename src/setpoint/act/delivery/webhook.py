"""A webhook: JSON by POST, signed as the specification *Standard Webhooks* says, so that its libraries can verify it.

The signature is over the message's key, the time of sending and the body. `courier` makes one for each such channel.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import ssl
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult, urlsplit

import orjson

from setpoint import __version__
from setpoint.act.delivery.wording import LONGEST_VALUE, Text, clipped
from setpoint.act.interface import Alert, Message
from setpoint.errors import InputError, TemporaryError
from setpoint.model.canonical import Json, canonical_bytes

KEY_PREFIX: Final = "whsec_"
"""In front of a key that is written in base 64 (*Standard Webhooks*, "Signature scheme")."""

SHORTEST_KEY: Final = 24
"""Bytes (*Standard Webhooks*, "Signature scheme")."""

LARGEST_DETAILS: Final = 4 * 1024
"""Bytes of one alert's details, and of its policies."""

LARGEST_BODY: Final = 256 * 1024
"""Bytes. One alert always fits: with its fields bounded it takes less, and so does the text beside it."""


class Webhook:
    longest = 10_000
    """Characters of the text for people beside the alerts themselves."""

    def __init__(self, url: str, key: str, *, timeout: float, where: str) -> None:
        """`where` is what errors name in place of the URL, which is a secret."""
        self._url = _checked(url, where)
        self._key = _key_bytes(key, where)
        self._timeout = timeout

    def send(self, message: Message, text: Text, owner: str) -> None:
        """Raises `TemporaryError` unless the answer is a 2xx; a redirect is not followed, whoever sends it."""
        body = _body(message, text, owner)
        try:
            with closing(self._connection()) as connection:
                connection.request("POST", self._target(), body, self._headers(message.key, body))
                status = connection.getresponse().status
        except ssl.SSLCertVerificationError as error:
            raise _failed(f"its certificate is not trusted: {error.verify_message}") from None
        except TimeoutError:
            raise _failed(f"no answer within {self._timeout:g} s") from None
        except OSError as error:
            raise _failed(f"no connection ({error.strerror or type(error).__name__})") from None
        except HTTPException:
            raise _failed("the answer is not HTTP") from None
        if 300 <= status < 400:
            raise _failed(f"HTTP {status}: redirects are not followed")
        if not 200 <= status < 300:
            raise _failed(f"HTTP {status}")

    def _connection(self) -> HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return HTTPConnection(host, port, timeout=self._timeout)
        return HTTPSConnection(host, port, timeout=self._timeout, context=ssl.create_default_context())

    def _target(self) -> str:
        return self._url._replace(scheme="", netloc="", fragment="", path=self._url.path or "/").geturl()

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        sent_at = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "User-Agent": f"setpoint/{__version__}",
            "webhook-id": key,
            "webhook-timestamp": sent_at,
            "webhook-signature": f"v1,{signature(self._key, key, sent_at, body)}",
        }


def signature(key: bytes, message_key: str, sent_at: str, body: bytes) -> str:
    """HMAC-SHA256, in base 64 (*Standard Webhooks*, "Signature scheme")."""
    signed = b".".join((message_key.encode(), sent_at.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _body(message: Message, text: Text, owner: str) -> bytes:
    """Nothing in it depends on the time of sending: at every attempt it is the same."""
    alerts = [{**_bounded(alert), "owner": clipped(owner, LONGEST_VALUE)} for alert in message.alerts]
    listed = len(alerts)
    while True:
        document = {
            "key": message.key,
            "title": text.title,
            "text": text.body,
            "alerts": alerts[:listed],
            "more": message.more + len(alerts) - listed,
        }
        # In ASCII: of what a terminal would obey, nothing is left as it is.
        body = json.dumps(orjson.loads(canonical_bytes(document))).encode()
        if len(body) <= LARGEST_BODY or listed == 1:
            return body
        listed = (listed + 1) // 2


def _bounded(alert: Alert) -> dict[str, Json]:
    document = dict(alert.document())
    for name, value in document.items():
        if isinstance(value, str):
            document[name] = clipped(value, LONGEST_VALUE)
    for name in ("details", "policies"):
        if len(canonical_bytes(document[name])) > LARGEST_DETAILS:
            document[name] = {"left_out": "too large"} if name == "details" else []
    return document


def _failed(reason: str) -> TemporaryError:
    # Raised from None everywhere: causes may hold the URL.
    return TemporaryError(f"the webhook did not take it: {reason}")


def _checked(url: str, where: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        raise InputError("this secret is not a URL", where=where) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("this secret is not the URL of a webhook", where=where, remedy="it begins with https://")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise InputError("this webhook would be called without TLS", where=where, remedy="use an https:// URL")
    if parts.username or parts.password:
        raise InputError(
            "this URL has a user name in it", where=where, remedy="leave it out; receivers verify the signature"
        )
    if not url.isascii() or any(char.isspace() for char in url):
        raise InputError("this URL has characters that a URL cannot have", where=where, remedy="percent-encode them")
    return parts


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key_bytes(key: str, where: str) -> bytes:
    try:
        encoded = key.removeprefix(KEY_PREFIX)
        data = base64.b64decode(encoded, validate=True) if encoded != key else key.encode()
    except binascii.Error:
        raise InputError(f"after {KEY_PREFIX} base 64 was expected", where=where) from None
    if len(data) < SHORTEST_KEY:
        raise InputError(
            f"the key has {len(data)} bytes; at least {SHORTEST_KEY} are needed",
            where=where,
            remedy="make one with: openssl rand -hex 32",
        )
    return data
