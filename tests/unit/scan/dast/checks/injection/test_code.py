"""A calculator, by eval and by a parser."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from flask import Flask, request

from setpoint.model.dast import Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.code import CodeInjection

Found = Callable[..., list[Fault]]
CALCULATOR = Operation("GET", "/sum", (Part(PartPlace.QUERY, "terms", example="2*3"),))
GREETING = Operation("GET", "/hello", (Part(PartPlace.QUERY, "name", example="Ada"),))


def calculated(text: str) -> float:
    """Numbers and products, and nothing else."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return calculated(ast.unparse(node.left)) * calculated(ast.unparse(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    raise ValueError(text)


def application(evaluate: Callable[[str], Any]) -> Flask:
    app = Flask(__name__)

    @app.get("/sum")
    def total() -> Any:
        try:
            return str(evaluate(request.args.get("terms", "")))
        except (SyntaxError, NameError, ValueError, TypeError):
            return "not a sum", 400

    @app.get("/hello")
    def hello() -> Any:
        return str(evaluate(f"'Hello {request.args.get('name', '')}'"))

    return app


def test_a_value_that_is_evaluated(found: Found) -> None:
    faults = found(CodeInjection, application(eval), CALCULATOR, GREETING)

    assert {(each.part, each.cwe) for each in faults} == {("query:terms", 95), ("query:name", 95)}


def test_a_calculator_of_its_own_is_no_fault(found: Found) -> None:
    assert found(CodeInjection, application(calculated), CALCULATOR) == []


def test_what_turns_texts_round_is_no_fault(found: Found) -> None:
    app = Flask(__name__)
    app.add_url_rule("/hello", view_func=lambda: request.args["name"][::-1] + request.args["name"])

    assert found(CodeInjection, app, GREETING) == []
