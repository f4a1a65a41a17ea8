"""Running services are tested after each deployment, and now and again: beside the heartbeat, in other processes.

When that is due follows from the releases that the ledger knows and from the last scan of the service, whatever
happened in between. Made by `wiring.deployed`; goes on while `setpoint up` runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from setpoint.errors import Error, without_inside
from setpoint.logs import logger
from setpoint.loop.updates import Updates
from setpoint.model.dast_run import DastOutcome, DastRun, DastTrigger
from setpoint.model.health import Health

LOOK_EVERY: Final = 2.0
"""Seconds between two looks at what is due and what has ended."""

FIRST_PAUSE: Final = 60.0
"""Seconds after a scan that tested nothing; doubles each time."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds: whoever starts a service again need not wait for longer."""

AGAIN: Final = frozenset({DastOutcome.FAILED, DastOutcome.STOPPED})
"""What came to no end."""

Newest = tuple[str, datetime]
"""The version of a service's newest release, and since when it is known."""


class ScanRuns(Protocol):
    """What makes the scans; at most one at a time of each service."""

    def last(self, service: str) -> DastRun | None:
        """The one that goes on, or was made last; None where there was none. Raises `Error`."""
        ...

    def begin(self, service: str, release: str, *, tries: int, resumes: bool) -> None:
        """In a process of its own; nothing happens where one goes on already. Raises `Error`."""
        ...

    def stop(self) -> None:
        """Every one that this process began; they can go on later."""
        ...


def due_at(trigger: DastTrigger, last: DastRun | None, newest: Newest) -> datetime | None:
    """When the next scan is to begin; None while one goes on, and where nothing asks for one."""
    version, known_since = newest
    runs_at = known_since + timedelta(seconds=trigger.delay)
    if last is None:
        return runs_at
    if last.ended_at is None:
        return None
    wanted = []
    if trigger.on_release and last.release != version:
        wanted.append(runs_at)
    elif last.outcome in AGAIN:
        wanted.append(last.ended_at + timedelta(seconds=_pause(last)))
    if trigger.every is not None:
        wanted.append(last.ended_at + timedelta(seconds=trigger.every))
    return min(wanted, default=None)


def _pause(last: DastRun) -> float:
    """What was stopped goes on at once, unless that happens again and again."""
    doublings = last.tries - 1 if last.outcome is DastOutcome.FAILED else last.tries - 2
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(doublings, 30)) if doublings >= 0 else 0.0


class DastUpdates(Updates):
    """`newest` tells of a service's newest release; nothing begins while this process only stands by."""

    thread = "scans of running services"

    def __init__(
        self,
        triggers: Mapping[str, DastTrigger],
        runs: ScanRuns,
        newest: Callable[[str], Newest | None],
        *,
        is_leading: Callable[[], bool],
        every: float = LOOK_EVERY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(every=every, is_on=bool(triggers), now=now)
        self._triggers = triggers
        self._runs = runs
        self._newest = newest
        self._is_leading = is_leading
        self._last: dict[str, DastRun] = {}
        self._failure = ""

    @contextmanager
    def going_on(self, stop: threading.Event) -> Iterator[None]:
        try:
            with super().going_on(stop):
                yield
        finally:
            self._runs.stop()

    def update(self, stopping: Callable[[], bool] = lambda: False) -> float:
        if not self._is_leading():
            return self._every
        try:
            for service, trigger in self._triggers.items():
                if stopping():
                    return 0.0
                self._look_at(service, trigger)
        except Error as error:
            return self._note_failure(without_inside(error).diagnostics())
        with self._lock:
            return self._succeeded()

    def _look_at(self, service: str, trigger: DastTrigger) -> None:
        last, newest = self._runs.last(service), self._newest(service)
        self._note(service, last)
        if newest is None:
            return
        due = due_at(trigger, last, newest)
        if due is None or due > self._now():
            return
        again = last if last is not None and last.release == newest[0] and last.outcome in AGAIN else None
        self._runs.begin(
            service,
            newest[0],
            tries=again.tries + 1 if again else 1,
            resumes=again is not None and again.outcome is DastOutcome.STOPPED,
        )
        self._note(service, self._runs.last(service))

    def health(self) -> Health:
        if not self._is_on:
            return Health()
        with self._lock:
            problems = [told for each in self._last.values() if (told := _problem(each))]
            if self._has_to_be_told:
                problems.append(f"when to test running services cannot be told: {self._failure}")
            if self._ended:
                problems.append(f"running services are tested no more: {self._ended}")
            return Health({"dast": [self._last[name].document() for name in sorted(self._last)]}, tuple(problems))

    def _note(self, service: str, last: DastRun | None) -> None:
        if last is None:
            return
        with self._lock:
            before, self._last[service] = self._last.get(service), last
        if last != before:
            logger(__name__).info(
                "a scan of a running service",
                service=service,
                release=last.release,
                outcome=last.outcome or "goes on",
                why=last.why,
                faults=last.faults,
            )

    def _note_failure(self, why: str) -> float:
        logger(__name__).warning("running services could not be looked after", why=why)
        with self._lock:
            self._failure = why
            return min(LONGEST_PAUSE, self._failed_again(self._every))


def _problem(run: DastRun) -> str:
    match run.outcome:
        case DastOutcome.FAILED | DastOutcome.PARTIAL:
            return f"dast of {run.service}, release {run.release}: {run.outcome}: {run.why}"
        case DastOutcome.TESTED | DastOutcome.STOPPED | None:
            return ""
