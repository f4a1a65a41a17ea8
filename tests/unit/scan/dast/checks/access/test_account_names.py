"""Updates of the own account that take from their body whose account it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Operation
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites

MakeBench = Callable[..., Any]

PROFILE = Operation("GET", "/profile")


def update(method: str, name: str, kind: str) -> Operation:
    return Operation(method, "/profile", (body_part(name, kind), body_part("nickname")), BodyForm.JSON)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
@pytest.mark.parametrize(("name", "kind"), [("username", "string"), ("user_id", "integer"), ("email", "string")])
@pytest.mark.parametrize("how", ["taken", "from the session", "refused", "renamed"])
def test_whose_account_is_changed(shop_bench: MakeBench, method: str, name: str, kind: str, how: str) -> None:
    shop = Shop()
    key = "id" if name == "user_id" else name

    @shop.app.get("/profile")
    def profile() -> Json:
        return shop.people[shop.caller()]

    @shop.app.route("/profile", methods=["PUT", "PATCH", "POST"], endpoint="change")
    def change() -> Any:
        own, given = shop.people[shop.caller()], request.get_json()
        named = next((each for each in shop.people.values() if each[key] == given.get(name)), own)
        if how == "refused" and named is not own:
            abort(403)
        target = named if how == "taken" else own
        target["nickname"] = given.get("nickname", target["nickname"])
        if how == "renamed":
            own[key] = given.get(name, own[key])
        return "", 204

    before = {who: dict(record) for who, record in shop.people.items()}
    found = list(ObjectWrites().run(shop_bench(shop, PROFILE, update(method, name, kind))))
    assert [(each.path, each.part, each.caller) for each in found] == (
        [("/profile", f"body:/{name}", "bob")] if how == "taken" else []
    )
    if key != "id":
        assert shop.people == before
