"""Tries a regular expression of the code on dangerous values: what would it let through?"""

from __future__ import annotations

import re
from typing import Final

from setpoint_agent.reading.answer import Question

LONGEST: Final = 500
"""Characters of a pattern that is tried; the texts it is tried on are shorter than 30."""
_ORDINARY: Final = "name"
"""Stands for the harmless rest of a value."""


def passes(pattern: re.Pattern[str], way: str, question: Question, *, outcome: bool = True) -> list[bool]:
    """For each probe: does the check let through a value that holds it, at its end, its start or alone?

    `way` is `match`, `fullmatch` or `search`; a value passes where the pattern matches (`outcome`), or does not.
    """
    attempt = getattr(pattern, way)
    return [
        any((attempt(text) is not None) is outcome for text in (f"{_ORDINARY}{probe}", f"{probe}{_ORDINARY}", probe))
        for probe in question.probes
    ]
