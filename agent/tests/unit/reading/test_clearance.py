"""Each function of `handlers/` is run with a fitting value; what the code did to it decides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.unit.reading.handlers import addresses, checks, cleaning, constants, functions, paths

from setpoint_agent.catalogue import OPEN_REDIRECT, PATH_TRAVERSAL, SQL_INJECTION
from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.clearance import clearance
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.request import QUERY, Value
from setpoint_agent.sinks.interface import Sink

SQL = Sink(SQL_INJECTION, "execute", "sql")
PATH = Sink(PATH_TRAVERSAL, "open", "path")
URL = Sink(OPEN_REDIRECT, "redirect", "url")


FOLDER = str(Path(checks.__file__).parent)
SINKS: dict[ModuleType, Sink] = {
    checks: SQL,
    cleaning: SQL,
    constants: SQL,
    functions: SQL,
    paths: PATH,
    addresses: URL,
}
HANDLERS: dict[str, tuple[Callable[..., None], Sink]] = {
    name: (handler, sink)
    for module, sink in SINKS.items()
    for name, handler in vars(module).items()
    if name.startswith(("safe_", "unsafe_"))
}


def cleared(name: str) -> Clearance | None:
    """What `clearance` says of the text that the handler hands to its sink."""
    handler, kind = HANDLERS[name]
    value = "https://example.com/name" if kind is URL else "name"
    said: list[Clearance | None] = []

    def sink(text: str) -> None:
        frames = []
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(FOLDER):
            frames.append(frame)
            frame = frame.f_back
        found = value if value in text else "price_in_cents"
        start = text.rindex(found)
        match = Match(Value(QUERY, "q", found), start, start + len(found), found, ("whole",), 1.0)
        said.append(clearance(frames, match, text, kind))

    handler("".join(value), sink)
    return said[0]


@pytest.mark.parametrize("name", [each for each in HANDLERS if each.startswith("safe_")])
def test_what_the_code_made_safe_is_cleared(name: str) -> None:
    found = cleared(name)
    assert found is not None
    assert found.certain, found


@pytest.mark.parametrize("name", [each for each in HANDLERS if each.startswith("unsafe_")])
def test_what_the_code_let_through_is_not(name: str) -> None:
    found = cleared(name)
    assert found is None or not found.certain, found
