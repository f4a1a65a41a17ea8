"""Logins on a store of documents: the password as it comes, and checked to be text; an old version forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.nosql_logins import NoSqlInjectionInLogins

Found = Callable[..., list[Fault]]
ANN, PASSWORD = Caller("ann", "customer", 1), "correct-horse-1"
LOGIN = Operation(
    "POST", "/v2/login", (Part(PartPlace.BODY, "/email"), Part(PartPlace.BODY, "/password")), BodyForm.JSON
)


@dataclass(frozen=True)
class OneAccount:
    callers: tuple[Caller, ...] = (ANN,)
    headers: Mapping[Caller, Any] = field(default_factory=dict)

    def user(self, _caller: Caller) -> str:
        return "ann@shop.example"


def is_right(wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(wanted == PASSWORD)
    known = {"$ne": lambda other: other != PASSWORD, "$eq": lambda other: other == PASSWORD}
    return all(name in known and known[name](other) for name, other in wanted.items())


def service(faulty: str, *, any_object: bool = False) -> Flask:
    """`faulty`: the version that asks for the password as it comes."""
    app = Flask(__name__)

    @app.post("/<version>/login")
    def login(version: str) -> Any:
        given = request.get_json()
        if version not in {"v1", "v2"}:
            return jsonify(error="not found"), 404
        if not isinstance(given["email"], str) or given["email"] != "ann@shop.example":
            return jsonify(error="wrong"), 401
        if version != faulty and not isinstance(given["password"], str):
            return (jsonify(hint="a text, please"), 200) if any_object else (jsonify(error="not a text"), 400)
        return jsonify(token="t") if is_right(given["password"]) else (jsonify(error="wrong"), 401)

    return app


@pytest.mark.parametrize("faulty", ["v1", "v2"])
def test_an_operator_in_the_place_of_the_password(found: Found, faulty: str) -> None:
    (fault,) = found(NoSqlInjectionInLogins, service(faulty), LOGIN, accounts=OneAccount())

    assert (fault.kind, fault.cwe, fault.path, fault.part) == (
        *("nosql-injection", 943),
        *(f"/{faulty}/login", "body:/password"),
    )


@pytest.mark.parametrize("any_object", [True, False])
def test_a_password_that_has_to_be_text_is_no_fault(found: Found, any_object: bool) -> None:
    assert found(NoSqlInjectionInLogins, service("", any_object=any_object), LOGIN, accounts=OneAccount()) == []
