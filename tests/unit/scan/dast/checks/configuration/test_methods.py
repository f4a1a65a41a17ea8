from __future__ import annotations

from typing import Any

from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, app_of, for_anna, get, kinds, text
from werkzeug.wrappers import Request, Response

from setpoint.scan.dast.checks.configuration.methods import Methods

DATA = text('{"name": "Anna", "mail": "anna@shop.example"}', "application/json")


def echo(request: Request) -> Response:
    if request.method != "TRACE":
        return Response("hello")
    return Response("TRACE / HTTP/1.1\r\n" + str(request.headers), content_type="message/http")


def test_trace_that_echoes(found: Any) -> None:
    assert kinds(found(Methods(), app_of({"/": echo}), get("/"))) == [("trace-enabled", "*", "")]


def test_trace_that_echoes_where_there_is_something(found: Any) -> None:
    assert kinds(found(Methods(), app_of({"/shop": echo}), get("/shop"))) == [("trace-enabled", "*", "")]


def test_trace_that_is_answered_as_any_other(found: Any) -> None:
    assert not found(Methods(), app_of({"/": text("hello")}), get("/"))
    assert not found(Methods(), app_of({"/": text("no", "text/plain", 405)}), get("/"))


def test_a_method_that_does_not_exist_passes(found: Any) -> None:
    def only_get(request: Request) -> Response:
        return for_anna(DATA)(request) if request.method == "GET" else DATA(request)

    (fault,) = found(Methods(), app_of({"/me": only_get}), get("/me"), accounts=ACCOUNTS)
    assert (fault.kind, fault.path, fault.cwe) == ("method-bypass", "/me", 650)


def test_head_alone_passes(found: Any) -> None:
    def not_head(request: Request) -> Response:
        if request.method == "HEAD":
            return DATA(request)
        return for_anna(DATA)(request) if request.method == "GET" else Response("no", 405)

    (fault,) = found(Methods(), app_of({"/me": not_head}), get("/me"), accounts=ACCOUNTS)
    assert (fault.kind, fault.severity.value) == ("method-bypass", "medium")


def test_refused_whatever_the_method(found: Any) -> None:
    assert not found(Methods(), app_of({"/me": for_anna(DATA)}), get("/me"), accounts=ACCOUNTS)


def test_a_success_that_gives_nothing_is_no_bypass(found: Any) -> None:
    def polite(request: Request) -> Response:
        return for_anna(DATA)(request) if request.method == "GET" else Response("{}", content_type="application/json")

    assert not found(Methods(), app_of({"/me": polite}), get("/me"), accounts=ACCOUNTS)
