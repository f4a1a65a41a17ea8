"""Sends the traffic to the applications by their frameworks' test clients and notes which lines run.

The self-check starts it under the interpreter that has Flask and FastAPI; it prints one JSON document.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bench.sast import standins
from bench.sast.labels import HERE
from bench.sast.traffic import Request, rounds

SOURCES: Final = HERE / "python"
ROUNDS: Final = 2
"""The second shows that the requests can be repeated."""


class Lines:
    """Which lines of the applications ran, by request; a trace function for all threads."""

    def __init__(self) -> None:
        self.request = ""
        self.seen: dict[str, set[str]] = {}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        path = frame.f_code.co_filename
        if not path.startswith(str(SOURCES)):
            return None
        if event == "line" and self.request:
            place = f"{Path(path).relative_to(HERE).as_posix()}:{frame.f_lineno}"
            self.seen.setdefault(place, set()).add(self.request)
        return self


def drive() -> dict[str, Any]:
    """`answers`: request and the statuses it got; `lines`: file:line and the requests under which it ran."""
    lines, answers = Lines(), dict[str, list[int]]()
    threading.settrace(lines)
    sys.settrace(lines)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = stack.enter_context(standins.neighbours(folder))
        os.environ.update(standins.environment(folder, ports))
        clients = {"helpdesk": _flask_client(), "warehouse": _fastapi_client(stack)}
        for request in rounds(ports, ROUNDS):
            lines.request = request.id
            answers.setdefault(request.id, []).append(clients[request.application](request))
        lines.request = ""
        importlib.import_module("helpdesk.worker").POOL.shutdown()
    sys.settrace(None)
    return {"answers": answers, "lines": {place: sorted(ids) for place, ids in lines.seen.items()}}


def _flask_client() -> Callable[[Request], int]:
    application = importlib.import_module("helpdesk").app

    def send(request: Request) -> int:
        client = application.test_client(use_cookies=False)
        answer = client.open(request.target, method=request.method, headers=request.headers, data=request.body)
        answer.close()
        return int(answer.status_code)

    return send


def _fastapi_client(stack: ExitStack) -> Callable[[Request], int]:
    application = importlib.import_module("warehouse.main").app
    made = importlib.import_module("fastapi.testclient").TestClient(application, follow_redirects=False)
    client = stack.enter_context(made)

    def send(request: Request) -> int:
        client.cookies.clear()
        answer = client.request(request.method, request.target, headers=request.headers, content=request.body)
        return int(answer.status_code)

    return send


if __name__ == "__main__":
    sys.path.insert(0, str(SOURCES))
    json.dump(drive(), sys.stdout)
