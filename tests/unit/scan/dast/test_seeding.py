from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import ANONYMOUS, Caller, Operation, PartPlace
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.surface.document import surface_of

ANN, BOB = Caller("ann", "user", 1), Caller("bob", "user", 1)
ACCOUNTS = HeaderAccounts({ANN: (("x-user", "ann"),), BOB: (("x-user", "bob"),)})

NUMBER = {"in": "path", "required": True, "schema": {"type": "integer"}}
ORDER = {
    "type": "object",
    "required": ["title", "quantity", "product_id"],
    "properties": {
        "title": {"type": "string", "example": "Widget"},
        "quantity": {"type": "integer", "minimum": 2},
        "product_id": {"type": "integer", "example": 999},
    },
}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}


LINK = {"operationId": "pdf", "parameters": {"n": "$response.body#/no"}}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/me": {"get": {}, "patch": body({"required": ["name"], "properties": {"name": {"type": "string"}}})},
        "/products": {"get": {}},
        "/orders": {"get": {}, "post": body(ORDER)},
        "/orders/{orderId}": {
            "parameters": [{"name": "orderId", **NUMBER}], "get": {}, "put": body(ORDER), "delete": {},
        },
        "/orders/{id}/notes": {"parameters": [{"name": "id", **NUMBER}], "post": body({"properties": {"text": {}}})},
        "/notes/{noteId}": {"parameters": [{"name": "noteId", **NUMBER}], "get": {}, "patch": body({})},
        "/users/{userId}/orders": {"parameters": [{"name": "userId", **NUMBER}], "get": {}},
        "/invoices": {
            "post": {
                **body({"required": ["title"], "properties": {"title": {"type": "string"}}}),
                "responses": {"202": {"links": {"pdf": LINK}}},
            }
        },
        "/pdf/{n}": {"get": {"operationId": "pdf", "parameters": [{"name": "n", **NUMBER}]}},
        "/login": {"post": body({"properties": {"user": {"type": "string"}}})},
        "/products/{id}": {"parameters": [{"name": "id", **NUMBER}], "put": body({})},
    },
}  # fmt: skip


class Shop:
    """Orders, with notes below them; the first product has the number 5."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.notes: dict[int, dict[str, Any]] = {}
        self.names: dict[str, str] = {}
        self.app = Flask("shop")
        for rule, view, methods in (
            ("/me", self.me, ["GET", "PATCH"]),
            ("/products", lambda: jsonify([{"id": 5, "name": "tea"}]), ["GET"]),
            ("/orders", self.collection, ["GET", "POST"]),
            ("/orders/<int:number>", self.order, ["GET", "PUT", "DELETE"]),
            ("/orders/<int:number>/notes", self.note, ["POST"]),
            ("/notes/<int:number>", lambda number: self.notes[number], ["GET", "PATCH"]),
            ("/users/<int:number>/orders", lambda number: jsonify([{"id": 1, "of": number}]), ["GET"]),
            ("/invoices", lambda: ({"no": 77}, 202), ["POST"]),
            ("/pdf/<int:number>", lambda number: {"pdf": number}, ["GET"]),
            ("/login", lambda: {"id": 1}, ["POST"]),
        ):
            self.app.add_url_rule(rule, rule, view, methods=methods)

    def who(self) -> str:
        return request.headers.get("x-user", "")

    def me(self) -> Any:
        if request.method == "PATCH":
            self.names[self.who()] = request.get_json()["name"]
        return {"id": {"ann": 31, "bob": 32}.get(self.who()), "name": self.names.get(self.who(), self.who())}

    def collection(self) -> Any:
        if request.method == "GET":
            return {"data": [order for order in self.orders.values() if order["owner"] == self.who()], "total": 1}
        told = request.get_json()
        if told.get("product_id") != 5 or told.get("quantity", 0) < 2:
            return {"error": "no such product"}, 422
        number = 100 + len(self.orders)
        self.orders[number] = {"id": number, "owner": self.who(), **told}
        return self.orders[number], 201

    def order(self, number: int) -> Any:
        if self.orders.get(number, {}).get("owner") != self.who():
            return {}, 404
        if request.method == "DELETE":
            return self.orders.pop(number)
        if request.method == "PUT":
            self.orders[number] |= request.get_json()
        return self.orders[number]

    def note(self, number: int) -> Any:
        identifier = 500 + len(self.notes)
        self.notes[identifier] = {"note_id": identifier, "order": number}
        return self.notes[identifier], 201


def may_send(operation: Operation) -> str:
    return "it destroys" if operation.method == "DELETE" else ""


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def learnt(shop: Shop, serve: Callable[[Any], str]) -> Callable[..., Seeds]:
    def learnt(
        rule: Callable[[Operation], str] = may_send, accounts: Any = ACCOUNTS, document: Any = DOCUMENT
    ) -> Seeds:
        base = serve(shop.app)
        surface = surface_of(document, "x", base, lambda _: {}, where="x")
        seeds = Seeds(surface, PlainSender(base), accounts, rule, lambda _line: None, mark="m")
        seeds.learn()
        return seeds

    return learnt


def operation(seeds: Seeds, key: str) -> Operation:
    return next(each for each in seeds.surface.operations if each.key == key)


def owned(seeds: Seeds, key: str, caller: Caller) -> dict[str, Any] | None:
    found = seeds.owned(operation(seeds, key), caller)
    return None if found is None else {part.name: value for part, value in found.items()}


def test_each_account_gets_an_object_with_texts_of_its_own(learnt: Any, shop: Shop) -> None:
    learnt()
    assert sorted(order["owner"] for order in shop.orders.values()) == ["ann", "bob"]
    titles = {order["title"] for order in shop.orders.values()}
    assert len(titles) == 2
    assert all(title.startswith("setpoint-m") for title in titles)


def test_identifiers_lead_from_lists_and_creations_to_what_takes_them(learnt: Any) -> None:
    seeds = learnt()
    assert owned(seeds, "GET /orders/{orderId}", ANN) == {"orderId": 100}
    assert owned(seeds, "GET /orders/{orderId}", BOB) == {"orderId": 101}
    assert owned(seeds, "GET /notes/{noteId}", BOB) == {"noteId": 501}
    assert owned(seeds, "GET /users/{userId}/orders", ANN) == {"userId": 31}
    assert owned(seeds, "GET /pdf/{n}", ANN) == {"n": 77}
    assert owned(seeds, "PUT /products/{id}", ANN) is None


def test_a_baseline_is_asked_for_once_and_about_the_own_object(learnt: Any, shop: Shop) -> None:
    seeds = learnt()
    before = dict(shop.orders)
    read, update = operation(seeds, "GET /orders/{orderId}"), operation(seeds, "PUT /orders/{orderId}")
    exchange = seeds.baseline(read, BOB)
    assert exchange is not None
    assert exchange.answer is not None
    assert b'"owner":"bob"' in exchange.answer.body
    assert seeds.baseline(read, BOB) is exchange
    assert seeds.baseline(update, ANN) is not None
    assert shop.orders == before
    listed = seeds.baseline(operation(seeds, "GET /orders"), ANN)
    assert listed is not None
    assert listed.answer is not None
    assert b'"id":100' in listed.answer.body


def test_nothing_is_written_to_what_may_be_anybody_elses(learnt: Any) -> None:
    seeds = learnt()
    update = operation(seeds, "PUT /products/{id}")
    assert seeds.baseline(update, ANN) is None
    assert not seeds.owns(update)
    assert seeds.build(update, {}).url.endswith("/products/2000000011")
    assert seeds.build(operation(seeds, "PUT /orders/{orderId}"), {}).url.endswith("/orders/100")


def test_the_callers_own_account_is_written_as_it_was(learnt: Any, shop: Shop) -> None:
    seeds = learnt()
    assert owned(seeds, "PATCH /me", ANN) == {}
    assert seeds.baseline(operation(seeds, "PATCH /me"), ANN) is not None
    assert shop.names == {"ann": "ann"}


def test_given_values_stand_and_the_others_go_with_them(learnt: Any) -> None:
    seeds = learnt()
    update = operation(seeds, "PUT /orders/{orderId}")
    number = next(part for part in update.parts if part.place is PartPlace.PATH)
    title = next(part for part in update.parts if part.name == "/title")
    sent = seeds.build(update, {number: 101, title: "x"})
    assert sent.url.endswith("/orders/101")
    assert b'"title": "x"' in sent.body


def test_what_was_made_is_told_and_left_where_deleting_is_not_allowed(learnt: Any, shop: Shop) -> None:
    seeds = learnt()
    seeds.clean_up()
    assert sorted(shop.orders) == [100, 101]
    assert "order 100 of ann, made by POST /orders" in seeds.left_behind()


def test_what_checks_made_is_told_as_well(learnt: Any) -> None:
    seeds = learnt()
    assert not any("checks" in line for line in seeds.left_behind())
    create = operation(seeds, "POST /orders")
    seeds.sender.send(ACCOUNTS.authorised(seeds.build(create, {}), ANN))
    assert "what checks may have made by POST /orders (1): 102" in seeds.left_behind()


def test_what_was_made_is_deleted_where_it_is_and_nothing_else(learnt: Any, shop: Shop) -> None:
    seeds = learnt(lambda _operation: "")
    shop.orders[7] = {"id": 7, "owner": "ann"}
    seeds.clean_up()
    assert sorted(shop.orders) == [7]
    assert not any(line.startswith("order ") for line in seeds.left_behind())


def test_what_may_not_be_sent_is_neither_asked_nor_made(learnt: Any, shop: Shop) -> None:
    seeds = learnt(lambda operation: "" if operation.method == "GET" else "it writes")
    assert shop.orders == {}
    assert seeds.left_behind() == []
    assert seeds.baseline(operation(seeds, "POST /orders"), ANN) is None


def test_without_accounts_the_objects_are_nobodys(learnt: Any, shop: Shop) -> None:
    seeds = learnt(accounts=HeaderAccounts())
    assert [order["owner"] for order in shop.orders.values()] == [""]
    assert owned(seeds, "GET /orders/{orderId}", ANONYMOUS) == {"orderId": 100}


def test_requests_can_be_built_before_anything_was_sent() -> None:
    base = "http://host"
    sender = PlainSender(base)
    surface = surface_of(DOCUMENT, "x", base, lambda _: {}, where="x")
    seeds = Seeds(surface, sender, ACCOUNTS, may_send, lambda _line: None)
    assert [seeds.build(each, {}).method for each in surface.operations] == [each.method for each in surface.operations]
    assert sender.exchanges == []


SECRETS = {
    "openapi": "3.0.3",
    "paths": {
        "/orders": {
            "post": body({"required": ["title", "secret"], "properties": {
                "title": {"type": "string"}, "secret": {"type": "string"}, "quantity": {"type": "integer"},
            }}),
        },
        "/orders/{id}": {"parameters": [{"name": "id", **NUMBER}], "get": {}},
        "/transfer": {"post": body({"properties": {"to": {"type": "string"}, "amount": {"type": "number"}}})},
        "/v{version}/reset": {
            "parameters": [{"name": "version", "in": "path", "required": True, "schema": {"enum": ["v7"]}}],
            "post": body({}),
        },
    },
}  # fmt: skip


def test_each_text_of_an_object_is_a_different_one(learnt: Any, shop: Shop) -> None:
    learnt(document=SECRETS)
    for order in shop.orders.values():
        assert order["title"] != order["secret"]
        assert order["secret"].startswith("setpoint-m")


def test_a_body_without_any_needed_field_is_sent_with_all_of_them(learnt: Any) -> None:
    seeds = learnt(document=SECRETS)
    assert b'"amount"' in seeds.build(operation(seeds, "POST /transfer"), {}).body


def test_a_choice_in_a_path_names_no_object(learnt: Any) -> None:
    seeds = learnt(document=SECRETS)
    assert seeds.build(operation(seeds, "POST /v{version}/reset"), {}).url.endswith("/vv7/reset")


def test_own_objects_that_are_gone_are_missed(learnt: Any, shop: Shop) -> None:
    seeds = learnt()
    assert seeds.holds()
    shop.orders.clear()
    assert not seeds.holds()
    seeds.learn()
    assert seeds.holds()
