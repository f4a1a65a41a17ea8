"""Hosts out of headers, in links and in caches."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get

from setpoint.model.dast import Certainty
from setpoint.scan.dast.checks.exposure.hosts import BelievedHosts, PoisonedCaches


def service(header: str = "", *, control: str = "no-store", vary: str = "", shown: str = "link") -> Flask:
    """Builds links of the host that this header names."""
    app = Flask("links")

    @app.get("/orders")
    def orders() -> Any:
        host = request.headers.get(header, "shop.example") if header else "shop.example"
        host = host.removeprefix("host=")
        answer = jsonify(next=f"https://{host}/orders?page=2") if shown == "link" else jsonify(you_asked=host)
        answer.headers["cache-control"] = control
        if vary:
            answer.headers["vary"] = vary
        return answer

    @app.get("/moved")
    def moved() -> Response:
        return Response(status=301, headers={"location": f"https://{request.host}/orders"})

    return app


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Host"])
def test_links_to_a_host_that_was_named(found: Any, header: str) -> None:
    faults = found(BelievedHosts, service(header), get("/orders"))
    assert [(fault.kind, fault.part, fault.cwe) for fault in faults] == [
        ("host-header-trusted", f"header:{header}", 644)
    ]


def test_pages_of_an_account(found: Any, by_cookie: Any) -> None:
    app = Flask("guarded")

    @app.get("/orders")
    def orders() -> Any:
        if "session" not in request.cookies:
            return Response(status=302, headers={"location": "/login"})
        return jsonify(next=f"https://{request.headers.get('x-forwarded-host', 'shop.example')}/orders?page=2")

    assert [fault.caller for fault in found(BelievedHosts, app, get("/orders"), accounts=by_cookie)] == ["alice"]


def test_any_header_in_what_is_kept(found: Any) -> None:
    app = Flask("languages")

    @app.get("/news")
    def news() -> Response:
        language = request.headers.get("accept-language", "en")
        vary = {"vary": "Accept-Language"} if "keyed" in request.args else {}
        return Response(f"<html lang='{language}'>", headers={"cache-control": "max-age=60", **vary})

    assert [fault.part for fault in found(PoisonedCaches, app, get("/news"))] == ["header:Accept-Language"]
    assert not found(PoisonedCaches, app, get("/news", "keyed", example="1"))


def test_one_answer_is_told_of_once(found: Any) -> None:
    app = Flask("both")

    @app.get("/orders")
    def orders() -> Any:
        return jsonify(next=f"https://{request.headers.get('x-forwarded-host') or request.host}/orders?page=2")

    assert [fault.part for fault in found(BelievedHosts, app, get("/orders"))] == ["header:X-Forwarded-Host"]


@pytest.mark.parametrize("app", [service(), service("Host", shown="text"), service("X-Forwarded-Host", shown="text")])
def test_links_of_its_own(found: Any, app: Flask) -> None:
    assert not found(BelievedHosts, app, get("/orders"), get("/moved"))


def test_an_answer_that_is_kept_for_others(found: Any) -> None:
    app = service("X-Forwarded-Host", control="public, max-age=60")
    faults = found(PoisonedCaches, app, get("/orders"))
    assert [(fault.kind, fault.part, fault.cwe, fault.certainty) for fault in faults] == [
        ("cache-poisoning", "header:X-Forwarded-Host", 349, Certainty.OBSERVED)
    ]
    assert not found(BelievedHosts, app, get("/orders")), "one fault is told once"


@pytest.mark.parametrize(
    "app",
    [
        service(control="public, max-age=60"),
        service("X-Forwarded-Host", control="private, max-age=60"),
        service("X-Forwarded-Host", control="public, max-age=60", vary="Accept, X-Forwarded-Host"),
        service("Host", control="public, max-age=60"),
    ],
    ids=["own", "private", "varied", "keyed"],
)
def test_nothing_of_a_caller_is_kept(found: Any, app: Flask) -> None:
    assert not found(PoisonedCaches, app, get("/orders"))


@pytest.mark.parametrize("is_keyed", [True, False])
def test_a_cache_that_gives_it_to_the_next(found: Any, is_keyed: bool) -> None:
    app = Flask("cached")
    kept: dict[Any, str] = {}

    @app.get("/page")
    def page() -> Response:
        prefix = request.headers.get("x-forwarded-prefix", "")
        key = (request.full_path, prefix if is_keyed else "")
        hit = key in kept
        text = kept.setdefault(key, f"<script src='{prefix}/app.js'></script>")
        return Response(text, headers={"x-cache": "HIT" if hit else "MISS", "vary": "X-Forwarded-Prefix" * is_keyed})

    faults = found(PoisonedCaches, app, get("/page"))
    assert [(fault.part, fault.certainty) for fault in faults] == (
        [] if is_keyed else [("header:X-Forwarded-Prefix", Certainty.CONFIRMED)]
    )
    assert all(text == "<script src='/app.js'></script>" for (path, _), text in kept.items() if path == "/page?")
