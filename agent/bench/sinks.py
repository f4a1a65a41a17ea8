"""What watching costs where nothing is found: `python bench/sinks.py` prints microseconds of a call over the bare one.

`outside` of any request an execute is to stay below 0.3 µs, `inside` of one (a statement that the code holds) below 2.
Both sides are timed in turns, since other work on the machine would else be counted for one of them.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parent))

from recognition import request_values

from setpoint_agent import examination
from setpoint_agent.evidence import Evidence
from setpoint_agent.patching.placing import place
from setpoint_agent.request import Request, current
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch

STATEMENT: Final = "SELECT id, name FROM users WHERE name = ?"
FAMILIES: Final = ("sinks.sql", "sinks.nosql", "sinks.command", "sinks.code", "sinks.template", "sinks.path")
FILE: Final = str(Path(tempfile.gettempdir()) / "setpoint-bench-sinks")
ROUNDS, TIMES = 60, 2_000

Work = Callable[[], object]


def works() -> dict[str, Work]:
    """Calls that are timed; made once before the agent is in place, and once after."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE users (id INTEGER, name TEXT)")
    cursor = connection.cursor()
    exists = os.path.exists
    return {
        "sqlite3.Cursor.execute": lambda: cursor.execute(STATEMENT, ("blue",)),
        "sqlite3.Connection.execute": lambda: connection.execute(STATEMENT, ("blue",)),
        "os.path.exists": lambda: exists(FILE),
        "open": lambda: os.close(os.open(FILE, os.O_RDONLY)),
    }


def microseconds(work: Work) -> float:
    return timeit.timeit(work, number=TIMES) / TIMES * 1e6


def quickest(*sides: Work) -> list[float]:
    """Of many rounds in turns, the best of each side."""
    times = [[microseconds(each) for each in sides] for _ in range(ROUNDS)]
    return [min(each) for each in zip(*times, strict=True)]


def within_request(work: Work) -> Work:
    """Runs in the context of a browser's request, as it is when this is called."""
    request = Request("GET", "/orders")
    request.add_source(lambda: request_values(q="John Smith", page="blue"))

    def run() -> object:
        token = current.set(request)
        try:
            return [work() for _ in range(10)]
        finally:
            current.reset(token)

    return run


def main() -> None:
    Path(FILE).touch()
    bare = works()
    bare_in_tens = {name: (lambda work=work: [work() for _ in range(10)]) for name, work in bare.items()}
    place(FAMILIES)
    kept: list[Evidence] = []
    examination.begin(examination.Examination(Application((Path(__file__).parent,)), kept.append))
    switch.on = True
    watched = works()
    print("      bare   outside    inside  (µs; over the bare call)")
    for name, work in watched.items():
        without, outside = quickest(bare[name], work)
        tens, inside = quickest(bare_in_tens[name], within_request(work))
        print(f"{without:10.2f}{outside - without:+10.2f}{(inside - tens) / 10:+10.2f}  {name}")
    assert not kept
    Path(FILE).unlink()


if __name__ == "__main__":
    main()
