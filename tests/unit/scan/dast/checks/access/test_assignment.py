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
    shop = shop_that_takes("nickname", "tier")
    for each in shop.people.values():
        each["tier"] = "gold" if each["role"] == "administrator" else "basic"
    operation = Operation("PATCH", "/me", (*CHANGE_ME.parts, body_part("tier")), BodyForm.JSON)
    assert faults_of(shop_bench(shop, ME, operation)) == []


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


@pytest.mark.parametrize("is_listed", [False, True], ids=["left out of the document", "listed in it"])
@pytest.mark.parametrize("how", ["takes it", "ignores it"])
def test_a_role_is_asked_for_as_the_target_calls_it(shop_bench: MakeBench, how: str, is_listed: bool) -> None:
    shop = shop_that_takes("nickname", *(["role"] if how != "ignores it" else []))
    for each in shop.people.values():
        each["role"] = "Chef" if each["role"] == "administrator" else "Guest"

    @shop.app.before_request
    def only_known_roles() -> Any:
        wrong = request.is_json and request.json.get("role", "Guest") not in {"Chef", "Guest"}
        return ("no such role", 500) if wrong else None

    parts = (*CHANGE_ME.parts, *((body_part("role"),) if is_listed else ()))
    found = faults_of(shop_bench(shop, ME, Operation("PATCH", "/me", parts, BodyForm.JSON)))
    assert [each.part for each in found] == (["body:/role"] if how == "takes it" else [])
    assert shop.people["alice"]["role"] == "Guest"


@pytest.mark.parametrize("how", ["merges", "replaces", "ignores", "echoes"])
@pytest.mark.parametrize(("field", "value"), [("role", "customer"), ("credits", 5), ("is_verified", False)])
def test_a_field_within_a_member_of_the_own_record(shop_bench: MakeBench, how: str, field: str, value: Json) -> None:
    shop = Shop()
    account = {"language": "en", field: value}
    kept: dict[str, Any] = {"id": 1, "nickname": "al", "account": dict(account)}

    @shop.app.get("/me")
    def me() -> Json:
        return kept

    @shop.app.patch("/me")
    def change_me() -> Json:
        sent = request.json.get("account", {})
        if how in {"merges", "replaces"}:
            kept["account"] = {**(kept["account"] if how == "merges" else {}), **sent}
        return {**kept, "account": sent} if how == "echoes" else kept

    found = faults_of(shop_bench(shop, ME, CHANGE_ME))
    assert [each.part for each in found] == ([f"body:/account/{field}"] if how in {"merges", "replaces"} else [])
    assert kept["account"] == account


def test_a_new_order_whose_inner_state_is_set(shop_bench: MakeBench) -> None:
    for is_faulty in (True, False):
        shop = Shop()
        made: dict[int, Any] = {}

        def make(made: dict[int, Any] = made, is_faulty: bool = is_faulty) -> Any:
            inner = request.json.get("payment", {}) if is_faulty else {}
            made[len(made) + 1] = {"id": len(made) + 1, "item": "lamp", "payment": {"paid": False, **inner}}
            return made[len(made)], 201

        shop.app.add_url_rule("/orders", view_func=make, methods=["POST"])
        shop.app.add_url_rule("/orders/<int:number>", "order", lambda number, made=made: made[number])
        found = faults_of(shop_bench(shop, ORDER, MAKE, owned=owned))
        assert [each.part for each in found] == (["body:/payment/paid"] if is_faulty else [])


@pytest.mark.parametrize("is_faulty", [True, False])
@pytest.mark.parametrize("envelope", [("user",), ("user", "message"), ("customer", "links")])
def test_a_record_that_stands_under_the_name_of_a_person(
    shop_bench: MakeBench, envelope: tuple[str, ...], is_faulty: bool
) -> None:
    shop = Shop()
    name, *beside = envelope

    @shop.app.get("/me")
    def me() -> Json:
        return {name: shop.people[shop.caller()], **dict.fromkeys(beside, "welcome")}

    @shop.app.patch("/me")
    def change_me() -> Json:
        shop.people[shop.caller()].update(request.json if is_faulty else {})
        return {name: {**shop.people[shop.caller()], **request.json}}

    found = faults_of(shop_bench(shop, ME, CHANGE_ME))
    assert [each.part for each in found] == (["body:/role"] if is_faulty else [])
    assert shop.people["alice"]["role"] == "customer"
