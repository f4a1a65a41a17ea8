from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, app_of, for_anna, get, text
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import KnownFrom, Operation, Part, PartPlace
from setpoint.scan.dast.checks.configuration.other_versions import OtherVersions

ORDERS = text('[{"id": 1, "item": "book", "count": 2}]', "application/json")
MORE = text('{"orders": [{"id": 1, "item": "book", "count": 2, "note": "x"}]}', "application/json")


@pytest.mark.parametrize(
    ("known", "other", "told"),
    [
        ("/v2/orders", "/v1/orders", "/v1"),
        ("/api/v1/orders", "/api/v2/orders", "/api/v2"),
        ("/api/v1/orders", "/api/legacy/orders", "/api/legacy"),
        ("/v1/orders", "/api/v1/orders", "/api/v1"),
        ("/orders", "/beta/orders", "/beta"),
    ],
)
def test_a_version_that_no_document_has(found: Any, known: str, other: str, told: str) -> None:
    faults = found(OtherVersions(), app_of({known: for_anna(ORDERS), other: MORE}), get(known), accounts=ACCOUNTS)
    assert [(each.kind, each.path, each.part, each.caller) for each in faults] == [
        ("undocumented-version", known, "path:version", "anna")
    ]
    assert told in faults[0].message


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
