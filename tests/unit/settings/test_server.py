from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.model.access import AccessScope
from setpoint.settings.oidc import Algorithm, Grant, OidcProvider
from setpoint.settings.server import Limits, ServerSettings, Tls, read_server

BASE: Final = Path("/etc/setpoint")
LEDGER: Final = Path("/var/lib/setpoint.sqlite")


def read(text: str) -> ServerSettings:
    return read_server(
        Fields(parse_yaml(text.encode(), "setpoint.yaml") if text else parse_yaml(b"{}", "")), BASE, LEDGER
    )


def test_the_usual_is_loopback_without_anybody_else() -> None:
    settings = read("")
    assert (settings.host, settings.port, settings.tls, settings.oidc) == ("127.0.0.1", 8437, None, ())
    assert not settings.insecure
    assert not settings.open_metrics
    assert settings.limits == Limits()
    assert settings.master_key == Path("/var/lib/setpoint.sqlite.master.key")


def test_paths_are_relative_to_the_file() -> None:
    settings = read("{tls_certificate: tls/server.pem, tls_key: /run/server.key, master_key: master.key}")
    assert settings.tls == Tls(BASE / "tls/server.pem", Path("/run/server.key"))
    assert settings.master_key == BASE / "master.key"


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("192.0.2.7:443", ("192.0.2.7", 443)),
        ("'[::1]:8437'", ("::1", 8437)),
        ("localhost:0", ("localhost", 0)),
        ("setpoint.example:65535", ("setpoint.example", 65535)),
    ],
)
def test_addresses_to_listen_on(listen: str, address: tuple[str, int]) -> None:
    settings = read(f"listen: {listen}")
    assert (settings.host, settings.port) == address


@pytest.mark.parametrize(
    "listen", ["localhost", ":80", "'localhost:'", "::1:80", "a:b", "a:65536", "a:-1", "a:٣", "'[]:80'"]
)
def test_what_is_no_address(listen: str) -> None:
    with pytest.raises(InputError, match="no address to listen on") as caught:
        read(f"insecure: true\nlisten: {listen}")
    assert caught.value.where == "setpoint.yaml:2"


@pytest.mark.parametrize("one", ["tls_certificate: a.pem", "tls_key: a.key"])
def test_a_certificate_needs_its_key(one: str) -> None:
    with pytest.raises(InputError, match="TLS needs a certificate and its key"):
        read(one)


def test_limits_are_bounded_themselves() -> None:
    assert read("limits: {rate: 5, burst: 10, seconds: 3s}").limits == Limits(rate=5, burst=10, seconds=3)
    for wrong in ("{rate: 0}", "{depth: 1000}", "{body_bytes: 1}", "{bodybytes: 5000}"):
        with pytest.raises(InputError):
            read(f"limits: {wrong}")


def test_the_command_line_says_it_in_the_place_of_the_file() -> None:
    settings = read("listen: 127.0.0.1:1")
    revised = settings.revised(listen="192.0.2.7:2", certificate=Path("c"), key=Path("k"))
    assert (revised.host, revised.port, revised.tls) == ("192.0.2.7", 2, Tls(Path("c"), Path("k")))
    assert settings.revised() == settings
    with pytest.raises(InputError, match="tls_key is missing"):
        settings.revised(certificate=Path("c"))
    with pytest.raises(InputError, match="beyond this machine, without TLS; give tls_certificate"):
        settings.revised(listen="192.0.2.7:2").check()
    settings.revised(listen="192.0.2.7:2", insecure=True).check()


PROVIDER: Final = """
oidc:
  - issuer: https://issuer.example/path
    audience: setpoint
    grants:
      - {subject: "repo:example/*", scopes: [gate, read], claims: {environment: production}, service_claim: repository, service_prefix: example/}
"""  # noqa: E501 (one grant on a line, which the tests below change)


def test_a_provider_and_its_grants() -> None:
    grant = Grant(
        "repo:example/*",
        frozenset({AccessScope.GATE, AccessScope.READ}),
        {"environment": "production"},
        service_claim="repository",
        service_prefix="example/",
    )
    assert read(PROVIDER).oidc == (OidcProvider("https://issuer.example/path", "setpoint", (grant,)),)


def test_only_signatures_by_key_pairs_can_be_named() -> None:
    settings = read(PROVIDER.replace("audience: setpoint", "audience: setpoint\n    algorithms: [RS256, EdDSA]"))
    assert settings.oidc[0].algorithms == {Algorithm.RS256, Algorithm.EDDSA}
    for wrong in ("none", "HS256", "rs256"):
        with pytest.raises(InputError, match="is no signature that is taken"):
            read(PROVIDER.replace("audience: setpoint", f"audience: setpoint\n    algorithms: [{wrong}]"))


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("https://issuer.example/path", "http://issuer.example", "an https:// URL"),
        ("https://issuer.example/path", "https://issuer.example?x=1", "an https:// URL"),
        ("https://issuer.example/path", "https://me:secret@issuer.example", "an https:// URL"),
        ("https://issuer.example/path", "issuer.example", "an https:// URL"),
        ("https://issuer.example/path", "'https://[broken'", "a URL"),
        ("audience: setpoint", "audience: ''", "text was expected"),
        ('subject: "repo:example/*", ', "", "subject is missing"),
        ("[gate, read]", "[]", "at least one"),
        ("[gate, read]", "[gat]", "did you mean 'gate'"),
        ("[gate, read]", "[admin]", "cannot be bound to a service"),
        ("service_claim: repository", "service_claim: repository, service: shop", "names its service twice"),
        ("service_claim: repository, ", "", "a prefix of a claim that it does not name"),
        ("subject:", "subjekt: x, subject:", "unknown key 'subjekt'"),
    ],
)
def test_what_would_let_in_whom_nobody_meant(was: str, becomes: str, complaint: str) -> None:
    assert was in PROVIDER
    with pytest.raises(InputError, match=complaint) as caught:
        read(PROVIDER.replace(was, becomes))
    assert caught.value.where.startswith("setpoint.yaml:")


@pytest.mark.parametrize("subject", ["*", "**", "?*", "???"])
def test_a_subject_that_is_anybody_needs_a_claim_that_is_not(subject: str) -> None:
    anybody = PROVIDER.replace("repo:example/*", subject)
    assert read(anybody).oidc[0].grants[0].subject == subject
    for empty in ("claims: {environment: '*'}", "claims: {}"):
        with pytest.raises(InputError, match="for whoever the issuer vouches for"):
            read(anybody.replace("claims: {environment: production}", empty))


def test_a_provider_that_grants_nothing_and_one_that_stands_twice_are_mistakes() -> None:
    with pytest.raises(InputError, match="grants nothing"):
        read("oidc: [{issuer: 'https://issuer.example', audience: setpoint}]")
    with pytest.raises(InputError, match="stands twice"):
        read(PROVIDER + PROVIDER.split("oidc:\n")[1])


def test_an_issuer_on_this_machine_may_do_without_tls() -> None:
    assert read(PROVIDER.replace("https://issuer.example/path", "http://127.0.0.1:9")).oidc
