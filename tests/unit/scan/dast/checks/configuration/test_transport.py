from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import app_of, get, page
from tests.unit.scan.dast.checks.configuration.tls_server import certificate, tls_server

from setpoint.model.dast import Answer, Exchange, Fault, Profile, Sent
from setpoint.scan.dast.checks.configuration import handshakes
from setpoint.scan.dast.checks.configuration.hosts import host_and_port
from setpoint.scan.dast.checks.configuration.transport import Transport
from setpoint.scan.dast.interface import Workbench

CAREFUL = ("strict-transport-security", "max-age=31536000; includeSubDomains")


def answering(bench: Workbench, *headers: tuple[str, str], status: int = 200) -> Workbench:
    """As if the operations were answered with these fields."""
    exchange = Exchange(Sent("GET", f"{bench.surface.base}/"), Answer(status, headers, b"x"))
    return replace(bench, baseline=lambda _operation, _caller: exchange)


def run(workbench: Any, base: str, *headers: tuple[str, str], **more: Any) -> list[Fault]:
    return list(Transport().run(answering(workbench(base, get("/"), **more), *headers)))


def test_a_careful_server_is_clean(tmp_path: Path, workbench: Any) -> None:
    with tls_server(tmp_path, certificate()) as base:
        assert not run(workbench, base, CAREFUL)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((), "missing-hsts"),
        ((("strict-transport-security", "max-age=0"),), "weak-hsts"),
        ((("strict-transport-security", "max-age=3600"),), "weak-hsts"),
    ],
)
def test_browsers_are_not_told_to_stay(tmp_path: Path, workbench: Any, headers: Any, kind: str) -> None:
    with tls_server(tmp_path, certificate()) as base:
        (fault,) = run(workbench, base, *headers)
    assert (fault.kind, fault.path, fault.part) == (kind, "*", "header:Strict-Transport-Security")


def test_an_old_version(tmp_path: Path, workbench: Any) -> None:
    with tls_server(tmp_path, certificate(), version=ssl.TLSVersion.TLSv1_1) as base:
        host, port = host_and_port(base)
        if isinstance(handshakes.handshake(host, port, handshakes.of_version(ssl.TLSVersion.TLSv1_1)), str):
            pytest.skip("the local OpenSSL speaks no old version")
        found = {each.kind: each for each in run(workbench, base, CAREFUL)}
        assert found["old-tls-version"].difference == "accepted: TLS 1.1"
        assert not run(workbench, base, CAREFUL, profile=Profile.PASSIVE)


def test_a_cipher_without_authentication(tmp_path: Path, workbench: Any) -> None:
    with tls_server(tmp_path, certificate(), ciphers="ECDHE+AESGCM:aNULL:@SECLEVEL=0") as base:
        found = {each.kind: each for each in run(workbench, base, CAREFUL)}
    assert set(found) == {"weak-tls-cipher"}
    assert found["weak-tls-cipher"].cwe == 327


def test_a_certificate_for_another_host(tmp_path: Path, workbench: Any) -> None:
    with tls_server(tmp_path, certificate(("shop.example",))) as base:
        (fault,) = run(workbench, base, CAREFUL)
    assert (fault.kind, fault.cwe) == ("certificate-for-other-host", 297)
    assert "shop.example" in fault.difference


def test_plain_http(serve: Any, workbench: Any) -> None:
    base = serve(app_of({"/": page()}))
    assert not run(workbench, base), "nobody else reaches the loopback"
    away = workbench("http://shop.example", get("/"))
    (fault,) = list(Transport().run(answering(away)))
    assert (fault.kind, fault.path, fault.cwe) == ("no-tls", "*", 319)
    assert not list(Transport().run(answering(away, ("location", "https://shop.example/"), status=301)))


def test_a_server_that_is_gone_ends_by_itself(tmp_path: Path, workbench: Any) -> None:
    with tls_server(tmp_path, certificate()) as base:
        pass
    assert not run(workbench, base, CAREFUL)
