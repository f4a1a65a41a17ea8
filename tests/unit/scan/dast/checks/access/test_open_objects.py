"""What nobody is asked to log in for, though one account alone is led to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, abort
from tests.unit.scan.dast.checks.access.conftest import ALICE, BEARERS, BOB, Shop, path_part
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Fault, KnownFrom, Operation
from setpoint.scan.dast.checks.access.object_reads import ObjectReads
from setpoint.scan.dast.interface import Workbench

ORDERS = Operation("GET", "/orders")
SECRET = {"alice": "kqzvhxwjtrbnmcplsdfgyeuaoiqwhzxv", "bob": "pwmxnqbvhczlrktjgsdfyaueiovxnqkz"}


class Named(HeaderAccounts):
    """Known by the names that they log in with."""

    def user(self, caller: Caller) -> str:
        return caller.name


def page(*lines: object) -> Response:
    return Response(
        "<html><body>" + "".join(f"<p>{each}</p>" for each in lines) + "</body></html>", mimetype="text/html"
    )


Pages = Callable[..., Workbench]


@pytest.fixture
def site(serve: Any, workbench: Any) -> Pages:
    """Every account's page of orders links to one page of its own; `shows` makes that page of its owner."""

    def make(
        shows: Callable[[str], Response],
        *,
        path: str = "/receipts/{id}",
        ids: dict[str, str] | None = None,
        front: tuple[str, ...] = (),
    ) -> Workbench:
        shop, known = Shop(), ids or {"alice": "511", "bob": "512"}
        address = {name: path.replace("{id}", each) for name, each in known.items()}

        @shop.app.get("/orders")
        def orders() -> Response:
            name = shop.caller()
            return page(f"Hello, {name}", f"<a href='{address[name]}'>Receipt</a>")

        @shop.app.get("/")
        def start() -> Response:
            return page("Welcome", *(f"<a href='{address[each]}'>{each}</a>" for each in front))

        def shown(named: str) -> Response:
            return shows(next((name for name, each in known.items() if each == named), ""))

        shop.app.add_url_rule(path.replace("{id}", "<named>"), view_func=shown)
        operations = (Operation("GET", "/"), ORDERS, Operation("GET", path, (path_part("id", "string"),)))
        accounts = Named({caller: BEARERS[caller] for caller in (ALICE, BOB)})
        bench: Workbench = workbench(serve(shop.app), *operations, accounts=accounts)
        return bench

    return make


def receipt(owner: str) -> Response:
    return page("Receipt", f"Received for Steel kettle for {owner}") if owner else abort(404)


def faults_of(bench: Workbench) -> list[Fault]:
    return list(ObjectReads().run(bench))


@pytest.mark.parametrize("ids", [{"alice": "511", "bob": "512"}, {"alice": "RC-1001", "bob": "RC-1002"}])
def test_a_page_of_an_account_that_a_guess_finds(site: Pages, ids: dict[str, str]) -> None:
    (fault,) = faults_of(site(receipt, ids=ids))
    assert (fault.kind, fault.cwe, fault.key) == (
        "missing-authentication",
        306,
        "missing-authentication|GET|/receipts/{id}|",
    )
    assert [each.sent.caller for each in fault.proof] == ["alice", ""]
    assert "kettle" not in fault.message + fault.difference


def test_whoever_has_the_link_may_open_it(site: Pages) -> None:
    assert faults_of(site(receipt, path="/wishlists/{id}", ids=SECRET)) == []


@pytest.mark.parametrize("shows", ["the same for all", "nothing of the account", "only its owner"])
def test_pages_that_show_nobody_what_is_an_accounts(site: Pages, shows: str) -> None:
    def shown(owner: str) -> Response:
        match shows:
            case "the same for all":
                return page("Receipts of alice and bob are made at night")
            case "nothing of the account":
                return page("Steel kettle", f"Number {len(owner)} of our kettles") if owner else abort(404)
            case _:
                return abort(401)

    assert faults_of(site(shown)) == []


def test_what_everybody_is_led_to_is_public(site: Pages) -> None:
    assert faults_of(site(receipt, front=("alice", "bob"))) == []
    assert faults_of(site(receipt, path="/articles/{id}")) == []


@pytest.mark.parametrize("is_open", [True, False])
def test_a_record_of_an_own_list(shop_bench: Any, is_open: bool) -> None:
    shop = Shop()

    @shop.app.get("/orders")
    def orders() -> Json:
        return [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Any:
        return (shop.orders.get(number) or abort(404)) if is_open else shop.order(number, "")

    found = faults_of(shop_bench(shop, ORDERS, Operation("GET", "/orders/{id}", (path_part("id"),))))
    assert [each.kind for each in found] == (["missing-authentication"] if is_open else [])


def test_a_document_that_asks_for_credentials_elsewhere_lets_nobody_in_here(shop_bench: Any) -> None:
    shop, told = Shop(), frozenset({KnownFrom.DOCUMENT})

    @shop.app.get("/orders")
    def orders() -> Json:
        return [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]

    shop.app.add_url_rule("/orders/<int:number>", view_func=lambda number: shop.orders.get(number) or abort(404))
    secured = Operation("GET", "/orders", security=(("token",),), known_from=told)
    bench = shop_bench(shop, secured, Operation("GET", "/orders/{id}", (path_part("id"),), known_from=told))
    assert faults_of(bench) == []
