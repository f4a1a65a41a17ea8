"""Tries a regular expression of the code on dangerous values: what would it let through?"""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from setpoint_agent.reading.answer import Question
from setpoint_agent.reading.scene import MISSING, Scene, assignments, dotted

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


def pattern_of(scene: Scene, call: ast.Call) -> re.Pattern[str] | None:
    owner = scene.resolve(call.func.value) if isinstance(call.func, ast.Attribute) else MISSING
    if isinstance(owner, re.Pattern):
        return owner if isinstance(owner.pattern, str) else None
    compiled = _compiled_in(scene, call.func.value) if isinstance(call.func, ast.Attribute) else None
    text: Any = compiled if compiled is not None else scene.resolve(call.args[0]) if call.args else MISSING
    if isinstance(text, re.Pattern):
        return text
    try:
        return re.compile(text) if isinstance(text, str) and len(text) <= LONGEST else None
    except re.error:
        return None


def _compiled_in(scene: Scene, expression: ast.expr) -> str | None:
    """The pattern of `re.compile("…")` that stands in the function itself."""
    given: list[ast.expr] = [expression]
    if isinstance(expression, ast.Name):
        given = [each.value for each in assignments(scene.function, expression.id)]
    for each in given:
        if isinstance(each, ast.Call) and dotted(each.func) == "re.compile" and each.args:
            text = scene.resolve(each.args[0])
            return text if isinstance(text, str) else None
    return None
