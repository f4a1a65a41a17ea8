"""Has a target ask an address of its own, and stops where it cannot do that and answer others, too.

Who has one thread waits for itself, for good where it knows no limit of time. Called by `forgery`.
"""

from __future__ import annotations

from typing import Final

from setpoint.errors import CouldNotTellError
from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.checks.place import Place, ask
from setpoint.scan.dast.interface import EndedEarlyError, Workbench

LATE: Final = 3.0
"""Seconds: limits of time of programs that fetch are usually this or more, and loopbacks answer or refuse at once."""
USUAL: Final = 1.0
"""Seconds in which the operation has to answer otherwise: else its waiting says nothing."""
LOOKS: Final = 3
"""Requests that the target may leave unanswered before it counts as stuck."""


def fetched(bench: Workbench, place: Place, address: str) -> Exchange:
    """As `ask`.

    Raises `CouldNotTellError` where the answer is late or does not come, `EndedEarlyError` where none does afterwards.
    """
    exchange = ask(bench, place, address)
    if _is_stuck(place, exchange):
        _look_after(bench)
        where = f"{place.operation.key} ({place.told})"
        raise CouldNotTellError(
            f"{where} seems to fetch addresses, and was stuck at one of its own: nothing more was tried",
            remedy="run the target with more than one worker",
        )
    return exchange


def _is_stuck(place: Place, exchange: Exchange) -> bool:
    usual = place.left_alone.answer
    if usual is None or usual.seconds > USUAL:
        return False
    return exchange.answer is None or exchange.answer.seconds > LATE


def _look_after(bench: Workbench) -> None:
    for _ in range(LOOKS):
        if bench.sender.send(Sent("GET", f"{bench.surface.base}/")).answer is not None:
            return
    raise EndedEarlyError("the target has not answered since it was asked to fetch an address of its own")
