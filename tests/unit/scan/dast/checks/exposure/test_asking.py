"""What the checks of this theme ask for."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Sent
from setpoint.scan.dast.checks.exposure.asking import carries_cookie, registered, with_headers, with_query


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("app.shop.example", "shop.example"),
        ("shop.example", "shop.example"),
        ("localhost", "localhost"),
        ("www.shop.co.uk", "shop.co.uk"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_registered(host: str, name: str) -> None:
    assert registered(host) == name


def test_requests_with_something_changed() -> None:
    sent = Sent("GET", "http://a.example/x", (("host", "a.example"), ("cookie", "session=1")))
    assert with_headers(sent, ("Host", "b.example")).headers == (("cookie", "session=1"), ("Host", "b.example"))
    assert with_query(with_query(sent, ("a", "1 2")), ("b", "/")).url == "http://a.example/x?a=1+2&b=%2F"
    assert carries_cookie(sent)
    assert not carries_cookie(Sent("GET", sent.url, (("authorization", "Bearer x"),)))
    assert carries_cookie(Sent("GET", sent.url, (("Authorization", "Basic eDp5"),)))
