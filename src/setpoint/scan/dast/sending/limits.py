"""How much a scan may send and take in. Made by `wiring.dast` from the options of the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.model.dast import Profile

RATES: Final[Mapping[Profile, float]] = {Profile.PASSIVE: 5.0, Profile.SAFE: 10.0, Profile.ACTIVE: 50.0}
"""Requests a second where none are asked for."""

FASTEST: Final = 1_000.0
BUDGET: Final = 50_000
"""Requests of one scan: an hour and a half at the pace of the safe profile."""
MOST_BUDGET: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    rate: float = RATES[Profile.SAFE]
    """Requests a second."""
    budget: int = BUDGET
    """Requests in all."""
    seconds: float = 10.0
    """For one request, from its first byte to the last of its answer."""
    largest: int = 4 * 1024 * 1024
    """Bytes of an answer's body that are read, before and after it is unpacked."""
    longest: float = 4 * 3600.0
    """Seconds of the whole scan."""


def limits_of(profile: Profile, rate: float | None, budget: int | None) -> Limits:
    """Raises `InputError` for numbers that no scan can keep to."""
    rate = RATES[profile] if rate is None else rate
    budget = BUDGET if budget is None else budget
    if not 0 < rate <= FASTEST:
        raise InputError(
            f"a scan cannot send {rate:g} requests a second", where="--rate", remedy=f"above 0, at most {FASTEST:g}"
        )
    if not 0 < budget <= MOST_BUDGET:
        raise InputError(
            f"a scan cannot send {budget:,} requests", where="--budget", remedy=f"from 1 to {MOST_BUDGET:,}"
        )
    return Limits(rate, budget)
