from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, ANNA, app_of, for_anna, get, kinds, text
from tests.unit.scan.dast.conftest import HeaderAccounts
from werkzeug.wrappers import Request, Response

from setpoint.scan.dast.checks.configuration.caching import PrivateCaching

BY_COOKIE = HeaderAccounts({ANNA: (("cookie", "session=anna"),)})
CHANGED = "Thu, 01 Jan 2026 00:00:00 GMT"


def me(**headers: str) -> Any:
    answer = text('{"name": "Anna"}', "application/json", **headers)

    def kept(request: Request) -> Response:
        return answer(request) if request.cookies.get("session") == "anna" else for_anna(answer)(request)

    return app_of({"/me": kept})


@pytest.mark.parametrize("control", ["public, max-age=60", "s-maxage=60, must-revalidate"])
@pytest.mark.parametrize("accounts", [ACCOUNTS, BY_COOKIE])
def test_an_answer_for_one_account_that_is_kept_for_all(found: Any, control: str, accounts: Any) -> None:
    (fault,) = found(PrivateCaching(), me(Cache_Control=control), get("/me"), accounts=accounts)
    assert kinds([fault]) == [("cacheable-private-answer", "/me", "header:Cache-Control")]
    assert (fault.caller, fault.cwe) == ("anna", 524)


def test_a_lifetime_alone_is_enough_where_a_cookie_tells_who_asks(found: Any) -> None:
    app = me(Cache_Control="max-age=600")
    assert found(PrivateCaching(), app, get("/me"), accounts=BY_COOKIE)
    assert not found(PrivateCaching(), app, get("/me"), accounts=ACCOUNTS)


def test_caches_may_guess(found: Any) -> None:
    (fault,) = found(PrivateCaching(), me(Last_Modified=CHANGED), get("/me"), accounts=BY_COOKIE)
    assert (fault.kind, fault.cwe) == ("guessed-private-caching", 525)
    assert not found(PrivateCaching(), me(Last_Modified=CHANGED), get("/me"), accounts=ACCOUNTS)
    assert not found(PrivateCaching(), me(), get("/me"), accounts=BY_COOKIE)


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60", "no-cache", "max-age=0, must-revalidate"])
def test_one_that_may_not_be_kept(found: Any, control: str) -> None:
    assert not found(PrivateCaching(), me(Cache_Control=control), get("/me"), accounts=BY_COOKIE)


def test_what_everybody_is_given_may_be_kept(found: Any) -> None:
    app = app_of({"/prices": text("{}", "application/json", Cache_Control="public, max-age=60")})
    assert not found(PrivateCaching(), app, get("/prices"), accounts=ACCOUNTS)
