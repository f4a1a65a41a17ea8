"""What is known of whether a flaw matters where it runs, in the words of VEX. `vex` and `openvex` print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from setpoint.model.inventory import Flaw, Hit, Reached


class State(IntEnum):
    """What is worse is greater."""

    NOT_AFFECTED = 1
    IN_TRIAGE = 2
    EXPLOITABLE = 3


Place = tuple[str, str]
"""A service, and a component of it: its package URL, or name and version where it has none."""


def states_of(flaw: Flaw, hits: Iterable[Hit]) -> Mapping[Place, tuple[State, str]]:
    """With the reason. Of several instances of a service, the worst counts: what holds for one is not said of all."""
    worst: dict[Place, tuple[State, str]] = {}
    for hit in hits:
        if is_of(hit, flaw):
            place = place_of(hit)
            worst[place] = max(worst.get(place, (State.NOT_AFFECTED, "")), _state(hit))
    return worst


def is_of(hit: Hit, flaw: Flaw) -> bool:
    """Whether this flaw is one of those by which it is there."""
    return not hit.advisories or not set(hit.advisories).isdisjoint(flaw.advisories)


def place_of(hit: Hit) -> Place:
    return hit.instance.service, hit.purl or f"{hit.package.name}@{hit.version}"


def _state(hit: Hit) -> tuple[State, str]:
    """Nothing is said to be unaffected but what an agent that watches from the start never saw loaded."""
    if hit.could_not_compare:
        return State.IN_TRIAGE, f"the version {hit.version!r} could not be compared"
    if hit.reached is Reached.NOT_LOADED:
        return State.NOT_AFFECTED, "never loaded, as the agent inside saw it from the start"
    if hit.reached is Reached.SYMBOL:
        return State.EXPLOITABLE, "functions that the advisory names were seen to run"
    accepted = f"; accepted by {hit.waived_by}" if hit.waived_by else ""
    seen = "no agent tells whether it is loaded" if hit.reached is Reached.UNKNOWN else hit.reached
    return State.IN_TRIAGE, f"{seen}{accepted}"
