"""What looking at answers and at the calls beside them costs: `python bench/answers.py` prints microseconds.

An answer of JSON is to cost nothing, a page of 4 KiB that holds nothing of its request at most 30 µs.
"""

from __future__ import annotations

import logging
import re
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parent))

import flask.sessions
from recognition import request_values
from werkzeug.datastructures import Headers

from setpoint_agent import examination
from setpoint_agent.patching.placing import place
from setpoint_agent.request import Request, current
from setpoint_agent.sources.answers import Answer, tell, tell_head
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch

ROW: Final = "<tr><td class='number'>{}</td><td>A chair of wood &amp; wool</td><td>12.50</td></tr>\n"
PAGE: Final = ("<!doctype html><title>Orders</title><table>" + ROW * 60).encode()[:4_096]
PATTERN: Final = "[a-z]+"


space: dict[str, Any] = {}
exec(compile("def hand_over(tell, *given): tell(*given)", "/usr/lib/python3/dist-packages/server.py", "exec"), space)
as_server: Callable[..., None] = space["hand_over"]
"""A library hands the head over, as in all applications that are of a framework."""


def answer(body: bytes, kind: str) -> Callable[[], None]:
    def work() -> None:
        request = Request("GET", "/orders")
        request.add_source(lambda: values)
        given = Answer(200, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        as_server(tell_head, request, given)
        given.add(body)
        tell(request, given)

    values = request_values(q="John Smith", page="bluish")
    return work


def microseconds(work: Callable[[], object], times: int = 5_000) -> float:
    return min(timeit.repeat(work, number=times, repeat=5)) / times * 1e6


def calls() -> dict[str, Callable[[], object]]:
    log, headers, session = logging.getLogger("orders"), Headers(), flask.sessions.SecureCookieSession()
    return {
        "re.match of a constant": lambda: re.match(PATTERN, "orders"),
        "log.info below the level": lambda: log.info("order %s", 7),
        "headers[name] = constant": lambda: headers.__setitem__("X-Kind", "orders"),
        "session[name] = constant": lambda: session.__setitem__("kind", "orders"),
    }


def main() -> None:
    before = {name: microseconds(work) for name, work in calls().items()}
    made = {"making a request": lambda: Request("GET", "/orders").add_source(list)}
    place(f"sinks.{each}" for each in ("headers", "templates", "pages", "logging", "session", "regex"))
    examination.begin(examination.Examination(Application(), record=lambda _: None))
    switch.on = True
    made["an answer of JSON"] = answer(b"{}", "application/json")
    made["a page of 4 KiB, nothing of the request in it"] = answer(PAGE, "text/html")
    made["the same of 64 KiB"] = answer(PAGE * 16, "text/html")
    for name, work in made.items():
        print(f"{microseconds(work, 500):8.2f} µs  {name}")
    for name, work in calls().items():
        outside = microseconds(work)
        token = current.set(Request("GET", "/orders"))
        inside = microseconds(work)
        current.reset(token)
        print(f"{before[name]:8.2f} µs  {name}; with the agent {outside:.2f}, in a request {inside:.2f}")


if __name__ == "__main__":
    main()
