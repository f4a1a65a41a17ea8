"""Limits, discounts and plans that only an administrator's operation sets, and a customer sets for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.assignment import MassAssignment
from setpoint.scan.dast.checks.access.functions import Functions

MakeBench = Callable[..., Any]

ME = Operation("GET", "/me")
CHANGE_ME = Operation("PATCH", "/me", (body_part("nickname", example="al"),), BodyForm.JSON)


def setting(field: str, schema: Json) -> Operation:
    part = Part(PartPlace.BODY, f"/{field}", schema if isinstance(schema, dict) else {}, is_required=True)
    return Operation("PUT", "/admin/customers/{id}/terms", (path_part("id"), part), BodyForm.JSON)


NUMBER = {"type": "number", "minimum": 0}
TERMS = [
    ("credit_limit", 500, NUMBER),
    ("rebate", 0.1, {"type": "number", "maximum": 1}),
    ("programme", "plain", {"type": "string", "enum": ["plain", "suspended", "gold"]}),
    ("may_pay_later", False, {"type": "boolean"}),
]


def shop_with(field: str, value: Json, *faults: str) -> Shop:
    shop = Shop(*faults)
    for each in shop.people.values():
        each[field] = value

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.patch("/me")
    def change_me() -> Json:
        names = (field, "nickname") if shop.has("takes all") else ("nickname",)
        shop.people[shop.caller()].update({name: request.json[name] for name in names if name in request.json})
        return {**shop.people[shop.caller()], **request.json}

    @shop.app.put("/admin/customers/<int:number>/terms")
    def terms(number: int) -> Any:
        if not shop.is_admin() and not shop.has("any role"):
            abort(403)
        person = next((each for each in shop.people.values() if each["id"] == number), None) or abort(404)
        person.update(request.json)
        return "", 204

    return shop


def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
    if operation.path == "/me":
        return {}
    return {part: 1 for part in operation.parts if part.name == "id"} if caller == ALICE else None


@pytest.mark.parametrize(("field", "value", "schema"), TERMS)
@pytest.mark.parametrize("is_faulty", [True, False])
def test_an_operation_for_administrators_on_the_own_account(
    shop_bench: MakeBench, field: str, value: Json, schema: Json, is_faulty: bool
) -> None:
    shop = shop_with(field, value, *(["any role"] if is_faulty else []))
    found = list(Functions().run(shop_bench(shop, ME, setting(field, schema), owned=owned)))
    assert [(each.kind, each.method) for each in found] == (
        [("function-level-authorisation", "PUT")] if is_faulty else []
    )
    assert shop.people["alice"][field] == value


@pytest.mark.parametrize(("field", "value", "schema"), TERMS)
@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_field_of_the_own_record_that_only_administrators_set(
    shop_bench: MakeBench, field: str, value: Json, schema: Json, is_faulty: bool
) -> None:
    shop = shop_with(field, value, *(["takes all"] if is_faulty else []))
    found = list(MassAssignment().run(shop_bench(shop, ME, CHANGE_ME, setting(field, schema), owned=owned)))
    assert [each.part for each in found] == ([f"body:/{field}"] if is_faulty else [])
    assert shop.people["alice"][field] == value


def test_no_account_is_barred_by_the_scan(shop_bench: MakeBench) -> None:
    shop = shop_with("active", True, "any role", "takes all")
    operation = setting("active", {"type": "boolean"})
    bench = shop_bench(shop, ME, CHANGE_ME, operation, owned=owned)
    list(Functions().run(bench))
    list(MassAssignment().run(bench))
    assert not any(b'"active":false' in (each.sent.body or b"") for each in bench.sender.exchanges)
