"""Which modules were imported, when, and by which module: noted as the interpreter looks for them."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Final

MOST: Final = 50_000
"""Modules that are remembered."""
_MACHINERY: Final = ("importlib", "_frozen_importlib", "setpoint_agent")
"""Begin the names of modules that an import goes through."""
_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class Looked:
    """The first time that somebody asked for a module."""

    at: float
    """Seconds since 1970."""
    by: str
    """The module that did; empty where no module is on the stack."""


looked_for: Final[dict[str, Looked]] = {}
"""Name → when and by whom; of modules that were imported before the agent started there is nothing."""


def note(name: str) -> None:
    """Called for every module that is looked for."""
    if name not in looked_for and len(looked_for) < MOST:
        looked_for[name] = Looked(time.time(), _importer())


def _importer() -> str:
    frame = sys._getframe(2)
    for _ in range(_DEEPEST):
        name = frame.f_globals.get("__name__") or ""
        if not name.startswith(_MACHINERY):
            return str(name)
        behind = frame.f_back
        if behind is None:
            return ""
        frame = behind
    return ""
