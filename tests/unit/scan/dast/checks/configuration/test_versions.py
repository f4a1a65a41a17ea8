from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import app_of, get, kinds, page

from setpoint.scan.dast.checks.configuration.versions import VersionDisclosure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Server", "Apache/2.4.49 (Unix)"),
        ("Server", "nginx/1.18.0"),
        ("X-Powered-By", "PHP/7.4.3"),
        ("X-Powered-By", "Express 4.17.1"),
        ("X-AspNet-Version", "4.0.30319"),
    ],
)
def test_a_version_is_told(found: Any, name: str, value: str) -> None:
    app = app_of({"/": page()}, headers={name: value})
    assert kinds(found(VersionDisclosure(), app, get("/"))) == [("version-disclosure", "*", f"header:{name}")]


@pytest.mark.parametrize(
    ("name", "value"), [("Server", "nginx"), ("X-API-Version", "1.2"), ("X-Powered-By", "Express")]
)
def test_a_name_alone_and_the_version_of_an_api_are_not(found: Any, name: str, value: str) -> None:
    assert not found(VersionDisclosure(), app_of({"/": page()}, headers={name: value}), get("/"))


def test_the_development_server_on_the_loopback_is_none_of_the_service(found: Any) -> None:
    assert not found(VersionDisclosure(), app_of({"/": page()}), get("/"))  # Server: Werkzeug/… Python/…


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Backend", "10.1.2.3:8080"), ("Via", "1.1 cache-7.internal"), ("Location", "http://192.168.1.9/x")],
)
def test_an_address_inside(found: Any, name: str, value: str) -> None:
    app = app_of({"/": page()}, headers={name: value})
    assert kinds(found(VersionDisclosure(), app, get("/"))) == [("internal-address-disclosure", "*", f"header:{name}")]


@pytest.mark.parametrize("value", ["10.1.2", "gateway/10.1.2.3", "110.1.2.3", "8.8.8.8", "international"])
def test_what_only_looks_like_one(found: Any, value: str) -> None:
    assert not found(VersionDisclosure(), app_of({"/": page()}, headers={"X-Note": value}), get("/"))
