"""Documents asked for by what a caller sends, taken as it comes and checked to be text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.nosql import NoSqlInjection

Found = Callable[..., list[Fault]]
USERS = [{"name": "root", "password": "no-such"}, {"name": "ada", "password": "none"}]
OPERATIONS = (
    Operation(
        "POST",
        "/login",
        (Part(PartPlace.BODY, "/name", example="nobody"), Part(PartPlace.BODY, "/password", example="nothing")),
        body=BodyForm.JSON,
    ),
    Operation("GET", "/users", (Part(PartPlace.QUERY, "name", example="ada"),)),
)


def matches(value: str, wanted: Any) -> bool:
    """As much as a document store has of operators."""
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    known: dict[str, Callable[[Any], bool]] = {
        "$ne": lambda other: value != other,
        "$gt": lambda other: value > other,
        "$regex": lambda other: re.search(other, value) is not None,
    }
    return all(name in known and known[name](other) for name, other in wanted.items())


def service(check: Callable[[Any], Any]) -> Flask:
    """`check`: what a value has to pass before it is asked for."""
    app = Flask(__name__)

    def users(**wanted: Any) -> list[str]:
        wanted = {name: check(value) for name, value in wanted.items()}
        return [each["name"] for each in USERS if all(matches(each[name], value) for name, value in wanted.items())]

    @app.post("/login")
    def login() -> Any:
        found = users(**request.get_json())
        return (jsonify(token="t", name=found[0]), 200) if found else (jsonify(error="wrong"), 401)

    @app.get("/users")
    def listed() -> Any:
        operators = {key[5:-1]: value for key, value in request.args.items() if key.startswith("name[")}
        return jsonify(users(name=operators or request.args.get("name")))

    @app.errorhandler(ValueError)
    def refused(error: ValueError) -> Any:
        return jsonify(error=str(error)), 400

    return app


def test_operators_in_the_place_of_values(found: Found) -> None:
    faults = found(NoSqlInjection, service(lambda value: value), *OPERATIONS)

    assert {each.part for each in faults} == {"body:/name", "body:/password", "query:name"}
    assert {each.cwe for each in faults} == {943}


def refuse(value: Any) -> Any:
    if isinstance(value, str):
        return value
    raise ValueError(f"not a text: {value}")


@pytest.mark.parametrize("check", [str, refuse])
def test_values_that_are_checked_are_no_fault(found: Found, check: Callable[[Any], Any]) -> None:
    assert found(NoSqlInjection, service(check), *OPERATIONS) == []


def test_what_is_shown_again_is_no_fault(found: Found) -> None:
    app = Flask(__name__)
    app.add_url_rule("/login", view_func=lambda: jsonify(asked=request.get_json()), methods=["POST"])

    assert found(NoSqlInjection, app, OPERATIONS[0]) == []
