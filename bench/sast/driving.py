"""Sends the traffic and the attacks to the applications by their frameworks' test clients, and notes what they do.

The self-check starts it under the interpreter that has Flask and FastAPI, with the file for one JSON document: what
is printed is of the commands that the applications start.
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
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bench.sast import standins
from bench.sast.labels import HERE
from bench.sast.traffic import Attack, Request, attacks, rounds

SOURCES: Final = HERE / "python"
OUTSIDE: Final = "secret.txt"
"""A file that no request should reach."""
ROUNDS: Final = 2
"""The second shows that the requests can be repeated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    """Headers and body."""


Send = Callable[[Request], Answer]


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
    """What the self-check judges.

    `answers`: request and the statuses it got; `lines`: file:line and the requests under which it ran; `signs`: the
    place that was attacked and, for each attack, whether its sign was seen.
    """
    lines, answers, signs = Lines(), dict[str, list[int]](), dict[str, list[bool]]()
    threading.settrace(lines)
    sys.settrace(lines)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = stack.enter_context(standins.neighbours(folder))
        os.environ.update(standins.environment(folder, ports))
        clients = {"helpdesk": _flask_client(), "warehouse": _fastapi_client(stack)}
        for request in rounds(ports, ROUNDS):
            lines.request = request.id
            answers.setdefault(request.id, []).append(clients[request.application](request).status)
        lines.request = ""
        (folder / OUTSIDE).write_text("kept-in-another-folder", encoding="utf-8")
        for attack in attacks(folder):
            answer = clients[attack.request.application](attack.request)
            signs.setdefault(attack.place, []).append(_is_seen(attack, answer, folder))
        importlib.import_module("helpdesk.worker").POOL.shutdown()
    sys.settrace(None)
    return {"answers": answers, "lines": {place: sorted(ids) for place, ids in lines.seen.items()}, "signs": signs}


def _is_seen(attack: Attack, answer: Answer, folder: Path) -> bool:
    return (folder / attack.file).exists() if attack.file else attack.text in answer.text


def _flask_client() -> Send:
    application = importlib.import_module("helpdesk").app
    application.config["PROPAGATE_EXCEPTIONS"] = False

    def send(request: Request) -> Answer:
        client = application.test_client(use_cookies=False)
        answer = client.open(request.target, method=request.method, headers=request.headers, data=request.body)
        text = f"{answer.headers}\n{answer.get_data(as_text=True)}"
        answer.close()
        return Answer(answer.status_code, text)

    return send


def _fastapi_client(stack: ExitStack) -> Send:
    application = importlib.import_module("warehouse.main").app
    test_client = importlib.import_module("fastapi.testclient").TestClient
    client = stack.enter_context(test_client(application, follow_redirects=False, raise_server_exceptions=False))

    def send(request: Request) -> Answer:
        client.cookies.clear()
        answer = client.request(request.method, request.target, headers=request.headers, content=request.body)
        headers = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
        return Answer(answer.status_code, f"{headers}\n{answer.text}")

    return send


if __name__ == "__main__":
    sys.path.insert(0, str(SOURCES))
    Path(sys.argv[1]).write_text(json.dumps(drive()), encoding="utf-8")
