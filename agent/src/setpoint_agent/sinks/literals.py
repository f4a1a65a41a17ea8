"""What the application's own source says, as text: keys that are written there, settings that are switched on there.

A key that came from the environment or a file stands in no source; one that does is known to all who can read that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from setpoint_agent.examination import is_of_application
from setpoint_agent.request import current

MOST_FILES: Final = 500
"""Files of the application that are searched."""
LONGEST_FILE: Final = 1_000_000
"""Characters of a file that are searched."""
SHORTEST: Final = 6
"""Characters of a text that is not found everywhere by chance."""
MOST_ANSWERS: Final = 256

Place = tuple[str, int]
"""File and line."""

_answers: Final[dict[tuple[int, int], Place | None]] = {}
"""By the hash of what was looked for (a key is not to be kept) and how many modules there were to be searched."""


def place_of(text: str) -> Place | None:
    """Where the source holds `text`, or its longest line (keys of several lines); None: nowhere."""
    line = max(text.splitlines(), key=len, default="").strip()
    return _place(re.escape(line)) if len(line) >= SHORTEST else None


def place_of_setting(name: str) -> Place | None:
    """Where the source switches a setting on: `debug=True`, `"DEBUG": True`, `config["DEBUG"] = True`."""
    return _place(rf"(?i:\b{re.escape(name)})[\"']?\]?\s*(?::\s*bool\s*)?[=:]\s*True\b")


def _place(pattern: str) -> Place | None:
    key = (hash(pattern), len(sys.modules))
    if key not in _answers:
        if len(_answers) >= MOST_ANSWERS:
            _answers.clear()
        token = current.set(None)  # what is read from here on is nothing of the request's
        try:
            _answers[key] = _search(re.compile(pattern))
        finally:
            current.reset(token)
    return _answers[key]


def _search(pattern: re.Pattern[str]) -> Place | None:
    for file in _files():
        text = _read(file)
        found = pattern.search(text)
        if found:
            return file, text.count("\n", 0, found.start()) + 1
    return None


def _files() -> Iterator[str]:
    files = dict.fromkeys(getattr(module, "__file__", None) for module in list(sys.modules.values()))
    own = [file for file in files if isinstance(file, str) and file.endswith(".py") and is_of_application(file)]
    yield from own[:MOST_FILES]


def _read(file: str) -> str:
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as opened:
            return opened.read(LONGEST_FILE)
    except OSError:
        return ""
