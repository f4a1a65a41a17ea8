"""Fields that only the server should set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part
from setpoint.scan.dast.checks.access.assignment import MassAssignment

MakeBench = Callable[..., Any]

ME = Operation("GET", "/me")
CHANGE_ME = Operation("PATCH", "/me", (body_part("nickname", example="al"),), BodyForm.JSON)
ORDERS = Operation("GET", "/orders")
ORDER = Operation("GET", "/orders/{id}", (path_part("id"),))
MAKE = Operation("POST", "/orders", (body_part("item", example="a lamp"),), BodyForm.JSON)
CHANGE = Operation("PUT", "/orders/{id}", (path_part("id"), body_part("note", example="ring")), BodyForm.JSON)
OWN = {"alice": 11, "bob": 12}


def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
    numbers = {part: OWN[caller.name] for part in operation.parts if part.name == "id" and caller.name in OWN}
    return numbers or None


def faults_of(bench: Any) -> list[Fault]:
    return list(MassAssignment().run(bench))


def shop_that_takes(*names: str) -> Shop:
    """Of what is sent it takes these fields, or all where none is named."""
    shop = Shop()

    def taken() -> dict[str, Json]:
        return {name: value for name, value in request.json.items() if not names or name in names}

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.patch("/me")
    def change_me() -> Json:
        shop.people[shop.caller()].update(taken())
        return {**shop.people[shop.caller()], **request.json}  # an echo that means nothing

    @shop.app.get("/orders")
    def orders() -> Json:
        own = [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]
        return {"orders": own, "total": len(own)}

    @shop.app.post("/orders")
    def make() -> Any:
        number = 20 + len(shop.orders)
        plain = {"owner_id": shop.caller_id(), "price": 40, "paid": False}
        shop.orders[number] = {**plain, **taken(), "id": number}
        return {**shop.orders[number], **request.json, "id": number}, 201

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Json:
        return shop.order(number, "none")

    @shop.app.put("/orders/<int:number>")
    def change(number: int) -> Any:
        shop.order(number, "none").update(taken())
        return "", 204

    return shop


def test_a_customer_who_makes_itself_an_administrator_is_told_and_made_a_customer_again(shop_bench: MakeBench) -> None:
    shop = shop_that_takes()
    (fault,) = faults_of(shop_bench(shop, ME, CHANGE_ME))
    assert (fault.kind, fault.cwe, fault.owasp, fault.part) == ("mass-assignment", 915, "API3:2023", "body:/role")
    assert shop.people["alice"]["role"] == "customer"


def test_an_answer_that_only_repeats_what_was_sent_is_fine(shop_bench: MakeBench) -> None:
    assert faults_of(shop_bench(shop_that_takes("nickname"), ME, CHANGE_ME)) == []


def test_what_the_document_lets_callers_write_is_fine(shop_bench: MakeBench) -> None:
    operation = Operation("PATCH", "/me", (*CHANGE_ME.parts, body_part("role")), BodyForm.JSON)
    assert faults_of(shop_bench(shop_that_takes(), ME, operation)) == []


def test_a_price_of_an_own_order_is_told_and_put_back(shop_bench: MakeBench) -> None:
    shop = shop_that_takes()
    (fault,) = faults_of(shop_bench(shop, ORDERS, ORDER, CHANGE, owned=owned))
    assert (fault.method, fault.part) == ("PUT", "body:/price")
    assert shop.orders[11]["price"] == 40
    assert faults_of(shop_bench(shop_that_takes("note"), ORDERS, ORDER, CHANGE, owned=owned)) == []


def test_a_new_order_that_is_paid_already(shop_bench: MakeBench) -> None:
    (fault,) = faults_of(shop_bench(shop_that_takes("item", "paid"), ME, ORDERS, ORDER, MAKE, owned=owned))
    assert (fault.method, fault.path, fault.part) == ("POST", "/orders", "body:/paid")
    assert faults_of(shop_bench(shop_that_takes("item"), ME, ORDERS, ORDER, MAKE, owned=owned)) == []


def test_a_new_order_of_another(shop_bench: MakeBench) -> None:
    (fault,) = faults_of(shop_bench(shop_that_takes("item", "owner_id"), ME, ORDERS, ORDER, MAKE, owned=owned))
    assert fault.part == "body:/owner_id"


def test_a_service_that_refuses_all_at_once_is_asked_one_by_one(shop_bench: MakeBench) -> None:
    shop = shop_that_takes()
    shop.people["alice"]["verified"] = False

    @shop.app.before_request
    def refuse_roles() -> None:
        if request.method == "PATCH" and "role" in request.json:
            abort(422)

    (fault,) = faults_of(shop_bench(shop, ME, CHANGE_ME))
    assert fault.part == "body:/verified"
    assert shop.people["alice"]["verified"] is False


def test_the_plan_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_that_takes(), ME, CHANGE_ME, MAKE)
    assert [each.operation for each in MassAssignment().plan(bench)] == [CHANGE_ME.key, MAKE.key]
    assert bench.sender.exchanges == []


@pytest.mark.parametrize("callers", [()])
def test_without_an_account_nothing_is_written(shop_bench: MakeBench, callers: tuple[Caller, ...]) -> None:
    assert faults_of(shop_bench(shop_that_takes(), ME, CHANGE_ME, callers=callers)) == []


def test_a_field_named_as_the_higher_role_in_an_envelope_that_says_how_the_call_went(shop_bench: MakeBench) -> None:
    shop = Shop()
    shop.people["alice"]["is_administrator"] = False

    @shop.app.get("/me")
    def me() -> Json:
        return {"success": True, "result": shop.people[shop.caller()]}

    @shop.app.patch("/me")
    def change_me() -> Json:
        shop.people[shop.caller()].update(request.json)
        return {"success": True}

    (fault,) = faults_of(shop_bench(shop, ME, CHANGE_ME))
    assert "is_administrator" in fault.message
    assert shop.people["alice"]["is_administrator"] is False
