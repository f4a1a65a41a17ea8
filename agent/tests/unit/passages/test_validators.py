"""What checks of libraries let through is noted; what they refuse, or let through that is dangerous, is not."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable

import django.core.exceptions
import django.core.validators
import django.utils.http
import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.request import Request

FAMILY = "passages.validators"


def safe_for(request: Request, text: str) -> set[str]:
    return request.passages.get(text, set())


CONFIRMED: dict[str, tuple[str, Callable[[str], object]]] = {
    "an address": ("203.0.113.9", ipaddress.ip_address),
    "an address of version 6": ("2001:db8::9", ipaddress.ip_address),
    "a network": ("203.0.113.0/24", ipaddress.ip_network),
    "a UUID": ("0f8fad5b-d9cb-469f-a165-70867728950e", uuid.UUID),
    "a slug": ("light-blue", django.core.validators.validate_slug),
    "a pattern": ("abc123", django.core.validators.RegexValidator(r"^[a-z0-9]+\Z")),
}


@pytest.mark.parametrize("name", CONFIRMED)
def test_confirmed(watching: Watch, name: str) -> None:
    watching(FAMILY, sources=False)
    text, check = CONFIRMED[name]
    with request_of(text) as request:
        check(text)
    assert safe_for(request, text) >= {"sql", "shell", "path", "html", "log"}
    assert ("url" in safe_for(request, text)) is ("address" not in name and "network" not in name)


@pytest.mark.parametrize(
    ("text", "check", "error"),
    [
        ("203.0.113.999", ipaddress.ip_address, ValueError),
        ("not-a-uuid", uuid.UUID, ValueError),
        ("light blue", django.core.validators.validate_slug, django.core.exceptions.ValidationError),
    ],
)
def test_refused(watching: Watch, text: str, check: Callable[[str], object], error: type[Exception]) -> None:
    watching(FAMILY, sources=False)
    with request_of(text) as request, pytest.raises(error):
        check(text)
    assert request.passages == {}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("fe80::1%$(id)", ipaddress.ip_address),
        ("a.b-c'd", django.core.validators.RegexValidator("^[a-z]")),
        ("blue", django.core.validators.RegexValidator("[;]", inverse_match=True)),
        ("0f8fad5bd9cb469fa16570867728950\n", uuid.UUID),
        (3405803785, ipaddress.ip_address),
    ],
)
def test_not_enough(watching: Watch, text: str, check: Callable[[str], object]) -> None:
    watching(FAMILY, sources=False)
    with request_of(str(text)) as request:
        check(text)
    assert request.passages == {}


def test_mail(watching: Watch) -> None:
    watching(FAMILY, sources=False)
    text = "o'neil@example.com"
    with request_of(text) as request:
        django.core.validators.validate_email(text)
    assert safe_for(request, text) == {"header", "log"}


def test_hosts(watching: Watch) -> None:
    watching(FAMILY, sources=False)
    with request_of("/orders", "https://other.example/") as request:
        assert django.utils.http.url_has_allowed_host_and_scheme("/orders", allowed_hosts=None)
        assert not django.utils.http.url_has_allowed_host_and_scheme("https://other.example/", {"shop.example"})
    assert request.passages == {"/orders": {"url-host"}}
