"""Each function of `handlers` is run with a fitting value; what the code did to it decides."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from setpoint_agent.catalogue import OPEN_REDIRECT, PATH_TRAVERSAL, SQL_INJECTION
from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.clearance import clearance
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.request import QUERY, Value
from setpoint_agent.sinks.interface import Sink

SQL = Sink(SQL_INJECTION, "execute", "sql")
PATH = Sink(PATH_TRAVERSAL, "open", "path")
URL = Sink(OPEN_REDIRECT, "redirect", "url")


def _handlers() -> ModuleType:
    file = Path(__file__).with_name("handlers.py")
    spec = importlib.util.spec_from_file_location("handlers_of_clearance", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


HANDLERS = _handlers()
NAMES = [name for name in vars(HANDLERS) if name.startswith(("safe_", "unsafe_"))]


def cleared(name: str) -> Clearance | None:
    """What `clearance` says of the text that the handler hands to its sink."""
    value, kind = "name", SQL
    if "path" in name:
        kind = PATH
    if "host" in name or "scheme" in name:
        value, kind = "https://example.com/name", URL
    said: list[Clearance | None] = []

    def sink(text: str) -> None:
        frames = []
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename == HANDLERS.__file__:
            frames.append(frame)
            frame = frame.f_back
        found = value if value in text else "price_in_cents"
        start = text.rindex(found)
        match = Match(Value(QUERY, "q", found), start, start + len(found), found, ("whole",), 1.0)
        said.append(clearance(frames, match, text, kind))

    getattr(HANDLERS, name)("".join(value), sink)
    return said[0]


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith("safe_")])
def test_what_the_code_made_safe_is_cleared(name: str) -> None:
    found = cleared(name)
    assert found is not None
    assert found.certain, found


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith("unsafe_")])
def test_what_the_code_let_through_is_not(name: str) -> None:
    found = cleared(name)
    assert found is None or not found.certain, found
