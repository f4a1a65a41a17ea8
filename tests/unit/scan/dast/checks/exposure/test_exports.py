"""Exports for everybody of what is for accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.scan.dast.checks.exposure.exports import OpenExports

PEOPLE = [("alice", "alice@shop.example"), ("bobby", "bobby@shop.example"), ("carol", "carol@shop.example")]


def service(*, is_open: bool, is_harmless: bool = False) -> Flask:
    app = Flask("exports")

    @app.get("/customers")
    def customers() -> Any:
        if "session" not in request.cookies:
            return jsonify(error="log in"), 401
        return jsonify([{"name": name, "mail": mail} for name, mail in PEOPLE])

    @app.get("/customers/export")
    def export() -> Any:
        if is_harmless:
            return Response("product,price\nyellow chair,12\nround table,40\n", content_type="text/csv")
        if not is_open and "session" not in request.cookies:
            return Response("log in", 401)
        return Response("".join(f"{name},{mail}\n" for name, mail in PEOPLE), content_type="text/csv")

    return app


def test_open_to_everybody(found: Any, by_cookie: Any) -> None:
    operations = get("/customers"), get("/customers/export")
    faults = found(OpenExports, service(is_open=True), *operations, accounts=by_cookie)
    assert [(fault.kind, fault.path, fault.cwe) for fault in faults] == [("open-export", "/customers/export", 306)]


def test_closed_or_harmless_or_meant_to_be_open(found: Any, by_cookie: Any) -> None:
    operations = get("/customers"), get("/customers/export")
    assert not found(OpenExports, service(is_open=False), *operations, accounts=by_cookie)
    assert not found(OpenExports, service(is_open=True, is_harmless=True), *operations, accounts=by_cookie)
    meant = replace(operations[1], security=())
    assert not found(OpenExports, service(is_open=True), operations[0], meant, accounts=by_cookie)
