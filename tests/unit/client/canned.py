"""A server that says what it is told to, one answer after the other, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from setpoint.client.connection import Connection


@dataclass
class Told:
    """One answer; `hold` is waited for before it is sent, and `cut` hangs up before anything is."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    cut: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Canned:
    """The last answer is given for ever."""

    url: str = ""
    answers: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def tell(self, *answers: Told) -> None:
        self.answers = list(answers)

    def tell_json(self, document: object, status: int = 200, **headers: str) -> None:
        self.tell(Told(orjson.dumps(document), status, headers))

    def next(self) -> Told:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def problem(status: int, what: str, **more: object) -> bytes:
    usual = {"type": "about:blank", "title": "", "status": status, "detail": what, "what": what, "where": ""}
    return orjson.dumps({**usual, "remedy": "", "exit_code": 2, "request": "r1", "delay": None, **more})


Connect = Callable[..., Connection]
"""Makes a connection to the canned server, for a token."""
