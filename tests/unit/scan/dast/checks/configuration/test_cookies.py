from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ANNA, app_of, get, kinds, page
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Answer, Exchange, Sent
from setpoint.scan.dast.checks.configuration.cookies import Cookies, cookies_of, problems_of
from setpoint.scan.dast.interface import Login

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"


def setting(cookie: str) -> Any:
    return app_of({"/": page(Set_Cookie=cookie)})


def test_a_session_without_attributes(found: Any) -> None:
    faults = found(Cookies(), setting("sid=abc123; Path=/"), get("/"))
    assert kinds(faults) == [
        ("cookie-without-httponly", "*", "cookie:sid"),
        ("cookie-without-samesite", "*", "cookie:sid"),
    ]
    assert not any("abc123" in each.message + each.difference for each in faults)


def test_the_end_of_a_name_tells_a_session(found: Any) -> None:
    faults = found(Cookies(), setting("shopsid=70001; Path=/; SameSite=Lax"), get("/"))
    assert kinds(faults) == [("cookie-without-httponly", "*", "cookie:shopsid")]


@pytest.mark.parametrize(
    "cookie",
    [
        "session=abc; HttpOnly; SameSite=Lax",
        "session=; Max-Age=0",
        "theme=dark",
        "lang=en-GB; Path=/",
        "csrftoken=Zm9vYmFy1234567890; SameSite=Lax",
        "XSRF-TOKEN=Zm9vYmFy1234567890",
        "__Host-session=abc; Secure; HttpOnly; SameSite=Strict; Path=/",
    ],
)
def test_cookies_without_a_fault(found: Any, cookie: str) -> None:
    assert not found(Cookies(), setting(cookie), get("/"))


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("session=a1; HttpOnly; SameSite=Lax", {"cookie-without-secure"}),
        ("theme=dark", {"cookie-without-secure"}),
        ("session=a1; HttpOnly; SameSite=None; Secure", {"cookie-without-samesite"}),
        (f"u={JWT}; Secure; SameSite=Lax", {"cookie-without-httponly"}),
        ("session=a1; HttpOnly; SameSite=Lax; Secure; Domain=.shop.example", {"cookie-for-other-hosts"}),
        ("session=a1; HttpOnly; SameSite=Lax; Secure; Domain=www.shop.example", set()),
        ("__Host-session=a1; HttpOnly; SameSite=Lax; Secure; Path=/app", {"cookie-prefix-broken"}),
    ],
)
def test_over_https(cookie: str, expected: set[str]) -> None:
    answer = Answer(200, (("set-cookie", cookie),), b"")
    found = [each for one in cookies_of(answer) for each in problems_of(one, "https://www.shop.example/")]
    assert {each.kind for each in found} == expected


@dataclass(frozen=True)
class _LoggedIn(HeaderAccounts):
    cookie: str = field(default="", kw_only=True)

    def login(self, *_: Any, **__: Any) -> Login | None:
        answer = Answer(302, (("set-cookie", self.cookie),), b"")
        exchange = Exchange(Sent("POST", "http://127.0.0.1/login"), answer)
        name, value = self.cookie.partition(";")[0].split("=")
        return Login((exchange,), (("cookie", name, value),))


def test_the_cookie_of_a_login_whatever_its_name(found: Any) -> None:
    accounts = _LoggedIn({ANNA: ()}, cookie="shop=9f8e7d6c5b4a39281706; Path=/")
    assert {each.kind for each in found(Cookies(), app_of({}), get("/"), accounts=accounts)} == {
        "cookie-without-httponly",
        "cookie-without-samesite",
    }
    assert not found(Cookies(), app_of({}), get("/"), accounts=_LoggedIn({ANNA: ()}, cookie="lang=en"))
