"""Accounts as objects: `/users/{username}` names somebody, though the scan made nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import BEARERS, Shop, body_part, path_part
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Operation, Profile
from setpoint.scan.dast.checks.access.object_reads import ObjectReads
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites
from setpoint.scan.dast.interface import Workbench

MakeBench = Callable[..., Any]

PEOPLE = Operation("GET", "/users/v1")
PERSON = Operation("GET", "/users/v1/{username}", (path_part("username", "string"),))
CHANGE = Operation("PATCH", PERSON.path, (*PERSON.parts, body_part("bio")), BodyForm.JSON)
DELETE = Operation("DELETE", PERSON.path, PERSON.parts)


class NamedAccounts(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return caller.name


def named(bench: Workbench) -> Workbench:
    """As whom the accounts log in is all that is known of them."""
    return replace(bench, accounts=NamedAccounts(BEARERS))


def town(*faults: str, directory: tuple[str, ...] = ("username",)) -> Shop:
    shop = Shop(*faults)
    for each in shop.people.values():
        each["bio"] = f"about {each['username']}"

    @shop.app.get("/users/v1")
    def people() -> Json:
        shop.caller()
        return [{name: each[name] for name in directory} for each in shop.people.values()]

    @shop.app.get("/users/v1/<name>")
    def person(name: str) -> Json:
        found = shop.people.get(name) or abort(404)
        return found if shop.caller() == name or shop.has("any read") else {"username": name, "nickname": name[:2]}

    @shop.app.patch("/users/v1/<name>")
    def change(name: str) -> Any:
        if name != shop.caller() and shop.has("own instead"):
            name = shop.caller()
        if name != shop.caller() and not shop.has("any change") and not shop.has("204"):
            abort(403)
        if not shop.has("204"):
            shop.people[name]["bio"] = request.json["bio"]
        return "", 204

    @shop.app.delete("/users/v1/<name>")
    def delete(name: str) -> Any:
        del shop.people[name]
        return "", 204

    return shop


@pytest.mark.parametrize(
    ("faults", "directory", "is_told"),
    [
        (("any read",), ("username",), True),
        ((), ("username",), False),
        (("any read",), ("username", "email", "id", "role", "nickname", "bio"), False),
    ],
    ids=["read by a peer", "name and picture alone", "no more than the list of people"],
)
def test_reads_of_another_person(
    shop_bench: MakeBench, faults: tuple[str, ...], directory: tuple[str, ...], is_told: bool
) -> None:
    found = list(ObjectReads().run(named(shop_bench(town(*faults, directory=directory), PEOPLE, PERSON))))
    assert [(each.path, each.part) for each in found] == ([(PERSON.path, "path:username")] if is_told else [])
    assert all("/email" in each.difference for each in found)


@pytest.mark.parametrize("fault", ["any change", "own instead", "204", "none"])
def test_writes_to_another_person(shop_bench: MakeBench, fault: str) -> None:
    shop = town("any read", fault)
    found = list(ObjectWrites().run(named(shop_bench(shop, PEOPLE, PERSON, CHANGE))))
    assert [(each.method, each.part) for each in found] == (
        [("PATCH", "path:username")] if fault == "any change" else []
    )
    if fault != "own instead":
        assert shop.people["alice"]["bio"] == "about alice"


def test_no_account_of_the_scan_is_deleted(shop_bench: MakeBench) -> None:
    shop = town("any read", "any change")
    bench = replace(named(shop_bench(shop, PEOPLE, PERSON, DELETE)), profile=Profile.ACTIVE, may_send=lambda _each: "")
    assert list(ObjectWrites().run(bench)) == []
    assert set(shop.people) == {"alice", "bob", "root"}
