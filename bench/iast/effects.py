"""Did an attack work? Asked of the answer, of the files, and of whom the application talks to."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from bench.iast.cases import Case, Effect, EffectKind
from bench.iast.sending import Answer
from bench.iast.serving import Application

GRACE: Final = 0.2
"""Seconds for what shows elsewhere: work in the background outlives its answer."""
IN_ANSWER: Final = frozenset({EffectKind.ANSWER, EffectKind.HTML, EffectKind.HEADER, EffectKind.COOKIE})
"""Effects that the answer itself shows."""
NEEDED_FLAGS: Final = ("secure", "httponly", "samesite")


@dataclass(frozen=True, slots=True)
class Mark:
    """How much there was to see before a request."""

    hits: int
    letters: int
    lines: int


def mark(application: Application) -> Mark:
    around = application.neighbours
    return Mark(len(around.hits()), len(around.letters()), len(_log(application)))


def comes(case: Case, answer: Answer, application: Application, before: Mark) -> bool | None:
    """Whether the effect is there, or is within the grace; None where nothing can show it."""
    if case.effect is None:
        return None
    deadline = time.monotonic() + (0 if case.effect.kind in IN_ANSWER else GRACE)
    while not (shown := _shows(case.effect, answer, application, before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return shown


def _shows(effect: Effect, answer: Answer, application: Application, before: Mark) -> bool:
    match effect.kind:
        case EffectKind.ANSWER | EffectKind.HTML | EffectKind.HEADER | EffectKind.COOKIE:
            return _in_answer(effect, answer)
        case EffectKind.FILE:
            return (application.folder / effect.text).exists()
        case EffectKind.HIT:
            wanted = effect.text.replace("{listener}", str(application.neighbours.ports["listener"]))
            return any(wanted in each for each in application.neighbours.hits()[before.hits :])
        case EffectKind.MAIL:
            letters = application.neighbours.letters()[before.letters :]
            return any(_has_header(letter, effect) for letter in letters)
        case EffectKind.LOG:
            return any(line.startswith(effect.text) for line in _log(application)[before.lines :])
        case _:
            assert_never(effect.kind)


def _has_header(letter: Mapping[str, str], effect: Effect) -> bool:
    return any(name.lower() == effect.name.lower() and effect.text in value for name, value in letter.items())


def _in_answer(effect: Effect, answer: Answer) -> bool:
    if effect.kind is EffectKind.HEADER:
        return any(effect.text in value for value in answer.values(effect.name))
    if effect.kind is EffectKind.COOKIE:
        return any(not all(flag in each.lower() for flag in NEEDED_FLAGS) for each in answer.values("Set-Cookie"))
    is_page = any("html" in value for value in answer.values("Content-Type"))
    return effect.text in answer.body and (is_page or effect.kind is EffectKind.ANSWER)


def _log(application: Application) -> list[str]:
    place = application.folder / "app.log"
    return place.read_text(encoding="utf-8", errors="replace").splitlines() if place.exists() else []
