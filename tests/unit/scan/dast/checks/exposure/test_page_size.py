"""Pages as long as the caller likes, and pages with an end."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.checks.exposure.page_size import UnboundedPages


def service(have: int, *, most: int = 0, tells: str = "", refuses: bool = False) -> Flask:
    """Has so many entries. `tells`: whether it says which number it heeds, or repeats the one asked for."""
    app = Flask("list")

    @app.get("/orders")
    def orders() -> Any:
        wanted = request.args.get("limit", 20, int)
        if refuses and wanted > most:
            return jsonify(error="too many"), 422
        limit = min(wanted, most) if most else wanted
        answer: dict[str, Any] = {"items": [{"id": number} for number in range(min(limit, have))]}
        if tells == "heeded":
            answer["limit"] = limit
        if tells == "asked" and "limit" in request.args:
            answer["limit"] = wanted
        return jsonify(answer)

    return app


def bounded(most: int) -> Operation:
    return Operation("GET", "/orders", (Part(PartPlace.QUERY, "limit", {"type": "integer", "maximum": most}),))


@pytest.mark.parametrize(
    ("app", "operation"),
    [
        (service(5_000), get("/orders", "limit")),
        (service(30, tells="heeded"), get("/orders", "limit")),
        (service(300), bounded(50)),
    ],
    ids=["grows", "says-so", "beyond-its-document"],
)
def test_as_long_as_the_caller_likes(found: Any, app: Flask, operation: Operation) -> None:
    faults = found(UnboundedPages, app, operation)
    assert [(fault.kind, fault.part, fault.cwe) for fault in faults] == [("unbounded-page-size", "query:limit", 770)]


@pytest.mark.parametrize(
    ("app", "operation"),
    [
        (service(5_000, most=100), get("/orders", "limit")),
        (service(5_000, most=500), get("/orders", "limit")),
        (service(30, most=100, tells="heeded"), get("/orders", "limit")),
        (service(30, most=100, tells="asked"), get("/orders", "limit")),
        (service(30, most=100, refuses=True, tells="heeded"), get("/orders", "limit")),
        (service(300, most=50), bounded(50)),
        (service(30), get("/orders", "limit")),
        (service(5_000), get("/orders", "discount")),
    ],
    ids=["cut", "cut-high", "says-what-it-cuts", "repeats", "refuses", "documented", "too-few-to-tell", "no-size"],
)
def test_with_an_end(found: Any, app: Flask, operation: Operation) -> None:
    assert not found(UnboundedPages, app, operation)
