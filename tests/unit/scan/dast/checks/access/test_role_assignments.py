"""Operations that assign roles, asked by an account about itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation, Profile
from setpoint.scan.dast.checks.access.functions import Functions

MakeBench = Callable[..., Any]

ME = Operation("GET", "/me")
BY_BODY = Operation("PUT", "/users/update_role", (body_part("username"), body_part("role")), BodyForm.JSON)
BY_PATH = Operation("POST", "/users/{id}/role", (path_part("id"), body_part("role")), BodyForm.JSON)


def club(how: str) -> Shop:
    shop = Shop()
    for each in shop.people.values():
        each["role"] = each["role"].title()

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    def assign(who: str) -> Any:
        if shop.people[shop.caller()]["role"] != "Administrator" and how == "refused":
            abort(403)
        if request.json["role"] not in {"Administrator", "Customer", "Staff"}:
            abort(500)
        if how == "taken below the highest" and request.json["role"] == "Administrator":
            abort(403)
        if how.startswith("taken"):
            shop.people[who]["role"] = request.json["role"]
        return "", 204

    @shop.app.put("/users/update_role")
    def by_body() -> Any:
        return assign(request.json["username"])

    @shop.app.post("/users/<int:number>/role")
    def by_path(number: int) -> Any:
        return assign(next(name for name, each in shop.people.items() if each["id"] == number))

    return shop


@pytest.mark.parametrize("operation", [BY_BODY, BY_PATH], ids=["by its body", "by its path"])
@pytest.mark.parametrize("how", ["taken", "taken below the highest", "refused", "204"])
def test_a_role_that_an_account_gives_to_itself(shop_bench: MakeBench, operation: Operation, how: str) -> None:
    shop = club(how)
    found = list(Functions().run(shop_bench(shop, ME, operation)))
    assert [(each.kind, each.path) for each in found] == (
        [("function-level-authorisation", operation.path)] if how.startswith("taken") else []
    )
    assert [each["role"] for each in shop.people.values()] == ["Customer", "Customer", "Administrator"]


def test_nothing_is_assigned_where_the_scan_only_looks(shop_bench: MakeBench) -> None:
    bench = shop_bench(club("taken"), ME, BY_BODY, profile=Profile.PASSIVE)
    assert list(Functions().run(bench)) == []
    assert {each.sent.method for each in bench.sender.exchanges} <= {"GET"}
