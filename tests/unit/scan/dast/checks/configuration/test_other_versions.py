from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, Handler, app_of, for_anna, get, text
from tests.unit.scan.dast.conftest import HeaderAccounts
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import Caller, KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.checks.configuration.other_versions import OtherVersions

ORDERS = text('[{"id": 1, "item": "book", "count": 2}]', "application/json")
MORE = text('{"orders": [{"id": 1, "item": "book", "count": 2, "note": "x"}]}', "application/json")


def for_accounts(handler: Handler) -> Handler:
    """Refuses nobody who has credentials."""
    return lambda request: handler(request) if request.headers.get("authorization") else Response("log in", 401)


@pytest.mark.parametrize(
    ("known", "other", "told"),
    [
        ("/v2/orders", "/v1/orders", "/v1"),
        ("/api/v1/orders", "/api/v2/orders", "/api/v2"),
        ("/api/v1/orders", "/api/legacy/orders", "/api/legacy"),
        ("/orders", "/beta/orders", "/beta"),
    ],
)
def test_a_version_that_no_document_has(found: Any, known: str, other: str, told: str) -> None:
    faults = found(
        OtherVersions(), app_of({known: for_anna(ORDERS), other: for_anna(MORE)}), get(known), accounts=ACCOUNTS
    )
    assert [(each.kind, each.path, each.part, each.caller) for each in faults] == [
        ("undocumented-version", known, "path:version", "anna")
    ]
    assert told in faults[0].message


@pytest.mark.parametrize(
    ("known", "other"),
    [("/v1/orders", "/api/v1/orders"), ("/api/v1/orders", "/v1/orders"), ("/v2/orders", "/v1/orders")],
)
def test_a_version_that_asks_nobody_who_it_is(found: Any, known: str, other: str) -> None:
    faults = found(OtherVersions(), app_of({known: for_anna(ORDERS), other: ORDERS}), get(known), accounts=ACCOUNTS)
    told = [each for each in faults if each.kind == "unprotected-version"]
    assert [(each.cwe, each.path, each.caller, each.severity.value) for each in told] == [(306, other, "", "high")]
    is_alias = "/api" in known + other
    assert len(faults) == (1 if is_alias else 2)


def test_a_second_address_of_the_same_is_no_fault(found: Any) -> None:
    app = app_of({"/v1/orders": for_anna(ORDERS), "/api/v1/orders": for_anna(ORDERS)})
    assert not found(OtherVersions(), app, get("/v1/orders"), accounts=ACCOUNTS)


@pytest.mark.parametrize("checks", [True, False])
def test_a_version_that_shows_an_account_what_is_another_ones(found: Any, *, checks: bool) -> None:
    bob = Caller("bob", "user", 1)
    accounts = HeaderAccounts({**ACCOUNTS.headers, bob: (("authorization", "Bearer bob"),)})
    old = for_anna(ORDERS) if checks else for_accounts(ORDERS)
    order = Part(PartPlace.PATH, "id", example="a-7", is_required=True)
    app = app_of({"/v2/orders/a-7": for_anna(ORDERS), "/v1/orders/a-7": old})
    faults = found(OtherVersions(), app, get("/v2/orders/{id}", parts=(order,)), accounts=accounts)
    told = [(each.cwe, each.path, each.caller) for each in faults if each.kind == "unprotected-version"]
    assert told == ([] if checks else [(639, "/v1/orders/{id}", "bob")])


def test_a_version_that_does_not_ask_for_the_role(found: Any) -> None:
    clerk = Caller("carl", "clerk", 0)
    accounts = HeaderAccounts({**ACCOUNTS.headers, clerk: (("authorization", "Bearer carl"),)})
    app = app_of({"/v2/audit": for_anna(ORDERS), "/v1/audit": for_accounts(ORDERS)})
    faults = found(OtherVersions(), app, get("/v2/audit"), accounts=accounts)
    told = [(each.cwe, each.path, each.caller) for each in faults if each.kind == "unprotected-version"]
    assert told == [(285, "/v1/audit", "carl")]


def test_a_version_that_answers_a_stranger_with_the_strangers_own(found: Any) -> None:
    """Each account is given its own list: nothing is let through that the documented version refuses."""
    bob = Caller("bob", "user", 1)
    accounts = HeaderAccounts({**ACCOUNTS.headers, bob: (("authorization", "Bearer bob"),)})

    def own(request: Request) -> Response:
        who = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        content = json.dumps([{"id": f"{who}-1", "item": f"of {who}", "count": len(who)}])
        return Response(content, content_type="application/json") if who else Response("log in", 401)

    app = app_of({"/v2/orders": own, "/v1/orders": own})
    assert [each.kind for each in found(OtherVersions(), app, get("/v2/orders"), accounts=accounts)] == [
        "undocumented-version"
    ]


def test_a_version_that_shows_more(found: Any) -> None:
    more = text('[{"id": 1, "item": "book", "count": 2, "password": "s3cret-of-ann"}]', "application/json")
    app = app_of({"/v2/orders": for_anna(ORDERS), "/v1/orders": for_anna(more)})
    (fault,) = found(OtherVersions(), app, get("/v2/orders"), accounts=ACCOUNTS)
    assert (fault.severity.value, "password" in fault.difference) == ("high", True)
    assert "s3cret" not in fault.difference + fault.message


def test_the_version_in_the_base_of_the_service(serve: Any, workbench: Any) -> None:
    base = serve(app_of({"/api/v2/orders": ORDERS, "/api/v1/orders": ORDERS}))
    bench = workbench(f"{base}/api/v2", get("/orders"))
    assert [each.kind for each in OtherVersions().run(bench)] == ["undocumented-version"]


def test_one_fault_for_each_version(found: Any) -> None:
    paths = [f"/v2/orders{number}" for number in range(5)]
    routes = {path: ORDERS for each in paths for path in (each, each.replace("v2", "v1"))}
    (fault,) = found(OtherVersions(), app_of(routes), *map(get, paths))
    assert (fault.path, fault.examples) == (paths[0], tuple(f"GET {each}" for each in paths[1:]))


def test_versions_that_are_gone_documented_or_of_something_else(found: Any) -> None:
    routes = {
        "/v2/orders": ORDERS,
        "/v1/orders": ORDERS,
        "/v3/orders": text('{"error": "no such version"}', "application/json"),
        "/v2/ping": text('{"status": "ok"}', "application/json"),
        "/v1/ping": text('{"status": "ok"}', "application/json"),
        "/v2/orders/1": ORDERS,
        "/v1/orders/1": ORDERS,
        "/v2/shops": ORDERS,
        "/v1/shops": text('{"error": "gone"}', "application/json", 410),
    }
    number, order = (Part(PartPlace.PATH, name, example=1, is_required=True) for name in ("id", "order"))
    known = [
        *map(get, ("/v2/orders", "/v1/orders", "/v2/ping", "/v2/shops")),
        get("/v2/orders/{id}", parts=(number,)),
        get("/v1/orders/{order}", parts=(order,)),
    ]
    assert not found(OtherVersions(), app_of(routes), *known)


def test_a_service_that_takes_any_word_for_a_version(found: Any) -> None:
    def any_word(request: Request) -> Response:
        return ORDERS(request)

    assert not found(OtherVersions(), app_of({}, any_word), get("/v2/orders"))


def test_pages_and_what_stands_in_no_document(found: Any) -> None:
    routes = {"/v2/orders": ORDERS, "/v1/orders": ORDERS}
    crawled = Operation("GET", "/v2/orders", known_from=frozenset({KnownFrom.CRAWL}))
    assert not found(OtherVersions(), app_of(routes), crawled)


@pytest.mark.parametrize(
    ("part", "is_old"),
    [
        ("header:X-API-Version", lambda request: request.headers.get("x-api-version") == "1"),
        ("header:Accept-Version", lambda request: request.headers.get("accept-version") == "1"),
        ("query:version", lambda request: request.args.get("version") == "1"),
    ],
)
def test_an_old_version_that_is_asked_for_by_name(found: Any, part: str, is_old: Callable[[Request], bool]) -> None:
    kept = for_anna(ORDERS)

    def orders(request: Request) -> Response:
        return ORDERS(request) if is_old(request) else kept(request)

    (fault,) = found(OtherVersions(), app_of({"/orders": orders}), get("/orders"), accounts=ACCOUNTS)
    assert (fault.kind, fault.cwe, fault.path, fault.part) == ("unprotected-version", 306, "/orders", part)


def test_an_old_version_that_checks_the_same(found: Any) -> None:
    old, kept = for_anna(MORE), for_anna(ORDERS)

    def orders(request: Request) -> Response:
        return old(request) if "x-api-version" in request.headers else kept(request)

    assert not found(OtherVersions(), app_of({"/orders": orders}), get("/orders"), accounts=ACCOUNTS)
