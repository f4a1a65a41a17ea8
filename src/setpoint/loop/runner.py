"""Runs heartbeats: one (`setpoint beat`) or for ever (`setpoint up`), under the lease, until asked to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from setpoint.errors import CouldNotTellError, Error, FencedError, InputError, LeaseHeldError
from setpoint.loop.deliver import Deliverer
from setpoint.loop.heartbeat import Heartbeat, Progress
from setpoint.loop.parts import Parts
from setpoint.loop.report import BeatReport

STAND_BY_FOR: Final = 2.0
"""Seconds between two looks whether the lease is free."""


class Runner:
    """`stop` is set by the signal handler; the step in hand is finished, then everything is released."""

    def __init__(self, parts: Parts, stop: threading.Event) -> None:
        self._parts = parts
        self._stop = stop

    def once(self, progress: Progress) -> BeatReport:
        """One heartbeat, and the reverts that it began followed to their end."""
        with self._heartbeat() as (heartbeat, deliverer):
            report = heartbeat.beat(_delivering(deliverer, progress))
            self._drain(heartbeat)
            deliverer.flush()
            heartbeat.update(report)
            heartbeat.keep_thresholds(report)
            return report

    def forever(
        self,
        report: Callable[[BeatReport | Error], None],
        progress: Progress,
        standing_by: Callable[[LeaseHeldError], None] = lambda _held: None,
    ) -> None:
        """Beat after beat; between two of them, whatever is due.

        A beat that could not tell is reported, not fatal; so is one whose declared state cannot be used, since whoever
        writes it is about to write it again. Who stands by goes on once the lease is free, and is told again and again
        who has it; who lost it stands by.
        """
        while not self._stop.is_set():
            try:
                self._work(report, progress)
            except (LeaseHeldError, FencedError, CouldNotTellError) as error:
                if not self._parts.stands_by:
                    raise
                if isinstance(error, LeaseHeldError):
                    standing_by(error)
                else:
                    report(error)
                self._stop.wait(STAND_BY_FOR)

    def _work(self, report: Callable[[BeatReport | Error], None], progress: Progress) -> None:
        """Under the lease, until asked to stop."""
        interval = timedelta(seconds=self._parts.settings.interval)
        with self._heartbeat() as (heartbeat, deliverer):
            while not self._stop.is_set():
                next_beat = self._parts.clock.now() + interval
                try:
                    report(heartbeat.beat(_delivering(deliverer, progress)))
                except (CouldNotTellError, InputError) as error:
                    report(error)
                while not self._stop.is_set() and self._parts.clock.now() < next_beat:
                    try:
                        due = (next_beat, heartbeat.work(), heartbeat.take_inventory(), deliverer.work())
                    except CouldNotTellError as error:
                        # Its key has left the queue; the next beat finds it again.
                        report(error)
                        continue
                    self._wait_until(min(each for each in due if each is not None))

    def _drain(self, heartbeat: Heartbeat) -> None:
        while not self._stop.is_set() and (due := heartbeat.work()) is not None:
            self._wait_until(due)

    def _wait_until(self, moment: datetime) -> None:
        self._stop.wait(max(0.0, (moment - self._parts.clock.now()).total_seconds()))

    @contextmanager
    def _heartbeat(self) -> Iterator[tuple[Heartbeat, Deliverer]]:
        now = self._parts.clock.now()
        lease, writer = self._parts.ledger.acquire(self._parts.settings.scope, now, self._parts.settings.lease_for)
        heartbeat, deliverer = Heartbeat(self._parts, lease, writer), Deliverer(self._parts, writer)
        try:
            if self._parts.stands_by:  # whoever had it meanwhile may have a clock that is ahead
                self._parts.clock.start_from(self._parts.ledger.latest_time())
            yield heartbeat, deliverer
            deliverer.close()
        finally:
            self._parts.ledger.release(heartbeat.lease)


def _delivering(deliverer: Deliverer, progress: Progress) -> Progress:
    """Alerts do not wait for the end of a long beat."""

    def go_on(report: BeatReport) -> None:
        progress(report)
        deliverer.work()

    return go_on
