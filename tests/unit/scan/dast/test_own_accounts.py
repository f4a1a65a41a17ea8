"""Accounts of the scan as objects: found by the name that they log in with, and never lost by a write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace, Surface
from setpoint.scan.dast.creations import ends_account
from setpoint.scan.dast.learnt_values import is_called, named_as
from setpoint.scan.dast.seeding import Seeds

ANN = Caller("ann", "user", 1)
NAME = Part(PartPlace.PATH, "username", {"type": "string"}, is_required=True)
NUMBER = Part(PartPlace.PATH, "id", {"type": "integer"}, is_required=True)


class Accounts(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return f"{caller.name}.a"


def body(name: str) -> Part:
    return Part(PartPlace.BODY, f"/{name}", {"type": "string"}, is_required=True)


def changing(path: str, part: Part, *fields: str, method: str = "PUT") -> Operation:
    return Operation(method, path, (part, *map(body, fields)), BodyForm.JSON if fields else BodyForm.NONE)


BY_NAME = Operation("GET", "/users/v1/{username}", (NAME,))
BY_NUMBER = Operation("GET", "/users/v1/{id}/orders", (NUMBER,))
BIO = changing("/users/v1/{username}", NAME, "bio")
ADDRESS = changing("/users/v1/{username}/email", NAME, "email")
PASSWORD = changing("/users/v1/{username}/password", NAME, "password")
PEOPLE = Operation("GET", "/users/v1")


@pytest.fixture
def seeds(serve: Callable[[Any], str]) -> Callable[..., Seeds]:
    def make(*, has_page: bool) -> Seeds:
        app = Flask("town")

        @app.get("/users/v1")
        def people() -> Any:
            return jsonify([{"id": 7, "username": "ann.a"}, {"id": 8, "username": "bob.b"}])

        @app.get("/me")
        def me() -> Any:
            known = bool(request.headers.get("x-user"))
            return jsonify({"id": 7, "username": "ann.a", "email": "ann@town.example"} if known else {})

        base = serve(app)
        operations = [PEOPLE, BY_NAME, BY_NUMBER, BIO, ADDRESS, PASSWORD]
        operations += [Operation("GET", "/me")] if has_page else []
        made = Seeds(
            Surface(base, tuple(operations)),
            PlainSender(base),
            Accounts({ANN: (("x-user", "ann"),)}),
            lambda _operation: "",
            lambda _line: None,
        )
        made.learn()
        return made

    return make


def test_the_name_and_the_number_of_the_own_account_are_known(seeds: Callable[..., Seeds]) -> None:
    for has_page in (False, True):
        learnt = seeds(has_page=has_page)
        assert learnt.owned(BY_NAME, ANN) == {NAME: "ann.a"}
        assert learnt.owned(BY_NUMBER, ANN) == {NUMBER: 7}
        assert learnt.owned(BIO, ANN) == {NAME: "ann.a"}


def test_an_address_is_written_only_where_it_is_known(seeds: Callable[..., Seeds]) -> None:
    learnt = seeds(has_page=False)
    assert learnt.owned(ADDRESS, ANN) is None
    assert "ann.a" not in learnt.build(ADDRESS, {}).url
    learnt = seeds(has_page=True)
    assert learnt.owned(ADDRESS, ANN) == {NAME: "ann.a"}
    assert b"ann@town.example" in learnt.build(ADDRESS, {}).body


def test_no_password_of_the_own_account_is_changed(seeds: Callable[..., Seeds]) -> None:
    learnt = seeds(has_page=True)
    assert learnt.owned(PASSWORD, ANN) is None
    assert "ann.a" not in learnt.build(PASSWORD, {}).url


@pytest.mark.parametrize(
    ("operation", "is_end"),
    [
        (changing("/users/{id}", NUMBER, method="DELETE"), True),
        (changing("/orders/{id}", NUMBER, method="DELETE"), False),
        (changing("/users/{id}/avatar", NUMBER, method="DELETE"), False),
        (changing("/accounts/{id}", NUMBER, "password"), True),
        (changing("/vaults/{id}", NUMBER, "password"), False),
        (changing("/users/{id}", NUMBER, "bio"), False),
    ],
)
def test_what_ends_an_account(operation: Operation, is_end: bool) -> None:
    assert ends_account(operation) is is_end


def test_who_is_called_so() -> None:
    assert named_as("") == {}
    assert named_as("a@b.example") == {"email": "a@b.example"}
    assert named_as("ann")["username"] == "ann"
    assert is_called({"userName": "ann"}, "ann")
    assert not is_called({"title": "ann", "username": ""}, "")
