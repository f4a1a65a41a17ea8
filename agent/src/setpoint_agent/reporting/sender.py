"""Reports to the control plane, one after another, with its answers followed; the turns of `reporter`'s thread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.quiet import told_once
from setpoint_agent.reporting.document import Reports
from setpoint_agent.reporting.instructions import OFF, Instructions
from setpoint_agent.reporting.transport import Transport

SHORTEST_BACK_OFF, LONGEST_BACK_OFF = 1.0, 60.0
"""Seconds after a failure: doubled each time, with jitter."""
ASLEEP: Final = 60.0
"""Seconds between two questions whether to watch again, when the control plane switched the agent off."""


class Sender:
    """Knows what is to be sent, when, and what came of it."""

    def __init__(
        self,
        transport: Transport,
        reports: Reports,
        instructions: Instructions,
        *,
        pause: float,
        asleep: bool,
        switch_to: Callable[[bool], None],
    ) -> None:
        self._transport = transport
        self._reports = reports
        self._instructions = instructions
        self._pause = pause
        self._asleep = asleep
        self._switch_to = switch_to
        self._unsent: dict[str, Any] | None = None
        self._failures = 0
        self._due = time.monotonic() + pause * _between(0.5, 1.0)  # not all processes of a service at the same moment

    def turn(self) -> float:
        """Send what is due; the seconds until something is due again."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._pause  # even if what follows goes wrong
            self._due = time.monotonic() + self._send()
        return max(0.0, self._due - time.monotonic())

    def farewell(self) -> None:
        """The last of this process, unless the control plane is away: nobody waits for that at an end."""
        if not self._failures:
            self._send()

    def _send(self) -> float:
        """The seconds until the next."""
        report = self._unsent or self._reports.make(watching=not self._asleep)
        self._unsent = report
        outcome = self._transport.send(report)
        if outcome.failure:
            self._reports.failed += 1
            told_once(f"the control plane did not take a report: {outcome.failure}")
        if not outcome.taken:
            self._failures += 1
            pause = min(SHORTEST_BACK_OFF * 2.0 ** min(self._failures - 1, 10), LONGEST_BACK_OFF)
            return max(outcome.wait, pause * _between(0.5, 1.0))
        self._unsent = None
        self._failures = 0
        self._follow(outcome.answer)
        return ASLEEP if self._asleep else self._pause

    def _follow(self, answer: Any) -> None:
        wanted = self._instructions.read(answer)
        self._reports.refused_instructions = self._instructions.refused
        if wanted is not None:
            self._asleep = wanted == OFF
            self._switch_to(not self._asleep)


def _between(least: float, most: float) -> float:
    """Jitter that takes nothing from `random`: an application may have seeded that, and count on what follows."""
    return least + (most - least) * int.from_bytes(os.urandom(2)) / 65_535
