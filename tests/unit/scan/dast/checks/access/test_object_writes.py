"""Writes to what is another's: what the owner reads afterwards decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, Profile
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites
from setpoint.scan.dast.values import CANARY

MakeBench = Callable[..., Any]

ORDERS = Operation("GET", "/orders")
ORDER = Operation("GET", "/orders/{id}", (path_part("id"),))
CHANGE = Operation("PATCH", "/orders/{id}", (path_part("id"), body_part("note")), BodyForm.JSON)
ME = Operation("GET", "/me")
OWN = {"alice": 11, "bob": 12}


def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
    numbers = {part: OWN[caller.name] for part in operation.parts if part.name == "id" and caller.name in OWN}
    return numbers or None


def faults_of(bench: Any) -> list[Fault]:
    return list(ObjectWrites().run(bench))


def shop_with_orders(*faults: str) -> Shop:
    shop = Shop(*faults)

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.get("/orders")
    def orders() -> Json:
        return [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id() or shop.has("one list")]

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Json:
        return shop.order(number, "none")

    return shop


@pytest.mark.parametrize(
    ("how", "is_told"), [("changes", True), ("204 without doing it", False), ("refuses", False), ("own instead", False)]
)
def test_a_note_on_anothers_order(shop_bench: MakeBench, how: str, is_told: bool) -> None:
    shop = shop_with_orders("any change")

    @shop.app.patch("/orders/<int:number>")
    def change(number: int) -> Any:
        is_own = shop.orders[number]["owner_id"] == shop.caller_id()
        if how == "refuses" and not is_own:
            abort(403)
        if how == "changes" or is_own:
            shop.orders[number]["note"] = request.json["note"]
        elif how == "own instead":
            shop.orders[OWN[shop.caller()]]["note"] = request.json["note"]
        return "", 204

    found = faults_of(shop_bench(shop, ORDERS, ORDER, CHANGE, owned=owned))
    assert [(each.method, each.path, each.part, each.cwe) for each in found] == (
        [("PATCH", "/orders/{id}", "path:id", 639)] if is_told else []
    )
    assert shop.orders[12]["note"] != "leave at door" if how == "own instead" else True


def test_numbers_and_choices_are_written_where_no_text_may_be(shop_bench: MakeBench) -> None:
    shop = shop_with_orders()

    @shop.app.put("/orders/<int:number>")
    def change(number: int) -> Any:
        shop.caller()
        shop.orders[number].update(request.json)
        return {}

    operation = Operation("PUT", "/orders/{id}", (path_part("id"), body_part("price", "integer")), BodyForm.JSON)
    assert len(faults_of(shop_bench(shop, ORDER, operation, owned=owned))) == 1


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_step_without_a_body(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = shop_with_orders()
    for each in shop.orders.values():
        each.update(status="new", seen=1)

    @shop.app.post("/orders/<int:number>/pack")
    def pack(number: int) -> Any:
        shop.orders[number]["seen"] = 2
        if shop.orders[number]["owner_id"] == shop.caller_id() or is_faulty:
            shop.orders[number]["status"] = "packed"
        return {}

    operation = Operation("POST", "/orders/{id}/pack", (path_part("id"),))
    assert len(faults_of(shop_bench(shop, ORDER, operation, owned=owned))) == int(is_faulty)


@pytest.mark.parametrize("is_faulty", [True, False])
def test_an_order_made_in_anothers_name(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = shop_with_orders()

    @shop.app.post("/orders")
    def make() -> Any:
        owner = request.json["owner_id"] if is_faulty else shop.caller_id()
        shop.orders[50 + len(shop.orders)] = {"owner_id": owner, "note": request.json["note"]}
        shop.caller()
        return {}, 201

    parts = (body_part("owner_id", "integer"), body_part("note"))
    found = faults_of(shop_bench(shop, ME, ORDERS, Operation("POST", "/orders", parts, BodyForm.JSON)))
    assert [each.part for each in found] == (["body:/owner_id"] if is_faulty else [])


def test_what_everybody_lists_and_is_written_in_ones_own_name_is_fine(shop_bench: MakeBench) -> None:
    shop = shop_with_orders("one list")

    @shop.app.post("/orders")
    def make() -> Any:
        shop.orders[50 + len(shop.orders)] = {"owner_id": shop.caller_id(), "note": request.json["note"]}
        return {}, 201

    parts = (body_part("owner_id", "integer"), body_part("note"))
    assert faults_of(shop_bench(shop, ME, ORDERS, Operation("POST", "/orders", parts, BodyForm.JSON))) == []


def test_a_write_that_nobody_needs_to_log_in_for_is_told_as_such(shop_bench: MakeBench) -> None:
    shop = shop_with_orders()

    @shop.app.patch("/orders/<int:number>")
    def change(number: int) -> Any:
        shop.orders[number]["note"] = request.json["note"]
        return {}

    (fault,) = faults_of(shop_bench(shop, ORDERS, ORDER, CHANGE, owned=owned))
    assert (fault.kind, fault.cwe, fault.owasp, fault.caller) == ("missing-authentication", 306, "API2:2023", "")


def test_messages_between_people_are_left_alone(shop_bench: MakeBench) -> None:
    shop = shop_with_orders()
    operation = Operation("POST", "/orders/{id}/comments", (path_part("id"), body_part("text")), BodyForm.JSON)
    bench = shop_bench(shop, ORDER, operation, owned=owned)
    assert faults_of(bench) == []
    assert not any(each.sent.method == "POST" for each in bench.sender.exchanges)


def test_only_canary_objects_are_written_to(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders("any change"), ORDERS, ORDER, CHANGE)
    assert faults_of(bench) == []
    assert {each.sent.method for each in bench.sender.exchanges} == {"GET"}


@pytest.mark.parametrize("is_faulty", [True, False])
def test_an_object_named_in_the_body_is_written_to_where_it_shows_that_it_was_made_for_the_scan(
    shop_bench: MakeBench, is_faulty: bool
) -> None:
    shop = shop_with_orders()
    shop.orders[13] = {"id": 13, "owner_id": 1, "item": f"{CANARY}-a1", "note": "new"}

    @shop.app.post("/orders/edit")
    def edit() -> Any:
        found = shop.orders[request.json["order_id"]]
        if found["owner_id"] != shop.caller_id() and not is_faulty:
            abort(404)
        found["note"] = request.json["note"]
        return {}

    parts = (body_part("order_id", "integer"), body_part("note"))
    found = faults_of(shop_bench(shop, ORDERS, ORDER, Operation("POST", "/orders/edit", parts, BodyForm.JSON)))
    assert [each.part for each in found] == (["body:/order_id"] if is_faulty else [])
    assert (shop.orders[11]["note"], shop.orders[12]["note"]) == ("ring twice", "leave at door")


@pytest.mark.parametrize("is_faulty", [True, False])
def test_anothers_order_is_deleted_in_the_active_profile_alone(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = shop_with_orders()

    @shop.app.delete("/orders/<int:number>")
    def delete(number: int) -> Any:
        if shop.orders[number]["owner_id"] == shop.caller_id() or is_faulty:
            del shop.orders[number]
        return "", 204

    operation = Operation("DELETE", "/orders/{id}", (path_part("id"),))
    safe = shop_bench(shop, ORDER, operation, owned=owned)
    assert faults_of(safe) == []
    assert set(shop.orders) == {11, 12}
    active = shop_bench(shop, ORDER, operation, owned=owned, profile=Profile.ACTIVE)
    found = faults_of(replace(active, may_send=lambda _operation: ""))
    assert [each.method for each in found] == (["DELETE"] if is_faulty else [])


def test_the_plan_counts_linearly_and_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders(), ORDERS, ORDER, CHANGE, owned=owned)
    assert [(each.operation, each.caller) for each in ObjectWrites().plan(bench)] == [(CHANGE.key, "bob")]
    assert bench.sender.exchanges == []
