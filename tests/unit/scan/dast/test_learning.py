"""Through `Seeds`, as scans learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import Answer, Caller, Operation
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.surface.document import surface_of

ANN, BOB = Caller("ann", "user", 1), Caller("bob", "user", 1)
NUMBERS = {"ann": "4146597420", "bob": "4146597421"}


@dataclass(frozen=True)
class BankAccounts(HeaderAccounts):
    """Accounts whose login tells them their number."""

    def user(self, caller: Caller) -> str:
        return caller.name

    def greetings(self, caller: Caller) -> Sequence[Answer]:
        told = {"token": "secret", "status": "ok", "accountNumber": NUMBERS[caller.name], "request_id": 991}
        return (Answer(200, (), orjson.dumps(told)),)


ACCOUNTS = BankAccounts({ANN: (("x-user", "ann"),), BOB: (("x-user", "bob"),)})


def in_path(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}


def body(*required: str, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {"200": {}}}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/cards": {"get": {}},
        "/cards/create": {"post": body(kind={"type": "string", "enum": ["standard", "gold"]})},
        "/cards/{card_id}/transactions": {"get": {"parameters": [in_path("card_id", type="integer")]}},
        "/balance/{account_number}": {"get": {"parameters": [in_path("account_number")]}},
        "/branches/{branch_number}": {"get": {"parameters": [in_path("branch_number")]}},
        "/history": {"get": {"parameters": [{"name": "account_number", "in": "query", "schema": TEXT}]}},
        "/loans": {"post": body(amount={"type": "number"}, is_urgent={"type": "boolean"}, role=TEXT)},
        "/v{version}/quotes": {
            "parameters": [in_path("version", type="integer", enum=[1, 2], default=2)],
            "post": body("text", text=TEXT),
        },
        "/referral-code": {"get": {}},
        "/apply-referral": {"post": body("code", code=TEXT)},
        "/tickets": {"post": body("title", title=TEXT)},
        "/tickets/{ref}": {"get": {"parameters": [in_path("ref")]}},
        "/menu": {"put": {**body("name", "image_url", name=TEXT, image_url=TEXT), "responses": {"201": {}}}},
        "/menu/{item_id}": {"put": {"parameters": [in_path("item_id", type="integer")], **body(name=TEXT)}},
        "/messages": {"post": body("username", "text", username=TEXT, text=TEXT)},
    },
}


class Bank:
    """Cards whose making tells their number alone; a ticket whose name is none of the usual members."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        self.tickets: dict[str, dict[str, Any]] = {}
        self.menu: list[dict[str, Any]] = []
        self.bodies: dict[str, list[Any]] = {}
        self.app = Flask("bank")
        rules: list[tuple[str, Callable[..., Any], str]] = [
            ("/cards", lambda: jsonify([each for each in self.cards if each["owner"] == self.who()]), "GET"),
            ("/cards/create", self.card, "POST"),
            ("/cards/<int:number>/transactions", self.transactions, "GET"),
            ("/balance/<number>", lambda number: {"balance": 1} if number in NUMBERS.values() else ({}, 404), "GET"),
            ("/history", self.history, "GET"),
            ("/loans", self.loan, "POST"),
            ("/v<int:version>/quotes", lambda version: {"version": version}, "POST"),
            ("/referral-code", lambda: {"code": f"R-{self.who()}"}, "GET"),
            ("/apply-referral", self.taken, "POST"),
            ("/tickets", self.ticket, "POST"),
            ("/tickets/<ref>", self.shown, "GET"),
            ("/menu", self.item, "PUT"),
            ("/messages", self.taken, "POST"),
        ]
        for rule, view, method in rules:
            self.app.add_url_rule(rule, rule, view, methods=[method])

    def who(self) -> str:
        return request.headers.get("x-user", "")

    def card(self) -> Any:
        number = f"41066607883853{len(self.cards):02}"
        self.cards.append({"id": 70 + len(self.cards), "card_number": number, "owner": self.who()})
        return {"status": "success", "card_details": {"card_number": number, "cvv": "123"}}

    def transactions(self, number: int) -> Any:
        return jsonify([]) if any(each["id"] == number for each in self.cards) else ({}, 404)

    def history(self) -> Any:
        return {"of": request.args["account_number"]} if request.args else ({"error": "which account?"}, 400)

    def loan(self) -> Any:
        told = request.get_json()  # 415 without a media type
        self.bodies.setdefault("/loans", []).append(told)
        return {"status": "taken"} if told.get("amount") else ({"error": "no amount"}, 500)

    def taken(self) -> Any:
        self.bodies.setdefault(request.path, []).append(request.get_json())
        return {"status": "taken"}

    def ticket(self) -> Any:
        number = str(len(self.tickets))
        reference = str(uuid5(NAMESPACE_URL, number))
        self.tickets[reference] = request.get_json()
        return {"queue_number": int(number), "public_handle": reference}, 201

    def shown(self, ref: str) -> Any:
        return self.tickets.get(ref, ({}, 404))

    def item(self) -> Any:
        self.menu.append(request.get_json())
        return {"id": len(self.menu), **self.menu[-1]}, 201


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def seeds(bank: Bank, serve: Callable[[Any], str]) -> Seeds:
    base = serve(bank.app)
    surface = surface_of(DOCUMENT, "x", base, lambda _: {}, where="x")
    found = Seeds(surface, PlainSender(base), ACCOUNTS, lambda _operation: "", lambda _line: None, mark="m")
    found.learn()
    return found


def operation(seeds: Seeds, key: str) -> Operation:
    return next(each for each in seeds.surface.operations if each.key == key)


def owned(seeds: Seeds, key: str, caller: Caller = ANN) -> dict[str, Any] | None:
    found = seeds.owned(operation(seeds, key), caller)
    return None if found is None else {part.name: value for part, value in found.items()}


def status(seeds: Seeds, key: str, caller: Caller = ANN) -> int:
    exchange = seeds.baseline(operation(seeds, key), caller)
    return exchange.answer.status if exchange is not None and exchange.answer is not None else 0


def test_what_was_made_is_found_again_in_its_list(seeds: Seeds) -> None:
    assert owned(seeds, "GET /cards/{card_id}/transactions", ANN) == {"card_id": 70}
    assert owned(seeds, "GET /cards/{card_id}/transactions", BOB) == {"card_id": 71}
    assert "card 70 of ann, made by POST /cards/create" in seeds.left_behind()


def test_of_several_members_that_may_name_it_the_one_is_taken_by_which_it_can_be_read(seeds: Seeds, bank: Bank) -> None:
    assert owned(seeds, "GET /tickets/{ref}", ANN) == {"ref": next(iter(bank.tickets))}


def test_what_the_login_told_names_the_callers_own(seeds: Seeds) -> None:
    assert owned(seeds, "GET /balance/{account_number}", ANN) == {"account_number": NUMBERS["ann"]}
    assert owned(seeds, "GET /balance/{account_number}", BOB) == {"account_number": NUMBERS["bob"]}
    assert status(seeds, "GET /balance/{account_number}", BOB) == 200


def test_a_number_of_which_nothing_is_known_is_no_other_identifier(seeds: Seeds) -> None:
    assert owned(seeds, "GET /branches/{branch_number}") is None


def test_what_is_refused_without_its_optional_parts_is_asked_with_them(seeds: Seeds) -> None:
    exchange = seeds.baseline(operation(seeds, "GET /history"), BOB)
    assert exchange is not None
    assert exchange.answer is not None
    assert NUMBERS["bob"].encode() in exchange.answer.body


def test_a_body_whose_parts_are_all_optional_is_filled_but_for_what_gives_a_standing(seeds: Seeds, bank: Bank) -> None:
    assert status(seeds, "POST /loans") == 200
    assert bank.bodies["/loans"][-1] == {"amount": 1, "is_urgent": False}


def test_a_version_in_the_path_is_one_that_there_is(seeds: Seeds) -> None:
    write = operation(seeds, "POST /v{version}/quotes")
    assert seeds.owns(write)
    assert seeds.build(write, {}).url.endswith("/v2/quotes")


def test_a_code_goes_where_the_same_words_ask_for_it(seeds: Seeds, bank: Bank) -> None:
    assert status(seeds, "POST /apply-referral", BOB) == 200
    assert bank.bodies["/apply-referral"][-1] == {"code": "R-bob"}


def test_a_put_that_makes_objects_gives_some_and_tells_of_them(seeds: Seeds, bank: Bank) -> None:
    assert owned(seeds, "PUT /menu/{item_id}", BOB) == {"item_id": 2}
    assert all(each["image_url"].startswith(f"{seeds.surface.base}/?") for each in bank.menu)
    make = operation(seeds, "PUT /menu")
    seeds.sender.send(ACCOUNTS.authorised(seeds.build(make, {}), ANN))
    left = seeds.left_behind()
    assert any(each.startswith("menu 1 of ann, made by PUT /menu") for each in left)
    assert "what checks may have made by PUT /menu (1): 3" in left


def test_a_part_that_names_a_person_names_the_caller(seeds: Seeds, bank: Bank) -> None:
    assert status(seeds, "POST /messages", BOB) == 200
    assert bank.bodies["/messages"][-1]["username"] == "bob"


def test_what_never_answers_well_is_told(seeds: Seeds) -> None:
    for key in ("GET /branches/{branch_number}", "GET /cards"):
        seeds.baseline(operation(seeds, key), ANN)
    assert seeds.unwell() == {"GET /branches/{branch_number}": "404: nothing own is known for {branch_number}"}
