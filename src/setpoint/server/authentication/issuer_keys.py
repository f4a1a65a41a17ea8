"""The public keys of one identity provider: fetched when needed, kept, and looked up again when it rotates them.

Neither a slow provider nor false tokens keep other calls waiting: one call at a time fetches, the others go by the keys
that are there, and how often anything is fetched does not depend on how many call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from setpoint.errors import TemporaryError
from setpoint.model.canonical import Json
from setpoint.model.hosts import is_loopback
from setpoint.server.authentication.fetching import Fetch, fetch_json
from setpoint.settings.oidc import OidcProvider

FRESH_FOR: Final = 300.0
"""Seconds after which keys are looked up again, so that one that was withdrawn is soon no longer good."""

PAUSE: Final = 60.0
"""Seconds between two look-ups, whatever tokens name: keys that nobody has heard of can be made up without end."""

FIRST_PAUSE: Final = 5.0
"""Seconds between two look-ups while no keys are there at all."""

MOST_WAITING: Final = 2
"""Calls that wait for an issuer's first keys; each holds a thread, of which the holders of tokens need some too."""

MOST_KEYS: Final = 100

RSA_SIGNS: Final = range(342, 1367)
"""Signs of the base64 of a modulus of 2048 to 8192 bits (RFC 7518, section 3.3: fewer are not enough)."""

KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
"""Of key pairs (RFC 7518, section 6.1, and RFC 8037): no shared secret is ever taken from a key set."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: tuple[Key, ...]
    fetched_at: float


class IssuerKeys:
    """Threads may share it."""

    def __init__(
        self, provider: OidcProvider, fetch: Fetch = fetch_json, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._provider = provider
        self._fetch = fetch
        self._clock = clock
        self._held: _KeySet | None = None
        self._tried_at: float | None = None
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def find(self, kid: str | None) -> Sequence[Key]:
        """Those of this name; without a name, the only one that there is. `TemporaryError` where no keys are known."""
        if self._usable() is None:
            self._wait_for_keys(kid)
        elif self._is_worth_a_look(kid) and self._turn.acquire(blocking=False):
            self._look(kid)
        held = self._usable()
        if held is None:
            raise TemporaryError(
                f"the keys of {self._provider.issuer} are not known, and cannot be had now",
                remedy="try again later",
                delay=FIRST_PAUSE,
            )
        return _named(held, kid)

    def _wait_for_keys(self, kid: str | None) -> None:
        """Without keys nobody can be let in, so that a few wait for who fetches them, and the rest come again later."""
        if self._waiting.acquire(blocking=False):
            try:
                self._turn.acquire()
                self._look(kid)
            finally:
                self._waiting.release()

    def _usable(self) -> _KeySet | None:
        held = self._held
        if held is None or self._clock() - held.fetched_at >= self._provider.keys_valid_for:
            return None
        return held

    def _is_worth_a_look(self, kid: str | None) -> bool:
        now, held = self._clock(), self._usable()
        if self._tried_at is not None and now - self._tried_at < (FIRST_PAUSE if held is None else PAUSE):
            return False
        return held is None or now - held.fetched_at >= FRESH_FOR or (kid is not None and not _named(held, kid))

    def _look(self, kid: str | None) -> None:
        """Ends the turn of who calls. Does nothing where another call has looked in the meantime."""
        try:
            if self._is_worth_a_look(kid):
                self._tried_at = self._clock()
                self._held = _KeySet(self._fetched(), self._clock())
        except TemporaryError as error:
            log.warning("the keys of an issuer cannot be had", issuer=self._provider.issuer, error=error.diagnostics())
        finally:
            self._turn.release()

    def _fetched(self) -> tuple[Key, ...]:
        """OpenID Connect Discovery 1.0, section 4: the issuer's document says where its keys are."""
        issuer = self._provider.issuer
        url = issuer.rstrip("/") + "/.well-known/openid-configuration"
        document = self._fetch(url)
        if not isinstance(document, dict) or document.get("issuer") != issuer:
            raise TemporaryError("the document there is not this issuer's", where=url)
        keys_url = document.get("jwks_uri")
        if not isinstance(keys_url, str) or not _is_as_safe(keys_url, issuer):
            raise TemporaryError("the document there names no safe place for the keys", where=url)
        keys = _usable_keys(self._fetch(keys_url))
        if not keys:
            raise TemporaryError("there is no key that could be used", where=keys_url)
        return keys


def _is_as_safe(url: str, issuer: str) -> bool:
    """Keys come over TLS; without it only on this machine, and only if the issuer is there too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and issuer.startswith("http://") and is_loopback(parts.hostname)
    )


def _named(held: _KeySet, kid: str | None) -> Sequence[Key]:
    if kid is None:
        return held.keys if len(held.keys) == 1 else ()
    return [key for key in held.keys if key.kid == kid]


def _usable_keys(document: Json) -> tuple[Key, ...]:
    """Those that can be understood; the others are left out (RFC 7517, section 5)."""
    listed = document.get("keys") if isinstance(document, dict) else None
    entries = listed[:MOST_KEYS] if isinstance(listed, list) else []
    keys = (_key(entry) for entry in entries if isinstance(entry, dict))
    return tuple(key for key in keys if key is not None)


def _key(entry: dict[str, Json]) -> Key | None:
    kind = entry.get("kty")
    if not isinstance(kind, str) or kind not in KEY_TYPES or (kind == "RSA" and not _has_good_size(entry)):
        return None
    try:
        return JWKRegistry.import_key(entry)
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None


def _has_good_size(entry: dict[str, Json]) -> bool:
    modulus = entry.get("n")
    return isinstance(modulus, str) and len(modulus.rstrip("=")) in RSA_SIGNS
