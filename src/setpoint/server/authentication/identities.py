"""Bearer tokens of identity providers (OpenID Connect): signed documents that say who somebody is, and for whom.

Nothing that the token says is believed before its signature is verified, except which of the settings' providers is to
be asked. Keys come from that provider alone: whatever the token's header offers (`jwk`, `jku`, `x5u`, `x5c`) is not
looked at.
"""

from __future__ import annotations

import binascii
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from typing import Final

from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.model.access import Principal
from setpoint.model.canonical import Json
from setpoint.server.authentication.fetching import Fetch, fetch_json
from setpoint.server.authentication.grants import granted
from setpoint.server.authentication.issuer_keys import IssuerKeys
from setpoint.server.authentication.refusals import Refusal, UnauthenticatedError
from setpoint.settings.oidc import OidcProvider

LEEWAY: Final = 30
"""Seconds by which the issuer's clock and this one may differ."""

LONGEST_HEADER: Final = 4096
"""Signs; a certificate chain, which some issuers put in, is not looked at and may make it longer than this."""

LONGEST_SIGNATURE: Final = 1366
"""Signs; that of an RSA key of 8192 bits."""

LONGEST_SUBJECT: Final = 512

TYPES: Final = frozenset({"jwt", "at+jwt"})
"""RFC 7519, section 5.1, and RFC 9068: any other type of token was made for another end."""

Claims = dict[str, Json]


class Identities:
    """Threads may share it."""

    def __init__(
        self,
        providers: Iterable[OidcProvider],
        fetch: Fetch = fetch_json,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`clock` measures how old keys are, `now` tells whether a token is valid yet, and still."""
        self._providers = {each.issuer: each for each in providers}
        self._keys = {each.issuer: IssuerKeys(each, fetch, clock) for each in self._providers.values()}
        self._now = now

    def principal(self, text: str) -> Principal:
        """Who shows this token. `UnauthenticatedError`; `TemporaryError` while the issuer's keys cannot be had."""
        header, unverified = _apart(text)
        issuer = unverified.get("iss")
        provider = self._providers.get(issuer) if isinstance(issuer, str) else None
        if provider is None:
            raise UnauthenticatedError(Refusal.ISSUER, "the token's issuer is not one that is trusted here")
        keys = self._keys[provider.issuer].find(_key_name(header, provider))
        if not keys:
            raise UnauthenticatedError(Refusal.KEY, "the issuer has no key of the name that the token gives")
        claims = _verified(text, keys, provider)
        self._check(claims, provider)
        principal = granted(provider, claims)
        if principal is None:
            raise UnauthenticatedError(
                Refusal.GRANT,
                f"nothing is granted to the subject {claims['sub']!r} with these claims",
                remedy="add a grant under server.oidc",
            )
        return principal

    def _check(self, claims: Claims, provider: OidcProvider) -> None:
        expected = JWTClaimsRegistry(
            now=int(self._now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            expected.validate(claims)
        except ExpiredTokenError as error:
            raise UnauthenticatedError(Refusal.EXPIRED, "the token has expired") from error
        except ClaimError as error:
            raise UnauthenticatedError(
                Refusal.CLAIMS, f"the token's claim {error.claim!r} is missing, or is not as it has to be"
            ) from error
        if len(claims["sub"]) > LONGEST_SUBJECT:
            raise UnauthenticatedError(Refusal.CLAIMS, "the token's subject is too long")


class _Signatures(JWSRegistry):
    """The signatures of one provider's list, and no others.

    joserfc's own registry warns of `EdDSA`, the older name of `Ed25519`, by which most issuers still call it.
    """

    max_header_length = LONGEST_HEADER
    max_signature_length = LONGEST_SIGNATURE

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"{name!r} is not allowed")
        return self.algorithms[name]


def _apart(text: str) -> tuple[Claims, Claims]:
    """Header and claims of what looks like a signed token, neither verified yet."""
    parts = text.split(".")
    if len(parts) != 3 or len(parts[0]) > LONGEST_HEADER:
        raise _malformed()
    header, claims = _object(parts[0]), _object(parts[1])
    return header, claims


def _object(part: str) -> Claims:
    try:
        return _claims(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        # From None: what is wrong with it may show a part of it.
        raise _malformed() from None


def _claims(data: bytes) -> Claims:
    try:
        value = parse_json(data, "token")
    except InputError:
        raise _malformed() from None
    if not isinstance(value, dict):
        raise _malformed()
    return value


def _key_name(header: Claims, provider: OidcProvider) -> str | None:
    """The name of the key that it was signed with; refuses a header that could mean anything else than a signature."""
    name, kind, algorithm = header.get("kid"), header.get("typ", "JWT"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in provider.algorithms:
        raise UnauthenticatedError(Refusal.SIGNATURE, "the token is not signed in a way that is taken of its issuer")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES or "crit" in header:
        raise UnauthenticatedError(Refusal.MALFORMED, "the token is of a type that was made for another end")
    if name is not None and not isinstance(name, str):
        raise _malformed()
    return name


def _verified(text: str, keys: Iterable[Key], provider: OidcProvider) -> Claims:
    """The claims, once one of the keys has verified them. A key is good for its own use and algorithm only."""
    registry = _Signatures(algorithms=[str(each) for each in provider.algorithms], strict_check_header=False)
    for key in keys:
        try:
            signed = jws.deserialize_compact(text, key, registry=registry)
        except (JoseError, ValueError, TypeError):
            continue
        return _claims(signed.payload or b"")
    raise UnauthenticatedError(Refusal.SIGNATURE, "the token's signature is not its issuer's")


def _malformed() -> UnauthenticatedError:
    return UnauthenticatedError(Refusal.MALFORMED, "this is no bearer token")
