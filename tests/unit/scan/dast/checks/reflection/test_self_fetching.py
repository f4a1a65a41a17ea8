"""Targets of one thread, which cannot ask themselves."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from setpoint.errors import CouldNotTellError
from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection import self_fetching
from setpoint.scan.dast.checks.reflection.forgery import RequestForgery

PREVIEW = Operation("GET", "/preview", (Part(PartPlace.QUERY, "url", example="data:,logo"),))


@pytest.fixture
def serve_by_one_thread() -> Iterator[Callable[[Any], str]]:
    servers = []

    def serve(app: Any) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_who_waits_for_itself_is_asked_once(
    serve_by_one_thread: Any, workbench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_fetching, "LATE", 0.3)
    asked: list[str] = []
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        return "Bookshop\nCatalogue\nautumn-edition\nReading-room\nOpening\nMondays\n"

    @app.get("/preview")
    def preview() -> Any:
        url = request.args.get("url", "")
        asked.append(url)
        try:
            with urllib.request.urlopen(url, timeout=0.5) as answer:  # noqa: S310 - the fault that is tested
                return {"size": len(answer.read())}
        except (ValueError, OSError):
            return {"error": "no answer"}, 502

    with pytest.raises(CouldNotTellError, match="stuck"):
        list(RequestForgery().run(workbench(serve_by_one_thread(app), PREVIEW)))
    assert len([each for each in asked if "127.0.0.1" in each]) == 1
