"""Patterns that take far longer for a little more text (CWE-1333). Only in the active profile.

It costs the target time: texts grow by a few characters at a time, and no longer one is sent once a text took long.
What would make something anew is asked only where it refuses the texts: they are no names, numbers or addresses.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from setpoint.model.dast import ANONYMOUS, Certainty, Exchange, Fault, PlannedRequest, Profile
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.authentication.logins import (
    may_register,
    registering,
    registrations,
    takes_address,
    user_part,
)
from setpoint.scan.dast.checks.probing import Place, ask, parts_to_probe, places
from setpoint.scan.dast.checks.reflection.weaknesses import SLOW_PATTERN
from setpoint.scan.dast.interface import Workbench

SIZES: Final = (8, 12, *range(16, 36, 2))
"""Of the part that repeats. What doubles with each character takes four times longer at each of the later steps.

What takes four times longer with each character, as three groups inside of each other do, is seen at the first ones.
"""

SLOW_SECONDS: Final = 0.4
"""Beyond the usual: far more than networks and machines vary by, far less than what harms."""

FASTER: Final = 2.5
"""How many times quicker a text that is three characters shorter has to be: less than two to the third."""

ROUNDS: Final = 2
TRIES: Final = 2
"""Of which the quicker one counts."""

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
        registering_ones = list(registrations(bench)) if may_register(bench) else []
        for operation in bench.surface.operations if bench.profile is Profile.ACTIVE else ():
            parts = [each for each in parts_to_probe(operation) if each.schema.get("type") not in {"integer", "number"}]
            if parts and (not bench.may_send(operation) or operation in registering_ones):
                yield PlannedRequest(
                    operation.key, self.name, "", len(parts) * (2 + len(SHAPES) * len(SIZES)), 2 * len(parts)
                )

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for place in _checked(bench) if bench.profile is Profile.ACTIVE else ():
            if fault := _of_place(bench, place):
                yield fault


def _checked(bench: Workbench) -> Iterator[Place]:
    """Places that take texts, but for those that make something anew of whatever they are given."""
    for place in (*places(bench), *_of_registrations(bench)):
        if place.part.schema.get("type") not in {"integer", "number"} and not _is_made_of_anything(bench, place):
            yield place


def _of_registrations(bench: Workbench) -> Iterator[Place]:
    """With the name of an own account, which nobody can have again: no account comes of it."""
    users = [user for each in bench.accounts.callers if (user := bench.accounts.user(each))]
    for operation in registrations(bench) if users and may_register(bench) else ():
        if not bench.may_send(operation):
            continue  # one of the places already
        held = registering(operation, users[0], secrets.token_urlsafe(12))
        named = user_part(operation, users[0])
        for part in parts_to_probe(operation):
            if part == named and not takes_address(part):
                continue  # another name would be another account
            left_alone = bench.sender.send(bench.build(operation, {**held, part: _TAIL}))
            if not is_success(left_alone):
                yield Place(operation, part, ANONYMOUS, _TAIL, held, left_alone, None)


def _is_made_of_anything(bench: Workbench, place: Place) -> bool:
    """Whether a new object is made of a text that is no name, number or address: then nothing is checked."""
    if place.only_reads or "{" in place.operation.path or place.operation.method == "PATCH":
        return False
    text = SHAPES[0](SIZES[0])
    exchange = ask(bench, place, text)
    return is_success(exchange) if place.usual is None else place.reading(exchange, text) == place.usual


def _of_place(bench: Workbench, place: Place) -> Fault | None:
    for shape in SHAPES:
        slow = _grown(bench, place, shape)
        if slow is not None:
            if not _is_confirmed(bench, place, shape, slow):
                return None
            difference = f"{slow.size} characters took {slow.seconds:.1f} s, and three less a fraction of that"
            return SLOW_PATTERN.fault(place, Certainty.DIFFERENTIAL, [place.left_alone, slow.exchange], difference)
    return None


def _grown(bench: Workbench, place: Place, shape: Callable[[int], str]) -> Slow | None:
    """The first size that takes long; None where none does, or where even the smallest does."""
    limit = _usual(place) + SLOW_SECONDS
    for size in SIZES:
        exchange = ask(bench, place, shape(size))
        if exchange.answer is None:
            return None
        seconds = exchange.answer.seconds
        if seconds > limit and (seconds := _quickest(bench, place, shape(size))) > limit:
            return Slow(exchange, size, seconds) if size > SIZES[0] else None
    return None


def _usual(place: Place) -> float:
    return place.left_alone.answer.seconds if place.left_alone.answer else 0.0


def _quickest(bench: Workbench, place: Place, text: str) -> float:
    """Seconds of the quicker one of two answers: what else a machine has to do only ever makes one longer."""
    answers = [ask(bench, place, text).answer for _ in range(TRIES)]
    return min(each.seconds if each is not None else math.inf for each in answers)


def _is_confirmed(bench: Workbench, place: Place, shape: Callable[[int], str], slow: Slow) -> bool:
    """Slow each time, quicker with a little less, and quick with as much text that no group of words repeats on."""
    usual = _usual(place)
    other = _TAIL * len(shape(slow.size))
    for _ in range(ROUNDS):
        long, shorter, plain = (
            _quickest(bench, place, text) - usual for text in (shape(slow.size), shape(slow.size - 3), other)
        )
        if math.isinf(long) or long < SLOW_SECONDS / 2 or shorter * FASTER > long or plain * FASTER > long:
            return False
    return True
