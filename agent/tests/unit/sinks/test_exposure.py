"""Debug mode and listeners on every interface: by the code, or by who runs it."""

from __future__ import annotations

import socket
import socketserver
import sys
from collections.abc import Iterator
from contextlib import closing
from wsgiref.simple_server import make_server

import aiohttp.web
import bottle
import flask
import pytest
import tornado.web
import werkzeug.debug
from fastapi import FastAPI
from litestar import Litestar
from starlette.applications import Starlette
from tests.conftest import Watch

FAMILY = "sinks.exposure"
EVERYWHERE = ".".join(["0"] * 4)


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["service.py"])
    monkeypatch.delenv("FLASK_DEBUG", raising=False)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::"])
def test_every_interface(watching: Watch, host: str) -> None:
    evidence = watching(FAMILY, sources=False)
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as listener:
        listener.bind((host, 0))
    assert [(each.kind.cwe, each.sink, each.frames[-1].function) for each in evidence] == [
        (605, "socket.bind", "test_every_interface")
    ]


def test_one_interface(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("\0setpoint-agent-test")
    assert evidence == []


def test_through_servers(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    with (
        socketserver.TCPServer((EVERYWHERE, 0), socketserver.BaseRequestHandler),
        make_server(EVERYWHERE, 0, lambda *_: []),
    ):
        pass
    assert [each.kind.cwe for each in evidence] == [605, 605]


@pytest.mark.parametrize("argument", [EVERYWHERE, f"{EVERYWHERE}:8000", f"--bind={EVERYWHERE}:8000"])
def test_the_operators_choice(watching: Watch, monkeypatch: pytest.MonkeyPatch, argument: str) -> None:
    evidence = watching(FAMILY, sources=False)
    monkeypatch.setattr(sys, "argv", ["service.py", argument])
    with closing(socket.socket()) as listener:
        listener.bind((EVERYWHERE, 0))
    monkeypatch.setattr(sys, "argv", ["service.py"])
    monkeypatch.setenv("HOST", EVERYWHERE)
    with closing(socket.socket()) as listener:
        listener.bind((EVERYWHERE, 0))
    assert evidence == []


def test_frameworks_that_are_told_to_debug(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    Starlette(debug=True)
    FastAPI(debug=True)
    Litestar([], debug=True, logging_config=None)
    tornado.web.Application(debug=True)
    werkzeug.debug.DebuggedApplication(lambda *_: [])
    assert [each.sink for each in evidence] == [
        "starlette.Starlette",
        "fastapi.FastAPI",
        "litestar.Litestar",
        "tornado.web.Application",
        "werkzeug.DebuggedApplication",
    ]
    assert {each.kind.cwe for each in evidence} == {489}


def test_frameworks_as_they_are(watching: Watch) -> None:
    evidence = watching(FAMILY, sources=False)
    Starlette()
    FastAPI(debug=False)
    Litestar([], logging_config=None)
    tornado.web.Application()
    aiohttp.web.Application()
    bottle.debug(False)
    assert evidence == []


@pytest.fixture
def unserved(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("werkzeug.serving.run_simple", lambda *_, **__: None)
    yield
    import flask.cli

    assert flask.cli is not None


@pytest.mark.usefixtures("unserved")
def test_flask(watching: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = watching(FAMILY, sources=False)
    flask.Flask("one").run(debug=True)
    application = flask.Flask("two")
    application.debug = True
    application.run()
    flask.Flask("three").run()
    monkeypatch.setenv("FLASK_DEBUG", "1")
    flask.Flask("four").run()
    assert [(each.kind.cwe, each.sink) for each in evidence] == [(489, "flask.Flask.run")] * 2


def test_flask_that_something_else_serves(watching: Watch) -> None:
    evidence = watching(FAMILY)
    application = flask.Flask(__name__)
    application.config["DEBUG"] = True
    client = application.test_client()
    assert [client.get("/").status_code for _ in range(2)] == [404, 404]
    assert [(each.sink, each.path) for each in evidence] == [("flask.Flask.debug", "")]


@pytest.mark.parametrize("framework", [FastAPI, Starlette])
def test_what_is_told_later(watching: Watch, framework: type[Starlette]) -> None:
    evidence = watching(FAMILY)
    quiet, application = framework(), framework()
    application.debug = True
    quiet.build_middleware_stack()
    assert evidence == []
    application.build_middleware_stack()
    assert [(each.kind.cwe, each.sink.endswith(".debug")) for each in evidence] == [(489, True)]


def test_flask_that_is_not_debugged(watching: Watch) -> None:
    evidence = watching(FAMILY)
    assert flask.Flask(__name__).test_client().get("/").status_code == 404
    assert evidence == []
