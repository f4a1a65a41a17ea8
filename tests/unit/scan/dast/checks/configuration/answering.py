"""Targets of a few lines: paths and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.unit.scan.dast.conftest import HeaderAccounts
from werkzeug.wrappers import Request, Response

from setpoint.model.dast import Caller, Fault, KnownFrom, Operation

Handler = Callable[[Request], Response]
ANNA = Caller("anna", "user", 1)


def get(path: str, **more: Any) -> Operation:
    return Operation("GET", path, known_from=frozenset({KnownFrom.DOCUMENT}), **more)


def app_of(
    routes: Mapping[str, Handler], fallback: Handler | None = None, headers: Mapping[str, str] | None = None
) -> Any:
    """A WSGI application: by path; all else is not found. `headers` are set on each answer."""

    @Request.application
    def app(request: Request) -> Response:
        handler = routes.get(request.path, fallback)
        answer = handler(request) if handler else Response("not here", 404, content_type="text/plain")
        answer.headers.extend(headers or {})
        return answer

    return app


def text(content: str | bytes, kind: str = "text/plain", status: int = 200, /, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: Response(content, status, content_type=kind, headers=named)


def page(content: str = "<h1>Hello</h1>", **headers: str) -> Handler:
    return text(f"<!doctype html><title>x</title>{content}", "text/html", **headers)


def for_anna(handler: Handler) -> Handler:
    """Refuses everybody else."""

    def kept(request: Request) -> Response:
        return handler(request) if request.headers.get("authorization") == "Bearer anna" else Response("log in", 401)

    return kept


ACCOUNTS = HeaderAccounts({ANNA: (("authorization", "Bearer anna"),)})


def kinds(faults: list[Fault]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.path, each.part) for each in faults]
