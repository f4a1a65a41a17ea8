"""`setpoint dast --browser` against a service whose operations only its scripts call; left out where no browser is."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from tests.e2e.program import PATIENCE, Setpoint, eventually
from werkzeug.serving import make_server

from setpoint.errors import InputError
from setpoint.scan.dast.surface.browser import find_browser

SCRIPT = """
const api = name => "/" + ["api", name].join("/");
fetch(api("teas") + "?" + new URLSearchParams({kind: "green"}));
fetch(api("visits"), {method: "POST", body: JSON.stringify({page: "home"})});
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Above the folders of all tests, where a browser is."""
    pytest.importorskip("playwright", reason="the extra dast-browser is not installed")
    try:
        find_browser(None)
    except InputError as error:
        pytest.skip(f"no browser: {error}")
    return tmp_path_factory.mktemp("browser")


@pytest.fixture
def setpoint(shared: Path) -> Setpoint:
    """Without a configuration."""
    return Setpoint(Path(tempfile.mkdtemp(dir=shared)), "")


@pytest.fixture
def shop() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the requests to its API."""
    asked: list[str] = []
    server = make_server("127.0.0.1", 0, teas(asked), threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def teas(asked: list[str]) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        return '<!doctype html><title>Teas</title><script src="/app.js"></script>'

    @app.get("/app.js")
    def script() -> Response:
        return Response(SCRIPT, 200, {"content-type": "text/javascript"})

    @app.route("/api/teas", methods=["GET"])
    def listed() -> Any:
        asked.append("GET")
        with closing(sqlite3.connect(":memory:")) as database:
            database.executescript("CREATE TABLE tea (name, kind); INSERT INTO tea VALUES ('Sencha', 'green')")
            try:
                return database.execute(f"SELECT name FROM tea WHERE kind = '{request.args.get('kind')}'").fetchall()
            except sqlite3.Error:
                return {"error": "not understood"}, 400

    return app


def test_a_fault_of_what_only_a_script_calls_is_found(setpoint: Setpoint, shop: tuple[str, list[str]]) -> None:
    base, asked = shop
    arguments = ("dast", base, "--rate", "500", "--check", "sql-injection", "--json")
    assert setpoint.run(*arguments).json()["faults"] == []
    assert asked == []
    answer = setpoint.run(*arguments, "--browser")
    found = answer.json()
    assert answer.code == 1, answer.err
    assert {(each["kind"], each["path"], each["part"]) for each in found["faults"]} == {
        ("sql-injection", "/api/teas", "query:kind")
    }


def test_a_stop_ends_the_browser_too(setpoint: Setpoint, shop: tuple[str, list[str]]) -> None:
    base, asked = shop
    process = subprocess.Popen(
        setpoint.command("dast", base, "--rate", "20", "--browser", "--json"),
        cwd=setpoint.folder,
        env=setpoint.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    eventually("a page to be open", lambda: bool(asked))
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the program, and to what it started
    out, err = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in err
    assert json.loads(out)["ended_early"] == "it was stopped"


def test_a_browser_that_is_not_there_is_told_before_anything_is_sent(setpoint: Setpoint) -> None:
    answer = setpoint.run("dast", "http://127.0.0.1:1", "--browser-path", "none")
    assert answer.code == 2
    assert "the browser does not start" in answer.complaint()
    assert "playwright install chromium" in answer.complaint()
