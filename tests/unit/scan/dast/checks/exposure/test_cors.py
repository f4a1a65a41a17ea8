"""Origins that may read what an account sees, and such as may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.cors import CrossOriginReading


def service(allowed: Callable[[str], str], *, credentials: bool = True) -> Flask:
    """`allowed`: the origin to allow for the one that asks, if any."""
    app = Flask("service")

    @app.get("/me")
    def me() -> Any:
        if "session" not in request.cookies:
            return jsonify(error="log in"), 401
        return jsonify(name=request.cookies["session"], email="alice@shop.example")

    @app.get("/news")
    def news() -> Any:
        return jsonify(news=["a", "b"], home="https://app.shop.example/")

    @app.route("/orders", methods=["POST", "OPTIONS"])
    def orders() -> Any:
        return jsonify(id=1)

    @app.after_request
    def cross_origin(answer: Response) -> Response:
        origin = allowed(request.headers.get("origin", ""))
        if origin:
            answer.headers["access-control-allow-origin"] = origin
            if credentials:
                answer.headers["access-control-allow-credentials"] = "true"
        return answer

    return app


@pytest.mark.parametrize(
    ("allowed", "kind"),
    [
        (lambda origin: origin, "cors-reflected-origin"),
        (lambda origin: origin if origin == "null" else "", "cors-null-origin"),
        (lambda origin: origin if origin.startswith("http://127.0.0.1") else "", "cors-partly-matched-origin"),
        (lambda origin: origin if origin.endswith("127.0.0.1") else "", "cors-partly-matched-origin"),
        (lambda origin: origin if "app.shop.example" in origin else "", "cors-partly-matched-origin"),
        (lambda origin: origin if re.match("https://app.shop.example$", origin) else "", "cors-partly-matched-origin"),
        (lambda origin: origin if origin.startswith("http://localhost") else "", "cors-partly-matched-origin"),
    ],
    ids=["any", "null", "beginning", "ending", "within", "dot", "localhost"],
)
def test_allowed_to_read(found: Any, by_cookie: Any, allowed: Callable[[str], str], kind: str) -> None:
    faults = found(CrossOriginReading, service(allowed), get("/me"), get("/news"), accounts=by_cookie)
    assert {fault.path: (fault.kind, fault.severity) for fault in faults} == {
        "/me": (kind, Severity.HIGH),
        "/news": (kind, Severity.MEDIUM),
    }
    assert all(fault.cwe == 942 and fault.part == "header:Access-Control-Allow-Origin" for fault in faults)


@pytest.mark.parametrize(
    ("allowed", "credentials"),
    [
        (lambda _: "", True),
        (lambda _: "*", False),
        (lambda _: "*", True),
        (lambda origin: origin, False),
        (lambda origin: origin if origin == "https://app.shop.example" else "", True),
        (lambda _: "https://app.shop.example", True),
        (lambda origin: origin if origin.endswith(".shop.example") else "", True),
    ],
    ids=["none", "everybody", "refused-by-browsers", "without-credentials", "list", "fixed", "own-subdomains"],
)
def test_not_allowed_to_read(found: Any, by_cookie: Any, allowed: Callable[[str], str], credentials: bool) -> None:
    app = service(allowed, credentials=credentials)
    assert not found(CrossOriginReading, app, get("/me"), get("/news"), accounts=by_cookie)


def test_what_cannot_be_read_is_asked_for_by_preflight(found: Any) -> None:
    faults = found(CrossOriginReading, service(lambda origin: origin), Operation("POST", "/orders"))
    assert [(fault.method, fault.path, fault.kind) for fault in faults] == [
        ("POST", "/orders", "cors-reflected-origin")
    ]
    assert [exchange.sent.method for fault in faults for exchange in fault.proof] == ["OPTIONS"]


def test_a_path_that_only_takes_and_believes_what_looks_like_its_own(found: Any) -> None:
    allowed = service(lambda origin: origin if origin.startswith("http://127.0.0.1") else "")
    (fault,) = found(CrossOriginReading, allowed, Operation("POST", "/orders"))
    assert fault.kind == "cors-partly-matched-origin"
    listed = service(lambda origin: origin if origin == "https://app.shop.example" else "")
    assert not found(CrossOriginReading, listed, Operation("POST", "/orders"))
