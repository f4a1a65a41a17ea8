from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from flask import Flask, redirect, request

from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.splitting import HeaderSplitting

GO = Operation("GET", "/go", (Part(PartPlace.QUERY, "next", example="/home"),))


@pytest.fixture
def plain_server() -> Any:
    """A server that writes headers without looking at them; `shield` is what each value goes through first."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            shield = server.shield  # type: ignore[attr-defined]  # set below
            self.send_response(302)
            self.send_header("Location", shield(parse_qs(at.query).get("next", [unquote(at.path)])[0]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Tests say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("shield", "parts"),
    [
        (lambda value: value, {("/go", "query:next"), ("*", "path:*")}),
        (lambda value: value.replace("\r\n", ""), {("/go", "query:next")}),
        (quote, set()),
    ],
)
def test_line_ends_in_a_redirect(plain_server: Any, workbench: Any, shield: Any, parts: set[tuple[str, str]]) -> None:
    plain_server.shield = shield
    bench = workbench(f"http://127.0.0.1:{plain_server.server_port}", GO)
    assert {(each.path, each.part) for each in HeaderSplitting().run(bench)} == parts


def test_a_server_that_fails_on_line_ends(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/go")
    def go() -> Any:
        answer = redirect("/")
        answer.headers["x-next"] = request.args["next"]
        return answer

    assert list(HeaderSplitting().run(workbench(serve(app), GO))) == []
