"""How much people are told at once of one service: `inventory` keeps count, where advisories come by the thousand.

The first few findings are told one by one, and with them how many more there are; from then on, until a heartbeat has
passed without anything new of the service, what comes is summed up, once in each heartbeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.model.finding import Finding

MOST_TOLD: Final = 20
"""New findings of one service that people are told of one by one: a first report or sync may bring thousands."""


@dataclass(slots=True)
class _Told:
    """Of one service, since nothing new was found of it."""

    one_by_one: int = 0
    is_summed_up: bool = False
    more: int = 0
    """Of which nobody was told yet."""
    worst: Finding | None = None
    """Of these."""
    is_quiet: bool = False


class Flood:
    def __init__(self) -> None:
        self._services: dict[str, _Told] = {}

    def admit(self, service: str, found: Sequence[Finding]) -> tuple[int, int]:
        """How many of these, the worst first, are told one by one; and how many more are to be told of at once."""
        told = self._services.setdefault(service, _Told())
        told.is_quiet = False
        first = min(len(found), MOST_TOLD - told.one_by_one)
        told.one_by_one += first
        rest = found[first:]
        if not rest:
            return first, 0
        if not told.is_summed_up:
            told.is_summed_up = True
            return first, len(rest)
        told.more += len(rest)
        told.worst = max((each for each in (told.worst, rest[0]) if each), key=lambda each: each.severity.rank)
        return first, 0

    def settle(self) -> Iterator[tuple[Finding, int]]:
        """At the end of a heartbeat: the worst of what nobody was told of yet, and how many there are, by service."""
        for service, told in sorted(self._services.items()):
            if told.worst is not None:
                yield told.worst, told.more
            elif told.is_quiet:
                del self._services[service]
            told.more, told.worst, told.is_quiet = 0, None, True
