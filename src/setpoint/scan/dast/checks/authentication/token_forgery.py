"""Credentials that nobody issued: a made-up token, a changed one, one without a signature, one by a key of our own."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.logging_in import basic
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.authentication.contents import with_another_member
from setpoint.scan.dast.checks.authentication.guarded import (
    Guarded,
    guarded,
    planned,
    rarely,
    reads,
    with_token,
)
from setpoint.scan.dast.checks.authentication.jwt import (
    CHOSEN_KEY,
    HMAC,
    NULL_FILES,
    SELECTED,
    Jwt,
    jwt_in,
    signed_by_own_key,
    signed_by_secret,
    spellings_of_key,
    unsigned,
    with_null_signature,
    with_other_signature,
    without_signature,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

KEY_PLACES: Final = ("/.well-known/jwks.json", "/jwks.json", "/.well-known/jwks", "/oauth/jwks", "/oauth2/jwks")
"""Where targets put their public keys (RFC 8414 and habit)."""

MOST_KEYS: Final = 3

LEAST_END: Final = 8
"""Letters that are changed at the end of a credential: fewer could make it another that was issued."""

_KEY_WORDS: Final = frozenset({"jwks", "jwk", "certs", "keys", "pem"})


@dataclass(frozen=True, slots=True)
class Forgery:
    """A token that nobody issued, and what it means where it is accepted."""

    kind: str
    cwe: int
    token: str
    what: str
    remedy: str


class TokenForgery:
    name = "token-forgery"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(self.name, bench, 5)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if not bench.accounts.callers:
            bench.told(f"{self.name}: needs an account whose token it may change")
            return
        keys: list[bytes] | None = None
        for target, is_first in rarely(guarded(bench)):
            original = credential_of(bench, target)
            if not original:
                continue
            token = jwt_in(original)
            tried = list(_usual(original, token))
            if is_first and token is not None:
                keys = list(_public_keys(bench, token)) if keys is None else keys
                tried += _rare(token, keys)
            yield from _accepted(bench, target, original, tried)


def credential_of(bench: Workbench, target: Guarded) -> str:
    """What in the caller's requests says who it is: its token, or what follows `Basic`."""
    request = bench.accounts.authorised(target.plain, target.caller)
    found = jwt_in(" ".join([request.url, *(value for _, value in request.headers)]))
    if found is not None:
        return found.text
    token = bench.accounts.token(target.caller)
    if token:
        return token
    given = {name.lower(): value for name, value in request.headers}.get("authorization", "")
    return given.partition(" ")[2]


def _accepted(bench: Workbench, target: Guarded, original: str, tried: list[Forgery]) -> Iterator[Fault]:
    """The first that is accepted, of each kind: whoever takes any token takes the others, too."""
    told: set[str] = set()
    for forgery in tried:
        if forgery.kind in told:
            continue
        proof = reads(bench, target, with_token(bench, target, original, forgery.token))
        if proof:
            told.add(forgery.kind)
            yield _fault(target, forgery, proof)
            if forgery.kind in {"token-not-verified", "token-signature-not-verified"}:
                return


def _usual(original: str, token: Jwt | None) -> Iterator[Forgery]:
    yield Forgery(
        "token-not-verified",
        287,
        _made_up(original),
        "a credential that nobody issued is accepted",
        "look every credential up, or verify its signature, before it counts",
    )
    if token is None:
        if len(original) >= 3 * LEAST_END and not _decoded(original):
            end = max(len(original) - max(len(original) // 3, LEAST_END), _signature_at(original))
            yield Forgery(
                "token-not-verified",
                287,
                original[:end] + _made_up(original[end:]),
                "a credential whose end was changed is accepted",
                "compare the whole of it, or verify its signature, before it counts",
            )
        changed = with_another_member(original)
        if changed:
            yield Forgery(
                "session-not-signed",
                565,
                changed,
                "a session that says itself who it is of is accepted after it was changed",
                "sign it, or keep it on the server under a random number",
            )
        return
    kind, remedy = "token-signature-not-verified", "verify the signature before any claim is read"
    yield Forgery(kind, 347, with_other_signature(token), "a token whose signature is wrong is accepted", remedy)
    if token.signature:
        yield Forgery(kind, 347, without_signature(token), "a token whose signature was cut off is accepted", remedy)
    yield from (_saying_unsigned(token, spelling) for spelling in ("none", "nOnE"))


def _saying_unsigned(token: Jwt, spelling: str) -> Forgery:
    return Forgery(
        "token-algorithm-none",
        347,
        unsigned(token, spelling),
        f"a token that says of itself to be unsigned (alg {spelling}) is accepted",
        "accept the one algorithm that tokens are issued with, whatever they say",
    )


def _rare(token: Jwt, keys: list[bytes]) -> Iterator[Forgery]:
    remedy = "take the key from the server's own configuration alone"
    yield from (_saying_unsigned(token, spelling) for spelling in ("None", "NONE"))
    hmac_header = {**token.header, "alg": token.algorithm if token.algorithm in HMAC else "HS256"}
    for keeps_name in (False, True) if "kid" in token.header else (False,):
        yield Forgery(
            "token-key-injection",
            347,
            signed_by_own_key(token, keeps_name=keeps_name),
            "a token signed by the key that its own header carries (jwk) is accepted",
            remedy,
        )
    for name in NULL_FILES:
        yield Forgery(
            "token-key-injection",
            347,
            signed_by_secret({**hmac_header, "kid": name}, token.claims, b""),
            "a token is accepted whose header names an empty file as its key (kid)",
            remedy,
        )
    for name in SELECTED:
        yield Forgery(
            "token-key-injection",
            89,
            signed_by_secret({**hmac_header, "kid": name}, token.claims, CHOSEN_KEY.encode()),
            "a token is accepted whose header has the database select the key (kid)",
            "take the key from the server's own configuration alone, and bind what a query is given",
        )
    yield Forgery(
        "token-empty-key",
        347,
        signed_by_secret(hmac_header, token.claims, b""),
        "a token signed by an empty key is accepted",
        "refuse to start without a key",
    )
    yield Forgery(
        "token-signature-not-verified",
        347,
        signed_by_secret({**hmac_header, "kid": secrets.token_hex(8)}, token.claims, secrets.token_bytes(32)),
        "a token is accepted whose header names a key that nobody has (kid)",
        "refuse tokens by unknown keys",
    )
    if token.algorithm in {"ES256", "ES384", "ES512"}:
        what = "a signature of zeros is accepted"
        yield Forgery("token-signature-not-verified", 347, with_null_signature(token), what, "update the library")
    for key in keys if token.algorithm not in HMAC else ():
        yield Forgery(
            "token-algorithm-confusion",
            347,
            signed_by_secret({**token.header, "alg": "HS256"}, token.claims, key),
            "a token signed by the public key, taken for the secret of an HMAC, is accepted",
            "accept the one algorithm that tokens are issued with, whatever they say",
        )


def _public_keys(bench: Workbench, token: Jwt) -> Iterator[bytes]:
    """Spellings of the keys that the target publishes, as JWK Set (RFC 7517, 5) or PEM; the token's own key first."""
    if token.algorithm in HMAC:
        return
    named = [
        each.path
        for each in bench.surface.operations
        if each.method == "GET" and "{" not in each.path and _KEY_WORDS & set(words_of(each.path))
    ]
    for path in dict.fromkeys([*named, *KEY_PLACES]):
        answer = bench.sender.send(Sent("GET", bench.surface.base + path)).answer
        if answer is None:
            continue
        if answer.body.startswith(b"-----BEGIN PUBLIC KEY-----"):
            yield from (answer.body, answer.body.strip())
        document = json_of(answer)
        published = document.get("keys") if isinstance(document, dict) else None
        keys = [each for each in published if isinstance(each, dict)] if isinstance(published, list) else []
        for jwk in sorted(keys, key=lambda each: each.get("kid") != token.header.get("kid"))[:MOST_KEYS]:
            yield from spellings_of_key(jwk)
        if keys:
            return


def _signature_at(original: str) -> int:
    """Where what is signed ends, if its form says so: a change before it would not be read, and not be refused."""
    at = max(original.rfind(each) for each in ".|:") + 1
    return at if at and len(original) - at >= LEAST_END else 0


def _made_up(original: str) -> str:
    """Another one of the same letters, length and punctuation, so that it gets as far; of a user another password."""
    user, colon, _ = _decoded(original).partition(":")
    if colon and user:
        return basic(user, secrets.token_urlsafe(12)).partition(" ")[2]
    return "".join(map(_another, original)) or "none"


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def _another(letter: str) -> str:
    for letters in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
        if letter in letters:
            return secrets.choice(letters.replace(letter, ""))
    return letter


def _fault(target: Guarded, forgery: Forgery, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind=forgery.kind,
        cwe=forgery.cwe,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=target.operation.method,
        path=target.operation.path,
        caller=target.caller.name,
        message=f"{forgery.what[:1].upper()}{forgery.what[1:]}: {forgery.remedy}.",
        proof=proof,
        difference="the forged credential is shown what the account alone should be, and nobody else is",
    )
