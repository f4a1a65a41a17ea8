from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from setpoint.errors import TemporaryError
from setpoint.model.access import AccessScope, Principal
from setpoint.server.authentication.identities import LEEWAY, Identities
from setpoint.server.authentication.refusals import Refusal, UnauthenticatedError
from setpoint.settings.oidc import Algorithm, OidcProvider

if TYPE_CHECKING:
    from tests.unit.server.authentication.conftest import Issuer


def refusal(identities: Identities, text: str) -> Refusal:
    with pytest.raises(UnauthenticatedError) as caught:
        identities.principal(text)
    assert not any(part in str(caught.value) for part in text.split(".") if len(part) > 8)
    return caught.value.reason


def encoded(value: Any) -> str:
    return urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode().rstrip("=")


def test_a_signed_token_of_a_trusted_issuer_is_who_it_says(identities: Identities, issuer: Issuer) -> None:
    assert identities.principal(issuer.token()) == Principal(
        f"oidc:{issuer.url}#repo:example/shop:ref:refs/heads/main", frozenset({AccessScope.GATE})
    )


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_signature_by_a_key_pair_is_understood(
    identities: Identities, issuer: Issuer, rsa_key: RSAKey, okp_key: OKPKey, algorithm: Algorithm
) -> None:
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    key: Key = rsa_key
    if algorithm in curves:
        key = ECKey.generate_key(curves[algorithm])
    elif algorithm in {"EdDSA", "Ed25519"}:
        key = okp_key
    issuer.add_key("two", key)
    assert identities.principal(issuer.token("two", algorithm)).may(AccessScope.GATE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "somebody else"}, Refusal.CLAIMS),
        ({"aud": ["somebody", "else"]}, Refusal.CLAIMS),
        ({"aud": []}, Refusal.CLAIMS),
        ({"aud": 7}, Refusal.CLAIMS),
        ({"aud": None}, Refusal.CLAIMS),
        ({"iss": "https://elsewhere.example"}, Refusal.ISSUER),
        ({"iss": None}, Refusal.ISSUER),
        ({"iss": ["a"]}, Refusal.ISSUER),
        ({"sub": "repo:other/shop:ref:refs/heads/main"}, Refusal.GRANT),
        ({"sub": "repo:example/shop:pull_request"}, Refusal.GRANT),
        ({"sub": ""}, Refusal.CLAIMS),
        ({"sub": 7}, Refusal.CLAIMS),
        ({"sub": None}, Refusal.CLAIMS),
        ({"sub": "repo:example/" + "x" * 600 + ":ref:refs/heads/main"}, Refusal.CLAIMS),
        ({"exp": None}, Refusal.CLAIMS),
        ({"exp": "tomorrow"}, Refusal.CLAIMS),
        ({"exp": True}, Refusal.CLAIMS),
        ({"exp": int(time.time()) - LEEWAY - 1}, Refusal.EXPIRED),
        ({"nbf": int(time.time()) + LEEWAY + 3600}, Refusal.CLAIMS),
        ({"iat": int(time.time()) + LEEWAY + 3600}, Refusal.CLAIMS),
    ],
)
def test_claims_that_are_not_for_here(
    identities: Identities, issuer: Issuer, changes: dict[str, Any], reason: Refusal
) -> None:
    assert refusal(identities, issuer.token(**changes)) is reason


def test_an_audience_may_be_one_of_several_and_clocks_differ_a_little(identities: Identities, issuer: Issuer) -> None:
    now = int(time.time())
    text = issuer.token(aud=["other", "https://setpoint.example"], exp=now - 5, nbf=now + 5, iat=now + 5)
    assert identities.principal(text).may(AccessScope.GATE)


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
def test_types_of_token_that_do(identities: Identities, issuer: Issuer, kind: str | None) -> None:
    assert identities.principal(issuer.token(header={"typ": kind})).may(AccessScope.GATE)


@pytest.mark.parametrize("header", [{"typ": "dpop+jwt"}, {"typ": "logout+jwt"}, {"typ": 1}, {"kid": 1}])
def test_what_was_made_for_another_end_is_refused(
    identities: Identities, issuer: Issuer, header: dict[str, Any]
) -> None:
    token = issuer.token().split(".")
    token[0] = encoded({"alg": "ES256", "kid": "one", **header})
    assert refusal(identities, ".".join(token)) is Refusal.MALFORMED


def test_a_header_that_must_be_understood_is_refused(identities: Identities, issuer: Issuer) -> None:
    _, claims, signature = issuer.token().split(".")
    extras: list[dict[str, Any]] = [{"crit": ["b64"], "b64": False}, {"crit": ["exp"]}, {"crit": []}]
    for extra in extras:
        header = encoded({"alg": "ES256", "kid": "one", **extra})
        assert refusal(identities, f"{header}.{claims}.{signature}") is Refusal.MALFORMED


def test_no_signature_is_no_token(identities: Identities, issuer: Issuer) -> None:
    claims = encoded(issuer.claims())
    for algorithm in ("none", "None", "", None, 1, ["ES256"], {"a": 1}):
        header = encoded({"alg": algorithm, "kid": "one", "typ": "JWT"})
        assert refusal(identities, f"{header}.{claims}.") is Refusal.SIGNATURE
    assert refusal(identities, f"{encoded({'kid': 'one'})}.{claims}.") is Refusal.SIGNATURE
    assert refusal(identities, f"{encoded({'alg': 'ES256', 'kid': 'one'})}.{claims}.") is Refusal.SIGNATURE


def test_a_public_key_is_no_shared_secret(identities: Identities, issuer: Issuer, rsa_key: RSAKey) -> None:
    issuer.add_key("rsa", rsa_key)
    signed = f"{encoded({'alg': 'HS256', 'kid': 'rsa', 'typ': 'JWT'})}.{encoded(issuer.claims())}"
    for secret in (rsa_key.as_pem(private=False), rsa_key.as_der(private=False)):
        forged = hmac.digest(secret, signed.encode(), "sha256")
        assert refusal(identities, f"{signed}.{encoded(forged)}") is Refusal.SIGNATURE


def test_a_shared_secret_in_a_key_set_is_never_used(issuer: Issuer, provider: OidcProvider) -> None:
    shared = OctKey.generate_key(256)
    document = issuer.documents()["/keys"]
    document["keys"].append({**shared.as_dict(private=True), "kid": "shared"})
    documents = {**issuer.documents(), "/keys": document}
    found = Identities([provider], lambda url: documents[url.removeprefix(issuer.url)])
    assert found.principal(issuer.token()).may(AccessScope.GATE)
    assert refusal(found, issuer.token("shared", "HS256", key=shared)) is Refusal.SIGNATURE


def test_a_key_of_another_kind_verifies_nothing(identities: Identities, issuer: Issuer, rsa_key: RSAKey) -> None:
    issuer.add_key("rsa", rsa_key)
    _, claims, signature = issuer.token("rsa", "RS256").split(".")
    for algorithm in ("ES256", "EdDSA", "PS256", "RS512"):
        header = encoded({"alg": algorithm, "kid": "rsa", "typ": "JWT"})
        assert refusal(identities, f"{header}.{claims}.{signature}") is Refusal.SIGNATURE


def test_keys_that_the_token_brings_along_are_not_looked_at(identities: Identities, issuer: Issuer) -> None:
    own = ECKey.generate_key("P-256")
    offered = {"jwk": own.as_dict(private=False), "jku": f"{issuer.url}/evil", "x5u": f"{issuer.url}/evil"}
    assert refusal(identities, issuer.token(key=own, header=offered)) is Refusal.SIGNATURE
    assert refusal(identities, issuer.token("made-up", key=own, header=offered)) is Refusal.KEY
    assert identities.principal(issuer.token(header=offered)).may(AccessScope.GATE)
    assert "/evil" not in issuer.asked


@pytest.mark.parametrize("kid", ["../keys", "one' OR '1'='1", "/dev/null", "\x00", "x" * 900])
def test_the_name_of_a_key_is_only_compared(identities: Identities, issuer: Issuer, kid: str) -> None:
    assert refusal(identities, issuer.token(kid, key=ECKey.generate_key("P-256"))) is Refusal.KEY


def test_a_token_without_a_key_name_is_for_an_issuer_with_one_key(identities: Identities, issuer: Issuer) -> None:
    assert identities.principal(issuer.token(header={"kid": None})).may(AccessScope.GATE)


def test_a_token_without_a_key_name_is_refused_where_there_are_several(identities: Identities, issuer: Issuer) -> None:
    issuer.add_key("two")
    assert refusal(identities, issuer.token(header={"kid": None})) is Refusal.KEY


@pytest.mark.parametrize("parameters", [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["sign"]}])
def test_a_key_is_good_for_its_own_use_only(identities: Identities, issuer: Issuer, parameters: dict[str, Any]) -> None:
    signer = ECKey.generate_key("P-256")
    issuer.keys["two"] = ECKey.import_key({**signer.as_dict(private=False), **parameters})
    assert refusal(identities, issuer.token("two", key=signer)) is Refusal.SIGNATURE


def test_a_changed_token_is_refused(identities: Identities, issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    forged = encoded(issuer.claims(sub="repo:example/other:ref:refs/heads/main"))
    assert refusal(identities, f"{header}.{forged}.{signature}") is Refusal.SIGNATURE


BODIES = (b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"exp": NaN}', b"[" * 2000, b"[" * 9000 + b"]" * 9000)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "a.b", "a.b.c.d", "é.é.é", "!!.!!.!!", "e30.e30", f"{'A' * 5000}.e30.e30"),
        *(f"e30.{encoded(body)}.x" for body in BODIES),
        *(f"{encoded(body)}.e30.x" for body in BODIES),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_token_is_refused_without_asking_anybody(identities: Identities, issuer: Issuer, text: str) -> None:
    assert refusal(identities, text) is Refusal.MALFORMED
    assert issuer.asked == []


def test_only_the_signatures_that_the_settings_name(provider: OidcProvider, issuer: Issuer) -> None:
    only = Identities([replace(provider, algorithms=frozenset({Algorithm.RS256}))])
    assert refusal(only, issuer.token()) is Refusal.SIGNATURE


def test_providers_do_not_vouch_for_each_other(issuer: Issuer, provider: OidcProvider) -> None:
    other = replace(provider, issuer="https://elsewhere.example")
    identities = Identities([provider, other])
    with pytest.raises(TemporaryError):
        Identities([other], lambda _url: {}).principal(issuer.token(iss=other.issuer))
    assert identities.principal(issuer.token()).may(AccessScope.GATE)
