"""Handshakes from pages of strangers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from tests.unit.scan.dast.checks.exposure.conftest import ALICE, get
from tests.unit.scan.dast.conftest import HeaderAccounts
from werkzeug import Request, Response

from setpoint.scan.dast.checks.exposure.websockets import ForeignWebSockets


def service(path: str = "/ws", *, origins: bool = False, sessions: bool = True) -> Any:
    """Shakes hands, and says no more."""

    @Request.application
    def app(request: Request) -> Response:
        if request.path == "/":
            script = "<script>let chat = new WebSocket(`wss://shop.example/live/orders`)</script>"
            return Response(script, content_type="text/html")
        if request.path != path:
            return Response("not found", 404)
        if sessions and "session" not in request.cookies:
            return Response("log in", 401)
        if origins and request.headers.get("origin") != request.host_url.rstrip("/"):
            return Response("not from there", 403)
        return Response(status=101, headers={"upgrade": "websocket", "connection": "Upgrade"})

    return app


@pytest.mark.parametrize(("path", "operations"), [("/ws", []), ("/live/orders", [get("/")]), ("/x/ws", [get("/x/ws")])])
def test_any_origin(found: Any, by_cookie: Any, path: str, operations: list[Any]) -> None:
    faults = found(ForeignWebSockets, service(path), *operations, accounts=by_cookie)
    assert [(fault.kind, fault.path, fault.cwe) for fault in faults] == [("websocket-origin-not-checked", path, 1385)]


@pytest.mark.parametrize("app", [service(origins=True), service(sessions=False), Flask("none")])
def test_its_own_or_everybody_or_none(found: Any, by_cookie: Any, app: Any) -> None:
    assert not found(ForeignWebSockets, app, accounts=by_cookie)


def test_what_browsers_do_not_send_by_themselves(found: Any) -> None:
    bearer = HeaderAccounts({ALICE: (("authorization", "Bearer alice"),)})
    assert not found(ForeignWebSockets, service(), accounts=bearer)
