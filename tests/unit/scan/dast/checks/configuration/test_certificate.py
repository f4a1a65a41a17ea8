from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.unit.scan.dast.checks.configuration.tls_server import NOW, certificate, weak_key

from setpoint.scan.dast.checks.configuration.certificate import flaws

HOST = ("www.shop.example",)


def found(made: tuple[Any, Any], hosts: tuple[str, ...] = HOST) -> set[str]:
    return {each.kind for each in flaws(made[0], hosts, NOW)}


@pytest.mark.parametrize("name", ["www.shop.example", "*.shop.example", "WWW.Shop.Example"])
def test_one_for_the_host_is_fine(name: str) -> None:
    assert not found(certificate((name,)))


@pytest.mark.parametrize("name", ["shop.example", "*.example", "*.www.shop.example", "10.0.0.1"])
def test_one_for_others(name: str) -> None:
    assert found(certificate((name,))) == {"certificate-for-other-host"}


def test_an_address() -> None:
    assert not found(certificate(("10.0.0.1",)), ("10.0.0.1",))


def test_time() -> None:
    over = certificate(HOST, since=timedelta(days=-30), until=timedelta(days=-1))
    assert found(over) == {"certificate-expired"}
    assert found(certificate(HOST, since=timedelta(days=1))) == {"certificate-not-yet-valid"}


def test_strength() -> None:
    assert found(certificate(HOST, key=weak_key())) == {"certificate-weak-key"}
    assert not found(certificate(HOST, key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))
