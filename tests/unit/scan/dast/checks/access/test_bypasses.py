"""What is refused by one address and given by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import BOB, Shop, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault, Operation, Part
from setpoint.scan.dast.checks.access.bypasses import Bypasses

MakeBench = Callable[..., Any]

PEOPLE = Operation("GET", "/admin/people")
MINE = Operation("GET", "/orders")


def faults_of(bench: Any) -> list[Fault]:
    return list(Bypasses().run(bench))


def guarded_shop(is_let_in: Callable[[], bool]) -> Shop:
    """A shop whose guard before `/admin` lets some requests through; the code behind it trusts the guard."""
    shop = Shop()

    def people(**_rest: str) -> Json:
        if not is_let_in() and not shop.is_admin():
            abort(403)
        return list(shop.people.values())

    for rule in ("/admin/people", "/ADMIN/PEOPLE", "/v1/admin/people", "/admin/people/"):
        shop.app.add_url_rule(rule, endpoint=rule, view_func=people, methods=["GET", "POST"], strict_slashes=True)

    @shop.app.get("/")
    def root() -> Any:
        asked = request.headers.get("x-original-url")
        return people() if asked == "/admin/people" and is_let_in() else {"welcome": shop.caller()}

    return shop


@pytest.mark.parametrize(
    ("is_let_in", "part", "cwe"),
    [
        (lambda: request.path == "/ADMIN/PEOPLE", "path:letter-case", 647),
        (lambda: request.path == "/admin/people/", "path:trailing-slash", 647),
        (lambda: "x-original-url" in request.headers, "header:X-Original-URL", 288),
        (lambda: request.headers.get("x-forwarded-for") == "127.0.0.1", "header:X-Forwarded-For", 290),
        (lambda: "/admin" in request.headers.get("referer", ""), "header:Referer", 293),
        (lambda: request.method == "POST", "header:X-HTTP-Method-Override", 650),
    ],
)
def test_a_guard_that_can_be_gone_around(
    shop_bench: MakeBench, is_let_in: Callable[[], bool], part: str, cwe: int
) -> None:
    (fault,) = faults_of(shop_bench(guarded_shop(is_let_in), PEOPLE))
    assert (fault.kind, fault.path, fault.part, fault.cwe) == ("access-control-bypass", PEOPLE.path, part, cwe)


def test_a_guard_that_cannot(shop_bench: MakeBench) -> None:
    assert faults_of(shop_bench(guarded_shop(lambda: False), PEOPLE)) == []


def test_a_200_for_everything_is_no_way_around(shop_bench: MakeBench) -> None:
    shop = guarded_shop(lambda: False)

    @shop.app.errorhandler(403)
    @shop.app.errorhandler(404)
    def soft(_error: Exception) -> Any:
        return {"error": "not for you"}, 403 if request.path == PEOPLE.path else 200

    assert faults_of(shop_bench(shop, PEOPLE)) == []


def test_an_older_version_that_asks_nobody(shop_bench: MakeBench) -> None:
    shop = Shop()

    @shop.app.get("/v2/orders/<int:number>")
    def order(number: int) -> Json:
        return shop.order(number, "none")

    @shop.app.get("/v1/orders/<int:number>")
    def old_order(number: int) -> Json:
        shop.caller()
        return shop.orders.get(number) or abort(404)

    def owned(operation: Operation, caller: Any) -> dict[Part, Json] | None:
        numbers = {"alice": 11, "bob": 12}
        return {part: numbers[caller.name] for part in operation.parts if caller.name in numbers} or None

    operation = Operation("GET", "/v2/orders/{id}", (path_part("id"),))
    (fault,) = faults_of(shop_bench(shop, operation, owned=owned))
    assert (fault.part, fault.cwe, fault.owasp, fault.caller) == ("path:version", 288, "API9:2023", BOB.name)


def test_nobody_is_let_in_by_a_header(shop_bench: MakeBench) -> None:
    shop = Shop()

    @shop.app.get("/orders")
    def orders() -> Json:
        if request.headers.get("x-real-ip") != "127.0.0.1":
            shop.caller()
        return list(shop.orders.values())

    (fault,) = faults_of(shop_bench(shop, MINE))
    assert (fault.part, fault.owasp, fault.caller) == ("header:X-Real-IP", "API2:2023", "")


def test_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(Shop(), PEOPLE, MINE)
    assert len(list(Bypasses().plan(bench))) == 2
    assert bench.sender.exchanges == []


@pytest.mark.parametrize("is_faulty", [True, False])
def test_an_older_version_that_wraps_its_answers_otherwise(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop()

    @shop.app.get("/v2/payouts")
    def payouts() -> Json:
        return {"data": [{"payout": f"po_{shop.caller_id()}"}]}

    @shop.app.get("/v2/payouts/<payout>")
    def payout(payout: str) -> Json:
        if payout != f"po_{shop.caller_id()}":
            abort(404)
        return {"data": {"payout": payout, "iban": f"GB29-{payout}-11", "sum": "570.00"}}

    @shop.app.get("/v1/payouts/<payout>")
    def old(payout: str) -> Json:
        if not is_faulty:
            abort(410)
        return {"payout": payout, "iban": f"GB29-{payout}-11", "sum": "570.00"}

    listed = Operation("GET", "/v2/payouts")
    one = Operation("GET", "/v2/payouts/{payout}", (path_part("payout", "string"),))
    found = faults_of(shop_bench(shop, listed, one))
    assert [(each.path, each.part) for each in found] == ([(one.path, "path:version")] if is_faulty else [])


def test_what_a_lower_role_is_given_does_not_count_among_those_that_are_tried(shop_bench: MakeBench) -> None:
    shop = guarded_shop(lambda: request.headers.get("x-forwarded-for") == "127.0.0.1")
    for name in ("hints", "terms"):
        shop.app.add_url_rule(f"/admin/{name}", endpoint=name, view_func=lambda: {"says": "be kind"})
    operations = (Operation("GET", "/admin/hints"), Operation("GET", "/admin/terms"), PEOPLE)
    assert [each.path for each in faults_of(shop_bench(shop, *operations))] == [PEOPLE.path]
