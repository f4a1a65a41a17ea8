"""Calls the application of a service as its server would, and tells the CPU time of it: run by `in_process`.

    python -m bench.overhead.calling flask

For each line of its input, a number of requests, it makes so many of each kind and writes a line of JSON.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.overhead.running import CALLS, HEADERS

WARM_UP = 1_500
"""Requests of each kind: what is done once for each route, page or statement is not what a request costs."""

Call = tuple[str, str, bytes | None]
Ask = Callable[[Call, int], None]
"""Makes one call so many times."""


def main() -> None:
    ask = {"flask": _of_flask, "fastapi": _of_fastapi}[sys.argv[1]]()
    for call in CALLS:
        ask(call, WARM_UP)
    for line in sys.stdin:
        print(json.dumps([_spent(ask, call, int(line)) for call in CALLS]), flush=True)


def _spent(ask: Ask, call: Call, requests: int) -> float:
    """Of this thread: the agent's own, whatever they do meanwhile, are not the request's."""
    before = time.thread_time()
    ask(call, requests)
    return (time.thread_time() - before) / requests * 1e6


def _of_flask() -> Ask:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

    from bench.overhead.flask_service import app

    class Served(BaseApplication):  # type: ignore[misc]  # for the same reason
        def load_config(self) -> None:
            pass

        def load(self) -> Any:
            return app

    application = Served().wsgi()

    def ask(call: Call, requests: int) -> None:
        for _ in range(requests):
            body = application(_environ(*call), _start_response)
            for _ in body:
                pass
            if hasattr(body, "close"):
                body.close()

    return ask


def _of_fastapi() -> Ask:
    import uvicorn

    from bench.overhead.fastapi_service import app

    configuration = uvicorn.Config(app, log_level="warning", access_log=False)
    configuration.load()
    application = configuration.loaded_app
    loop = asyncio.new_event_loop()

    async def many(call: Call, requests: int) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": call[2] or b"", "more_body": False}

        for _ in range(requests):
            await loop.create_task(application(_scope(*call), receive, _send))  # a task for each, as uvicorn has it

    return lambda call, requests: loop.run_until_complete(many(call, requests))


def _start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    """Nobody is sent anything."""


async def _send(message: dict[str, Any]) -> None:
    """The same."""


def _environ(method: str, address: str, body: bytes | None) -> dict[str, Any]:
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT_ENCODING": "identity",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in HEADERS.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _scope(method: str, address: str, body: bytes | None) -> dict[str, Any]:
    path, _, query = address.partition("?")
    headers = [(b"host", b"127.0.0.1:8000"), (b"accept-encoding", b"identity")]
    if body is not None:
        headers.append((b"content-length", str(len(body)).encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 40_000),
        "state": {},
    }


if __name__ == "__main__":
    main()
