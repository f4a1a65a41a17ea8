"""What a cookie lacks, by the call of each framework, by headers that the application writes, and deletions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import Mock

import aiohttp.web
import bottle
import falcon
import flask
import pytest
import starlette.responses
import tornado.httputil
import tornado.web
from hypothesis import given
from hypothesis import strategies as st
from litestar import Response as LitestarResponse
from litestar.datastructures import Cookie
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.catalogue import COOKIE_WITHOUT_HTTPONLY, COOKIE_WITHOUT_SAMESITE, INSECURE_COOKIE
from setpoint_agent.sinks.cookies import look_at_header, missing, of_header

ALL = {614, 1004, 1275}


def tornado_handler() -> Any:
    application = tornado.web.Application(cookie_secret="kept elsewhere")
    request = tornado.httputil.HTTPServerRequest(
        headers=tornado.httputil.HTTPHeaders({"Host": "127.0.0.1"}),
        connection=Mock(),
        start_line=tornado.httputil.RequestStartLine("GET", "/", "HTTP/1.1"),
    )
    return tornado.web.RequestHandler(application, request)


MAKERS: dict[str, Callable[[], Any]] = {
    "flask": flask.Response,
    "starlette": starlette.responses.Response,
    "litestar": lambda: LitestarResponse(""),
    "aiohttp": aiohttp.web.Response,
    "tornado": tornado_handler,
    "falcon": falcon.Response,
    "bottle": bottle.Response,
}
BARE = dict.fromkeys(MAKERS, ALL) | {
    "starlette": {614, 1004},  # these set SameSite=Lax by themselves
    "litestar": {614, 1004},
    "falcon": {1275},  # Secure and HttpOnly are its defaults
}


@pytest.mark.parametrize("framework", MAKERS)
def test_a_bare_cookie(watching: Watch, framework: str) -> None:
    evidence = watching("sinks.cookies", sources=False)
    response = MAKERS[framework]()
    with request_of("blue"):
        response.set_cookie("colour", "blue")
    assert {each.kind.cwe for each in evidence} == BARE[framework]
    assert all(each.frames[-1].function == "test_a_bare_cookie" for each in evidence)


@pytest.mark.parametrize("framework", MAKERS)
def test_a_cookie_with_everything(watching: Watch, framework: str) -> None:
    evidence = watching("sinks.cookies", sources=False)
    response = MAKERS[framework]()
    with request_of("blue"):
        if framework == "falcon":
            response.set_cookie("colour", "blue", secure=True, http_only=True, same_site="Lax")
        else:
            response.set_cookie("colour", "blue", secure=True, httponly=True, samesite="Lax")
    assert evidence == []


def test_each_attribute_by_itself(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    response = flask.Response()
    with request_of("blue"):
        response.set_cookie("a", "blue", None, None, "/", None, True, True)
        response.set_cookie("b", "blue", secure=True, samesite="Strict")
        response.set_cookie("c", "blue", httponly=True, samesite="Strict")
        response.set_cookie("d", "blue", secure=True, httponly=True, samesite="None")
    assert [each.kind for each in evidence] == [
        COOKIE_WITHOUT_SAMESITE,
        COOKIE_WITHOUT_HTTPONLY,
        INSECURE_COOKIE,
        COOKIE_WITHOUT_SAMESITE,
    ]


def test_deletions(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    response, handler = flask.Response(), tornado_handler()
    with request_of("blue"):
        response.delete_cookie("colour")
        response.set_cookie("colour", "", max_age=0)
        response.set_cookie("colour", "", max_age=timedelta(0))
        response.set_cookie("colour", "", expires=0)
        response.set_cookie("colour", "", expires=datetime(1990, 1, 1, tzinfo=UTC))
        handler.set_cookie("colour", "", expires_days=-1)
        handler.clear_cookie("colour")
        look_at_header("colour=; Max-Age=0")
        look_at_header("colour=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert evidence == []


def test_a_signed_cookie(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    handler = tornado_handler()
    with request_of("blue"):
        handler.set_signed_cookie("colour", "blue", secure=True)
    assert {each.kind.cwe for each in evidence} == {1004, 1275}


def test_a_cookie_object(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    response = LitestarResponse("")
    with request_of("blue"):
        response.set_cookie(Cookie(key="colour", value="blue", secure=True, httponly=True))
        response.set_cookie(Cookie(key="size", value="9"))
    assert {each.kind.cwe for each in evidence} == {614, 1004}


def test_the_standard_library(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    cookie = SimpleCookie()
    cookie["colour"] = "blue"
    cookie["colour"]["httponly"] = True
    with request_of("blue"):
        assert cookie.output() == "Set-Cookie: colour=blue; HttpOnly"
        assert cookie["colour"].OutputString() == "colour=blue; HttpOnly"
    assert [each.kind.cwe for each in evidence] == [614, 1275] * 2


def test_frameworks_have_their_own(watching: Watch) -> None:
    evidence = watching("sinks.cookies", sources=False)
    application = flask.Flask(__name__)
    application.secret_key = "kept elsewhere"

    @application.get("/")
    def page() -> str:
        flask.session["colour"] = "blue"
        return "fine"

    assert "session=" in application.test_client().get("/").headers["Set-Cookie"]
    assert evidence == []


def test_errors_are_the_frameworks_own(watching: Watch) -> None:
    watching("sinks.cookies", sources=False)
    with request_of("blue"), pytest.raises(TypeError, match="colour"):
        flask.Response().set_cookie("a", "blue", colour="red")  # type: ignore[call-arg]  # on purpose


def test_headers() -> None:
    assert missing(of_header("a=b; Secure; HttpOnly; SameSite=Lax; Path=/")) == []
    assert missing(of_header("a=b; secure")) == [COOKIE_WITHOUT_HTTPONLY, COOKIE_WITHOUT_SAMESITE]
    assert missing(of_header("a=b; Max-Age=60; Expires=Fri, 01 Jan 2100 00:00:00 GMT; SameSite=None; Secure")) == [
        COOKIE_WITHOUT_HTTPONLY,
        COOKIE_WITHOUT_SAMESITE,
    ]


@given(st.text())
def test_any_header_is_read(text: str) -> None:
    assert len(missing(of_header(text))) <= 3


@given(
    st.dictionaries(st.sampled_from(["secure", "maxage", "expires", "samesite"]), st.integers() | st.text() | st.none())
)
def test_any_attributes_are_judged(attributes: dict[str, Any]) -> None:
    assert len(missing(attributes)) <= 3
