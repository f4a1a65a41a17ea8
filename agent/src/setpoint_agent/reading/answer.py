"""How safe an expression is, as far as reading the code can tell; and the question that it is asked with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Safety(IntEnum):
    """Ordered: the worst of several parts counts for the whole."""

    UNSAFE = 0
    UNSURE = 1
    """Something was checked that may not suffice."""
    SAFE = 2
    NEUTRAL = 3
    """It holds nothing of the value."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One expression's safety and why."""

    safety: Safety
    reason: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the code."""

    found: str
    """The text that was recognised in the sink's argument."""
    language: str
    probes: tuple[str, ...]
    """What has to be kept out there (`danger.probes_for`)."""
    key: str = ""
    """By which name code asks the request for the value; empty where it has none."""
    text: str = ""
    """The sink's argument that it was found in."""
    is_host: bool = False
    """Whether it stands where an address has its host: all that is checked of it is checked of that."""


UNSAFE: Final = Answer(Safety.UNSAFE)
NEUTRAL: Final = Answer(Safety.NEUTRAL)


def worst(answers: Iterable[Answer]) -> Answer:
    """Of the parts of a whole: an unsafe part makes it unsafe; parts that hold nothing do not count."""
    return min(answers, key=lambda each: each.safety, default=NEUTRAL)


def best(answers: Iterable[Answer]) -> Answer:
    """Of several checks that all stand before a use: the strongest counts."""
    return max(answers, key=lambda each: each.safety, default=UNSAFE)


def kept_out(passes: Iterable[bool], reason: str, line: int) -> Answer:
    """The answer for a check that lets through the probes for which `passes` says so."""
    through = list(passes)
    if not through or all(through):
        return UNSAFE
    return Answer(Safety.UNSURE if any(through) else Safety.SAFE, reason, line)
