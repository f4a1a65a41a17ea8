"""Writes to objects that a customer may not make, where no word says whom they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import ROOT, Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, Profile
from setpoint.scan.dast.checks.access.functions import Functions
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites

MakeBench = Callable[..., Any]

NAME = body_part("name", example="soup")
LIST = Operation("GET", "/dishes")
MAKE = Operation("POST", "/dishes", (NAME,), BodyForm.JSON)
CHANGE = Operation("PUT", "/dishes/{id}", (path_part("id"), NAME), BodyForm.JSON)
PATCH = replace(CHANGE, method="PATCH")
DELETE = Operation("DELETE", "/dishes/{id}", (path_part("id"),))


class Kitchen(Shop):
    """Dishes that all may read; who may make, and change, and delete them is the test's to say."""

    def __init__(self, *faults: str, anybody_makes: bool = False) -> None:
        super().__init__(*faults)
        self.dishes: dict[int, dict[str, Json]] = {1: {"id": 1, "name": "bread"}, 2: {"id": 2, "name": "salad"}}
        self.app.add_url_rule("/dishes", view_func=lambda: list(self.dishes.values()))
        self.app.add_url_rule("/dishes", "make", lambda: self.make(anybody_makes), methods=["POST"])
        self.app.add_url_rule("/dishes/<int:number>", "change", self.change, methods=["PUT", "PATCH", "DELETE"])

    def make(self, anybody_makes: bool) -> Any:
        if not self.is_admin() and not anybody_makes:
            abort(403)
        number = max(self.dishes) + 1
        self.dishes[number] = {"id": number, "name": request.json["name"]}
        return self.dishes[number], 201

    def change(self, number: int) -> Any:
        if not self.is_admin() and not self.has(request.method):
            abort(403)
        if request.method == "DELETE":
            self.dishes.pop(number, None) or abort(404)
        elif not self.has("done without doing it") or self.is_admin():
            self.dishes[number].update(name=request.json["name"])
        return "", 204


def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
    """The second dish was made for the scan, by the administrator."""
    return {part: 2 for part in operation.parts if part.name == "id"} or None if caller == ROOT else None


def faults_of(bench: Any) -> list[Fault]:
    return list(Functions().run(bench))


@pytest.mark.parametrize("operation", [CHANGE, PATCH], ids=["PUT", "PATCH"])
def test_a_dish_that_a_customer_changes_is_told_and_set_back(shop_bench: MakeBench, operation: Operation) -> None:
    kitchen = Kitchen(operation.method)
    (fault,) = faults_of(shop_bench(kitchen, LIST, MAKE, operation, owned=owned))
    assert (fault.kind, fault.cwe, fault.method, fault.caller) == (
        "function-level-authorisation",
        862,
        operation.method,
        "alice",
    )
    assert [kitchen.dishes[number]["name"] for number in (1, 2)] == ["bread", "salad"]


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_dish_that_a_customer_deletes_was_made_for_it(shop_bench: MakeBench, is_faulty: bool) -> None:
    kitchen = Kitchen(*(["DELETE"] if is_faulty else []))
    bench = replace(
        shop_bench(kitchen, LIST, MAKE, DELETE, owned=owned, profile=Profile.ACTIVE), may_send=lambda _operation: ""
    )
    assert [each.method for each in faults_of(bench)] == (["DELETE"] if is_faulty else [])
    assert {1, 2} <= set(kitchen.dishes)


def test_nothing_is_deleted_in_the_safe_profile(shop_bench: MakeBench) -> None:
    kitchen = Kitchen("DELETE")
    bench = shop_bench(kitchen, LIST, MAKE, DELETE, owned=owned)
    assert faults_of(bench) == []
    assert not [each for each in bench.sender.exchanges if each.sent.method == "DELETE"]


@pytest.mark.parametrize(
    "kitchen",
    [Kitchen(), Kitchen("PUT", "done without doing it"), Kitchen("PUT", anybody_makes=True)],
    ids=["refused", "204 that did nothing", "a menu that all may write"],
)
def test_what_is_sound_is_not_told(shop_bench: MakeBench, kitchen: Kitchen) -> None:
    assert faults_of(shop_bench(kitchen, LIST, MAKE, CHANGE, owned=owned)) == []
    assert kitchen.dishes[2]["name"] == "salad"


def test_with_one_account_of_each_rank_it_is_told_once(shop_bench: MakeBench) -> None:
    callers = tuple(Caller(name, role, rank) for name, role, rank in (("alice", "customer", 1), ("root", ROOT.role, 9)))
    bench = shop_bench(Kitchen("PUT"), LIST, MAKE, CHANGE, owned=owned, callers=callers)
    assert len([*Functions().run(bench), *ObjectWrites().run(bench)]) == 1
