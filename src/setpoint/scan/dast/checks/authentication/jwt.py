"""JSON Web Tokens (RFC 7515, RFC 7519) taken apart and forged. Pure; called by the checks of tokens."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

_COMPACT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
"""Both JSON objects begin with `{"`, which is `eyJ` in base64."""

HMAC: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}

NULL_FILES: Final = ("../../../../../../../../dev/null", "/dev/null")
"""A key file that is empty wherever there is one: a signature by it is one by the empty key."""

CHOSEN_KEY: Final = "setpoint"
SELECTED: Final = tuple(f"x{quote} UNION SELECT '{CHOSEN_KEY}'-- -" for quote in ("'", '"'))
"""Names of keys that have a database answer with this key, where it is asked for one by its name. It only reads."""


@dataclass(frozen=True, slots=True)
class Jwt:
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: str
    """What the signature is of."""
    signature: str

    @property
    def algorithm(self) -> str:
        return str(self.header.get("alg", ""))

    @property
    def text(self) -> str:
        return f"{self.signed}.{self.signature}"


def jwt_in(text: str) -> Jwt | None:
    """The first one in a token, a header's value or a URL."""
    return next(jwts_in(text), None)


def jwts_in(text: str) -> Iterator[Jwt]:
    for found in _COMPACT.finditer(text):
        token = _read(found[0])
        if token is not None:
            yield token


def with_other_signature(token: Jwt) -> str:
    """As long as it was, of bytes that are all others."""
    raw = _decoded(token.signature) or b"\0" * 32
    return f"{token.signed}.{encoded(bytes(each ^ 0xA5 for each in raw))}"


def unsigned(token: Jwt, algorithm: str) -> str:
    """Without a signature, and saying so (RFC 7518, 3.6)."""
    header = {**token.header, "alg": algorithm}
    return f"{_part(header)}.{_part(token.claims)}."


def without_signature(token: Jwt) -> str:
    """Without a signature, and saying that there is one."""
    return f"{token.signed}."


def signed_by_secret(header: Mapping[str, Any], claims: Mapping[str, Any], key: bytes) -> str:
    signing = f"{_part(header)}.{_part(claims)}"
    digest = hmac.digest(key, signing.encode(), HMAC[str(header["alg"])])
    return f"{signing}.{encoded(digest)}"


def signed_by_own_key(token: Jwt, *, keeps_name: bool = False) -> str:
    """By a key pair made for it, whose public half its own header carries (RFC 7515, 4.1.3).

    `keeps_name`: under the name of the key that the token was signed by, for who knows no other.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_numbers()
    name = str(token.header["kid"]) if keeps_name and "kid" in token.header else "own"
    own = {"kty": "RSA", "kid": name, "use": "sig", "alg": "RS256", "n": _number(public.n), "e": _number(public.e)}
    header = {**token.header, "alg": "RS256", "kid": name, "jwk": own}
    signing = f"{_part(header)}.{_part(token.claims)}"
    return f"{signing}.{encoded(key.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def with_null_signature(token: Jwt) -> str:
    """The pair (0, 0): who does not look at its range takes it for the signature of anything (FIPS 186-5, 6.4.2)."""
    sizes = {"ES256": 64, "ES384": 96, "ES512": 132}
    return f"{token.signed}.{encoded(bytes(sizes[token.algorithm]))}"


def spellings_of_key(jwk: Mapping[str, Any]) -> Iterator[bytes]:
    """How a server may hold a public key as text, which a confused one takes for the secret of an HMAC."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    numbers = {name: int.from_bytes(_decoded(str(jwk.get(name, ""))) or b"", "big") for name in ("n", "e", "x", "y")}
    curves: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    try:
        if jwk.get("kty") == "RSA":
            key: Any = rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
            formats = [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1]
        elif jwk.get("kty") == "EC" and jwk.get("crv") in curves:
            key = ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], curves[str(jwk["crv"])]).public_key()
            formats = [PublicFormat.SubjectPublicKeyInfo]
        else:
            return
    except ValueError:
        return
    for form in formats:
        text = key.public_bytes(Encoding.PEM, form)
        yield text
        yield text.strip()


def encoded(data: bytes) -> str:
    """Base64 for URLs, without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(text: str) -> Jwt | None:
    head, body, signature = text.split(".")
    header, claims = _object(head), _object(body)
    if header is None or claims is None or "alg" not in header:
        return None
    return Jwt(header, claims, f"{head}.{body}", signature)


def _object(part: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(_decoded(part) or b"")
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _part(value: Mapping[str, Any]) -> str:
    return encoded(orjson.dumps(dict(value)))


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
