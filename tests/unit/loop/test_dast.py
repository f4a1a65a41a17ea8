"""When a running service is tested, and what is said of that."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import LedgerError
from setpoint.loop.dast import FIRST_PAUSE, LONGEST_PAUSE, DastUpdates, Newest, due_at
from setpoint.model.dast_run import DastOutcome, DastRun, DastTrigger

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT_ONCE = DastTrigger(delay=0.0)
DONE = DastRun("shop", "1", NOW - HOUR, NOW, DastOutcome.TESTED)
FAILED = replace(DONE, outcome=DastOutcome.FAILED, why="it takes no connections")


class Runs:
    """Scans that end when a test says so."""

    def __init__(self) -> None:
        self.runs: dict[str, DastRun] = {}
        self.resumed: list[str] = []
        self.is_stopped = False

    def last(self, service: str) -> DastRun | None:
        return self.runs.get(service)

    def begin(self, service: str, release: str, *, tries: int, resumes: bool) -> None:
        self.runs[service] = DastRun(service, release, NOW, tries=tries)
        if resumes:
            self.resumed.append(service)

    def stop(self) -> None:
        self.is_stopped = True

    def end(self, service: str, outcome: DastOutcome, why: str = "") -> None:
        self.runs[service] = replace(self.runs[service], ended_at=NOW, outcome=outcome, why=why)


class Looking:
    """Everything beside the ledger and the processes."""

    def __init__(self, **triggers: DastTrigger) -> None:
        self.runs = Runs()
        self.releases: dict[str, Newest] = {}
        self.now, self.is_leading, self.trouble = NOW, True, False
        self.updates = DastUpdates(
            triggers, self.runs, self._newest, is_leading=lambda: self.is_leading, now=lambda: self.now
        )

    def _newest(self, service: str) -> Newest | None:
        if self.trouble:
            raise LedgerError("it is out of reach")
        return self.releases.get(service)


def test_a_new_release_is_tested_once_it_had_time_to_run() -> None:
    trigger = DastTrigger(delay=60.0)
    assert due_at(trigger, None, ("1", NOW)) == NOW + timedelta(seconds=60)
    assert due_at(trigger, DONE, ("2", NOW)) == NOW + timedelta(seconds=60)
    assert due_at(trigger, DONE, ("1", NOW)) is None


def test_one_at_a_time() -> None:
    goes_on = replace(DONE, ended_at=None, outcome=None)
    assert due_at(DastTrigger(every=60.0), goes_on, ("2", NOW)) is None


def test_again_at_its_time() -> None:
    assert due_at(DastTrigger(every=60.0), DONE, ("1", NOW)) == NOW + timedelta(seconds=60)
    only_then = DastTrigger(on_release=False, every=60.0)
    assert due_at(only_then, DONE, ("2", NOW)) == NOW + timedelta(seconds=60)


def test_what_was_stopped_goes_on_at_once_unless_it_happens_again_and_again() -> None:
    stopped = replace(DONE, outcome=DastOutcome.STOPPED)
    assert due_at(AT_ONCE, stopped, ("1", NOW)) == NOW
    assert due_at(AT_ONCE, replace(stopped, tries=2), ("1", NOW)) == NOW + timedelta(seconds=FIRST_PAUSE)


@given(st.integers(1, 10_000))
def test_what_failed_is_tried_later_and_later_and_never_given_up(tries: int) -> None:
    due, later = (due_at(AT_ONCE, replace(FAILED, tries=each), ("1", NOW)) for each in (tries, tries + 1))
    assert due is not None
    assert later is not None
    assert NOW + timedelta(seconds=FIRST_PAUSE) <= due <= later <= NOW + timedelta(seconds=LONGEST_PAUSE)


def test_what_is_due_begins_and_its_end_is_told() -> None:
    looking = Looking(shop=AT_ONCE, till=AT_ONCE)
    looking.updates.update()
    assert looking.runs.runs == {}
    looking.releases["shop"] = ("1", NOW)
    looking.updates.update()
    (told,) = looking.updates.health().measures["dast"]
    assert (told["service"], told["release"], told["outcome"]) == ("shop", "1", None)
    looking.runs.end("shop", DastOutcome.TESTED)
    looking.updates.update()
    assert looking.updates.health().measures["dast"][0]["outcome"] == "tested"
    assert looking.updates.health().problems == ()


def test_a_dead_target_is_said_and_tried_again() -> None:
    looking = Looking(shop=AT_ONCE)
    looking.releases["shop"] = ("1", NOW)
    looking.updates.update()
    looking.runs.end("shop", DastOutcome.FAILED, "it takes no connections")
    looking.updates.update()
    (problem,) = looking.updates.health().problems
    assert problem == "dast of shop, release 1: could not tell: it takes no connections"
    looking.now += timedelta(seconds=FIRST_PAUSE)
    looking.updates.update()
    assert (looking.runs.runs["shop"].tries, looking.runs.runs["shop"].ended_at) == (2, None)


def test_what_was_stopped_goes_on_where_it_was() -> None:
    looking = Looking(shop=AT_ONCE)
    looking.releases["shop"] = ("1", NOW)
    looking.updates.update()
    looking.runs.end("shop", DastOutcome.STOPPED)
    looking.updates.update()
    assert looking.runs.resumed == ["shop"]
    looking.runs.end("shop", DastOutcome.STOPPED)
    looking.releases["shop"] = ("2", NOW)
    looking.updates.update()
    assert (looking.runs.runs["shop"].release, looking.runs.resumed) == ("2", ["shop"])


def test_nothing_begins_while_another_process_beats() -> None:
    looking = Looking(shop=AT_ONCE)
    looking.releases["shop"] = ("1", NOW)
    looking.is_leading = False
    looking.updates.update()
    assert looking.runs.runs == {}


def test_a_ledger_out_of_reach_is_told_from_the_second_time_on() -> None:
    looking = Looking(shop=AT_ONCE)
    looking.trouble = True
    looking.updates.update()
    assert looking.updates.health().problems == ()
    looking.updates.update()
    (problem,) = looking.updates.health().problems
    assert problem == "when to test running services cannot be told: it is out of reach"


def test_with_the_loop_its_scans_are_stopped() -> None:
    looking = Looking(shop=AT_ONCE)
    with looking.updates.going_on(threading.Event()):
        assert not looking.runs.is_stopped
    assert looking.runs.is_stopped


def test_where_nothing_is_to_be_tested_nothing_is_said() -> None:
    assert Looking().updates.health().measures == {}
