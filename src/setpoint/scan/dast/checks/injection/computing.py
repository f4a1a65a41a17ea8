"""Values that come back as something that nobody sent: only who runs them can know it. Used by checks beside it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import Exchange
from setpoint.scan.dast.checks.probing import Place, ask
from setpoint.scan.dast.interface import Workbench

TIMES: Final = 2
"""With other numbers each: what is in the answer by chance is not in it twice."""


@dataclass(frozen=True, slots=True)
class Riddle:
    """A value, and what the answer holds where it was run."""

    value: str
    solution: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What riddles are made of, new for each."""

    one: int
    other: int
    first: str
    """Small letters, which are no word."""
    second: str

    @property
    def product(self) -> str:
        return str(self.one * self.other)

    def filled(self, template: str) -> str:
        """`template` may hold braces of its own: only these four names in angle brackets stand for something."""
        named = {"<one>": str(self.one), "<other>": str(self.other), "<first>": self.first, "<second>": self.second}
        for name, value in named.items():
            template = template.replace(name, value)
        return template


def numbers() -> Numbers:
    return Numbers(1000 + secrets.randbelow(9000), 1000 + secrets.randbelow(9000), _letters(), _letters())


def solved(bench: Workbench, place: Place, riddle: Callable[[Numbers], Riddle]) -> Exchange | None:
    """The last of the exchanges that the solution came back in, each time; None where one did not hold it."""
    exchange = None
    for _ in range(TIMES):
        each = riddle(numbers())
        exchange = ask(bench, place, each.value)
        if exchange.answer is None or each.solution.encode() not in exchange.answer.body:
            return None
    return exchange


def product(template: str, *, around: str = "") -> Callable[[Numbers], Riddle]:
    """The template holds `<one>` and `<other>`; their product comes back, between texts as `around` has them."""

    def riddle(given: Numbers) -> Riddle:
        text = given.filled(around)
        return Riddle(given.filled(template), f"{text}{given.product}{text}")

    return riddle


def _letters() -> str:
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
