"""Scripts with private data in them, and answers that are none."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import ALICE, get
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Caller, Operation, Part, PartPlace
from setpoint.scan.dast.checks.exposure.jsonp import PaddedAnswers


def service(kind: str, *, is_private: bool = True, heeds: bool = True) -> Flask:
    app = Flask("padded")

    @app.get("/me")
    def me() -> Any:
        name = request.cookies.get("session") or request.headers.get("authorization")
        if is_private and not name:
            return jsonify(error="log in"), 401
        answer = jsonify(email="alice@shop.example" if is_private else "hello@shop.example")
        function = request.args.get("callback")
        if not function or not heeds:
            return answer
        return Response(f"{function}({answer.get_data(as_text=True)});", content_type=kind)

    @app.after_request
    def sniff(answer: Response) -> Response:
        answer.headers["x-content-type-options"] = "nosniff"
        return answer

    return app


def test_a_script_with_private_data(found: Any, by_cookie: Any) -> None:
    faults = found(PaddedAnswers, service("application/javascript"), get("/me"), accounts=by_cookie)
    assert [(fault.kind, fault.part, fault.cwe) for fault in faults] == [("jsonp-private-data", "query:callback", 942)]


@pytest.mark.parametrize(
    "app",
    [
        service("application/javascript", is_private=False),
        service("application/javascript", heeds=False),
        service("application/json"),
    ],
    ids=["public", "not-heeded", "no-script"],
)
def test_nothing_private_in_a_script(found: Any, by_cookie: Any, app: Flask) -> None:
    assert not found(PaddedAnswers, app, get("/me", "callback"), accounts=by_cookie)


def test_what_browsers_do_not_send_by_themselves(found: Any) -> None:
    bearer = HeaderAccounts({ALICE: (("authorization", "Bearer alice"),)})
    assert not found(PaddedAnswers, service("application/javascript"), get("/me"), accounts=bearer)


def test_an_object_that_everybody_may_read(found: Any, by_cookie: Any) -> None:
    """Nobody's baseline names an object that is not there: that does not make the account's private."""
    app = Flask("public")

    @app.get("/products/<int:number>")
    def product(number: int) -> Any:
        if number != 7:
            return jsonify(error="not found"), 404
        function = request.args.get("callback")
        return Response(f'{function}({{"name": "chair"}})' if function else '{"name": "chair"}')

    part = Part(PartPlace.PATH, "id", example=1)
    operation = Operation("GET", "/products/{id}", (part,))

    def owned(_operation: Operation, caller: Caller) -> dict[Part, int] | None:
        return {part: 7} if caller == ALICE else None

    assert not found(PaddedAnswers, app, operation, accounts=by_cookie, owned=owned)
