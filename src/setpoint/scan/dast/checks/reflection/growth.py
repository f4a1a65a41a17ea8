"""Patterns that take far longer for a little more text (CWE-1333). Only in the active profile.

It costs the target time: texts grow by a few characters at a time, and no longer one is sent once a text took long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest, Profile
from setpoint.scan.dast.checks.probing import Place, ask, parts_to_probe, places
from setpoint.scan.dast.checks.reflection.weaknesses import SLOW_PATTERN
from setpoint.scan.dast.interface import Workbench

SIZES: Final = (16, *range(18, 36, 2))
"""Of the part that repeats. What doubles with each character takes four times longer at each step, and not ten."""

SLOW_SECONDS: Final = 0.4
"""Beyond the usual: far more than networks and machines vary by, far less than what harms."""

FASTER: Final = 2.5
"""How many times quicker a text that is three characters shorter has to be: less than two to the third."""

ROUNDS: Final = 2

_TAIL: Final = "!"
"""What no pattern of words ends in, so that a match fails at the very end."""

SHAPES: Final[tuple[Callable[[int], str], ...]] = (
    lambda size: "a" * size + _TAIL,
    lambda size: "1" * size + _TAIL,
    lambda size: "a@" + "a" * size + _TAIL,
    lambda size: "a" * size + "@" + _TAIL,
    lambda size: "a." * size + _TAIL,
    lambda size: "http://" + "a" * size + _TAIL,
    lambda size: " " * size + _TAIL,
)
"""What patterns of names, numbers, mail addresses, hosts, URLs and white space repeat."""


class Slow(NamedTuple):
    exchange: Exchange
    size: int
    seconds: float


class PatternGrowth:
    """Patterns that take far longer for a little more text (active profile)."""

    name = "pattern-growth"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in bench.surface.operations if bench.profile is Profile.ACTIVE else ():
            parts = [each for each in parts_to_probe(operation) if each.schema.get("type") not in {"integer", "number"}]
            if parts and not bench.may_send(operation):
                yield PlannedRequest(operation.key, self.name, "", len(parts) * len(SHAPES) * len(SIZES))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for place in places(bench) if bench.profile is Profile.ACTIVE else ():
            if place.part.schema.get("type") in {"integer", "number"}:
                continue
            for shape in SHAPES:
                slow = _grown(bench, place, shape)
                if slow is None:
                    continue
                if _is_confirmed(bench, place, shape, slow):
                    difference = f"{slow.size} characters took {slow.seconds:.1f} s, and three less a fraction of that"
                    proof = [place.left_alone, slow.exchange]
                    yield SLOW_PATTERN.fault(place, Certainty.DIFFERENTIAL, proof, difference)
                break


def _grown(bench: Workbench, place: Place, shape: Callable[[int], str]) -> Slow | None:
    """The first size that takes long; None where none does, or where even the smallest does."""
    limit = _usual(place) + SLOW_SECONDS
    for size in SIZES:
        exchange = ask(bench, place, shape(size))
        if exchange.answer is None:
            return None
        if exchange.answer.seconds > limit:
            return Slow(exchange, size, exchange.answer.seconds) if size > SIZES[0] else None
    return None


def _usual(place: Place) -> float:
    return place.left_alone.answer.seconds if place.left_alone.answer else 0.0


def _is_confirmed(bench: Workbench, place: Place, shape: Callable[[int], str], slow: Slow) -> bool:
    """Slow each time, quicker with a little less, and quick with as much text that repeats nothing."""
    usual = _usual(place)
    other = "".join(chr(ord("a") + number % 26) for number in range(0, 7 * len(shape(slow.size)), 7))
    for _ in range(ROUNDS):
        long, shorter, plain = (
            each.seconds - usual if each is not None else None
            for each in (ask(bench, place, text).answer for text in (shape(slow.size), shape(slow.size - 3), other))
        )
        if long is None or shorter is None or plain is None:
            return False
        if long < SLOW_SECONDS / 2 or shorter * FASTER > long or plain * FASTER > long:
            return False
    return True
