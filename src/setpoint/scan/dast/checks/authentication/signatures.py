"""How tokens and cookies are signed by a shared secret, and whether one of them was signed by a guess. Pure.

Forms: JSON Web Tokens; cookies of Flask, Starlette and Express; and what people write by hand: text, a dot, its HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from setpoint.scan.dast.checks.authentication.jwt import HMAC, Jwt, encoded, jwt_in, signed_by_secret

DIGESTS: Final = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512", 16: "md5"}
"""Length of a signature → what made it."""

MOST_SIGNATURES: Final = 1_800_000
"""Three seconds of one core: all of `common_secrets` for a token that is signed in one way, unless a target has many
names; the likelier third for what may have been signed in three."""

Signer = Callable[[bytes], bytes]
"""The signature by a key."""


@dataclass(frozen=True, slots=True)
class SignedForm:
    """One way in which a token may have been signed."""

    name: str
    signature: bytes
    sign: Signer


def secret_of(token: str, guesses: Iterable[bytes]) -> tuple[SignedForm, bytes] | None:
    """How the token was signed, and by which of the guesses; None where by none of them."""
    forms = list(_forms(unquote(token)))
    if not forms:
        return None
    for guess in islice(guesses, MOST_SIGNATURES // len(forms)):
        for form in forms:
            if form.sign(guess) == form.signature:
                return form, guess
    return None


def reissued(token: Jwt, secret: bytes, claims: Mapping[str, Any]) -> str:
    """A token with other claims, by the secret that was found."""
    return signed_by_secret(token.header, claims, secret)


def _forms(token: str) -> Iterator[SignedForm]:
    jwt = jwt_in(token)
    if jwt is not None:
        if jwt.algorithm in HMAC and jwt.signature:
            yield _plain("JWT", jwt.signed, _bytes(jwt.signature), HMAC[jwt.algorithm])
        return
    if token.startswith("s:"):
        text, _, written = token[2:].rpartition(".")
        yield _plain("signed cookie of Express", text, _bytes(written), "sha256")
        return
    for separator in (".", "|", ":", "--", "-"):
        text, found, written = token.rpartition(separator)
        signature = _bytes(written)
        if found and text and len(signature) in DIGESTS:
            yield _plain("text with its HMAC", text, signature, DIGESTS[len(signature)])
            if separator == "." and len(signature) == 20:
                yield SignedForm("session of Flask", signature, partial(_flask, text))
                yield SignedForm("session of Starlette", signature, partial(_starlette, text))
            return


def _plain(name: str, text: str, signature: bytes, digest: str) -> SignedForm:
    signed = text.encode()
    return SignedForm(name, signature, lambda key: hmac.digest(key, signed, digest))


def _flask(text: str, key: bytes) -> bytes:
    """As itsdangerous derives the key by `hmac`, with Flask's salt."""
    return hmac.digest(hmac.digest(key, b"cookie-session", "sha1"), text.encode(), "sha1")


def _starlette(text: str, key: bytes) -> bytes:
    """As itsdangerous derives the key by `django-concat`, with its usual salt."""
    derived = hashlib.sha1(b"itsdangerous.Signer" + b"signer" + key, usedforsecurity=False).digest()
    return hmac.digest(derived, text.encode(), "sha1")


def _bytes(signature: str) -> bytes:
    """From hexadecimal or base64, with or without padding; empty where it is neither."""
    try:
        return bytes.fromhex(signature)
    except ValueError:
        pass
    plain = signature.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        decoded = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except ValueError:
        return b""
    return decoded if encoded(decoded) == plain else b""
