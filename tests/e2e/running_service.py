"""A small API that runs on the loopback, with a fault or two, and notes what was done to it. Used by `test_dast`."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask, Response, abort, jsonify, request
from werkzeug.serving import make_server

TOKENS: Final = {"alices-token-of-the-tests": "alice", "bobs-token-of-the-tests": "bob"}

_ID: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_NOTE: Final = {
    "type": "object",
    "required": ["note"],
    "properties": {"note": {"type": "string"}},
}
_OK: Final = {"200": {"description": "done"}}
DOCUMENT: Final = {
    "openapi": "3.0.3",
    "info": {"title": "Orders", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "security": [{"token": []}],
    "paths": {
        "/orders": {
            "get": {"operationId": "listOrders", "responses": _OK},
            "post": {
                "operationId": "createOrder",
                "requestBody": {"content": {"application/json": {"schema": _NOTE}}},
                "responses": {"201": {"description": "made"}},
            },
        },
        "/orders/{id}": {
            "parameters": [_ID],
            "get": {"operationId": "getOrder", "responses": _OK},
            "delete": {"operationId": "deleteOrder", "responses": _OK},
        },
        "/orders/{id}/cancel": {"parameters": [_ID], "post": {"operationId": "cancelOrder", "responses": _OK}},
        "/caches": {"get": {"operationId": "flushCaches", "responses": _OK}},
    },
}


@dataclass
class RunningService:
    base: str = ""
    harm: list[str] = field(default_factory=list)
    """Whatever was done that no scan may do."""
    requests: int = 0


@contextmanager
def running(*, is_repaired: bool) -> Iterator[RunningService]:
    """Repaired, or with the fault that everybody reads everybody's orders."""
    service = RunningService()
    server = make_server("127.0.0.1", 0, _application(service, is_repaired=is_repaired), threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    service.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def _application(service: RunningService, *, is_repaired: bool) -> Flask:
    app = Flask(__name__)
    orders = _Orders(service, is_repaired=is_repaired)
    app.before_request(orders.count)
    app.after_request(_with_headers)
    app.get("/orders")(orders.listed)
    app.post("/orders")(orders.made)
    app.get("/orders/<int:number>")(orders.read)
    app.delete("/orders/<int:number>")(orders.harmed)
    app.post("/orders/<int:number>/cancel")(orders.harmed)
    app.get("/caches")(orders.harmed)
    for status in (401, 404, 405, 422):
        app.register_error_handler(status, lambda error: (jsonify({"error": error.name}), error.code))
    return app


class _Orders:
    def __init__(self, service: RunningService, *, is_repaired: bool) -> None:
        self._service = service
        self._is_repaired = is_repaired
        self._orders: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    def count(self) -> None:
        self._service.requests += 1

    def listed(self) -> Response:
        who = _caller()
        return jsonify([each for each in self._orders.values() if each["owner"] == who])

    def made(self) -> tuple[Response, int]:
        who, body = _caller(), request.get_json(silent=True)
        if not isinstance(body, dict) or not isinstance(body.get("note"), str):
            abort(422)
        number = next(self._numbers)
        self._orders[number] = {"id": number, "owner": who, "note": body["note"]}
        return jsonify(self._orders[number]), 201

    def read(self, number: int) -> Response:
        who, order = _caller(), self._orders.get(number)
        if order is None or (self._is_repaired and order["owner"] != who):
            abort(404)
        return jsonify(order)

    def harmed(self, number: int = 0) -> Response:
        self._service.harm.append(f"{request.method} {request.path}")
        return jsonify({"ended": number})


def _caller() -> str:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return TOKENS.get(given) or abort(401)


def _with_headers(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Server"] = "orders"
    return answer
