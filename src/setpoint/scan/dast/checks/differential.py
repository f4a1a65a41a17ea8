"""Whether what a part holds is run as a condition: pairs of values that differ in nothing but whether they are true.

Called by checks of injection. A pair is asked again and again with new numbers: only what evaluates the condition
answers all true ones alike, and all false ones alike, and the two otherwise.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange
from setpoint.scan.dast.checks.place import is_kept_elsewhere
from setpoint.scan.dast.checks.probing import Place, ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.yardstick import Reading

ROUNDS: Final = 6
"""Pairs: who answers one of two things at random answers all of them as if it ran them once in 4,096 times.

Conditions have several forms: what blocks some of them by their look does not block just the false ones.
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which variant is wanted."""

    holds: bool
    """Whether its condition is to be true."""
    number: int
    """Of the round, from 0."""

    def ordered(self) -> tuple[int, int]:
        """Two new numbers of four digits; the first is the smaller one where the condition is to be true."""
        low, high = 1000 + secrets.randbelow(4000), 6000 + secrets.randbelow(4000)
        return (low, high) if self.holds else (high, low)


Variants = Callable[[Turn], Json]
"""A value that holds a condition."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The last pair, and what told them apart."""

    exchanges: tuple[Exchange, ...]
    difference: str


def differential(
    bench: Workbench,
    place: Place,
    variants: Variants,
    *,
    true: Reading | None = None,
    false: Reading | None = None,
    not_true: Reading | None = None,
    send: Callable[[Json], Exchange] | None = None,
) -> Proof | None:
    """None where they are not told apart in every round.

    `true`, `false`: what such variants have to read as, where that is known; `not_true`: what a true one may not.
    `send`: where a variant is more than a value of the part.

    Ends at the first answer that does not fit: what evaluates nothing costs a request or two. Ends, too, at a value
    that an operation elsewhere may have kept: what then finds it was told by the scan itself.
    """
    pair: dict[bool, Exchange] = {}
    known = {True: true, False: false}
    for number in range(ROUNDS):
        for holds in (True, False) if number % 2 == 0 else (False, True):
            payload = variants(Turn(holds, number))
            if is_kept_elsewhere(bench, place, payload):
                return None
            exchange = send(payload) if send else ask(bench, place, payload)
            reading = place.reading(exchange, payload)
            if reading is None or reading in {known[not holds], not_true if holds else None}:
                return None
            if reading != (known[holds] or reading):
                return None
            known[holds] = reading
            pair[holds] = exchange
    one, other = known[True], known[False]
    if one is None or other is None:
        return None
    difference = f"each of {ROUNDS} true conditions gave {one.told()}, each false one {other.told()}"
    return Proof((pair[True], pair[False]), difference)
