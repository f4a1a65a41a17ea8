"""Who sets again what was set back: asked when the loop guard gives up, and again until it is known."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.inquire import MOST_A_BEAT
from setpoint.model.attribution import PAUSES, Inquiry, RecordedChange, Untold
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.urn import Urn

Start = Callable[..., Any]
EVE = "arn:aws:iam::123456789012:user/eve"
NOTHING_YET = Untold("nothing is recorded yet", may_be_told=True)
DENIED = Untold("cloudtrail:LookupEvents denied", may_be_told=False)


@dataclass
class Record:
    """What the provider says, as long as it says so."""

    answer: RecordedChange | Untold = NOTHING_YET
    asked: list[tuple[str, tuple[str, ...], datetime, datetime]] = field(default_factory=list)

    def last_change(
        self, urn: Urn, paths: Collection[str], since: datetime, until: datetime
    ) -> RecordedChange | Untold:
        self.asked.append((urn.identifier, tuple(paths), since, until))
        return self.answer


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def work(start: Start, record: Record) -> Start:
    """Starts a worker that has somebody to ask."""

    def make(**settings: Any) -> Any:
        worker = start(**settings)
        worker.parts = replace(worker.parts, changes=record)
        worker.heartbeat = Heartbeat(worker.parts, worker.lease, worker.writer)
        return worker

    return make


def by_eve(at: datetime) -> RecordedChange:
    return RecordedChange(EVE, "", "PutBucket", "s3.amazonaws.com", "e1", at, "192.0.2.1")


def fight(worker: Any, *names: str) -> None:
    """Somebody sets it three times."""
    for _ in range(3):
        for name in names or ("one",):
            worker.world.actual[name]["Locked"] = False
        beat(worker, 60)


def beat(worker: Any, seconds: float) -> None:
    worker.world.pass_time(seconds)
    worker.heartbeat.beat()
    worker.settle()


def last(worker: Any) -> Remediation:
    found: Remediation = worker.ledger.remediations()[-1]
    assert found.state is RemediationState.ESCALATED
    return found


def inquiry(worker: Any) -> Inquiry:
    found = last(worker).inquiry
    assert found is not None
    return found


def escalations(worker: Any) -> list[str]:
    return [each.title for each in worker.world.alerts if each.kind == "escalated"]


def attributions(worker: Any) -> list[Any]:
    return [row.details for row in worker.ledger.audit() if row.action == "remediation attributed"]


def test_whoever_sets_it_again_is_named_everywhere(work: Start, record: Record, world: Any) -> None:
    worker = work()
    record.answer = by_eve(world.now)
    fight(worker)
    told = "set again by arn:aws:iam::123456789012:user/eve (PutBucket, 2026-05-01 12:00:00Z)"
    assert last(worker).why == f"Locked was set back 2 times within 60 minutes and is set again; {told}"
    assert escalations(worker) == [last(worker).why]
    assert world.alerts[-1].details["inquiry"]["change"]["principal"] == EVE
    details = [row.details for row in worker.ledger.audit() if row.action == "remediation escalated"][-1]
    assert details["inquiry"]["change"]["principal"] == EVE
    assert inquiry(worker).ask_at is None


def test_it_is_asked_once_and_only_of_the_time_of_the_fight(work: Start, record: Record, world: Any) -> None:
    worker = work()
    record.answer = by_eve(world.now)
    fight(worker)
    first, *_ = worker.ledger.remediations()
    assert record.asked == [("one", ("Locked",), first.detected_at, last(worker).updated_at)]
    beat(worker, 3600)
    assert len(record.asked) == 1


def test_only_what_was_set_back_before_is_asked_about(work: Start, record: Record, world: Any) -> None:
    worker = work()
    world.declared["one"]["Named"] = world.actual["one"]["Named"] = "one"
    for _ in range(2):
        world.actual["one"]["Locked"] = False
        beat(worker, 60)
    world.actual["one"] |= {"Locked": False, "Named": "other"}
    beat(worker, 60)
    assert [paths for _, paths, _, _ in record.asked] == [("Locked",)]


def test_what_is_not_recorded_yet_is_asked_again_and_completes_the_record(
    work: Start, record: Record, world: Any
) -> None:
    worker = work()
    fight(worker)
    assert last(worker).why.endswith("who sets it again is not known yet: nothing is recorded yet; it is asked again")
    assert inquiry(worker).ask_at is not None
    record.answer = by_eve(world.now)
    beat(worker, 30)
    assert len(record.asked) == 1, "it is not time yet"
    before = last(worker)
    beat(worker, 31)
    assert last(worker).why.endswith(f"set again by {by_eve(record.answer.at).clause()}")
    assert (last(worker).state, last(worker).updated_at) == (before.state, before.updated_at)
    assert record.asked[0] == record.asked[1], "whoever puts it right meanwhile is not accused"
    assert len(escalations(worker)) == 2
    assert escalations(worker)[-1] == last(worker).why
    (told,) = attributions(worker)
    assert (told["asked"], told["change"]["principal"]) == (2, EVE)
    beat(worker, 3600)
    assert len(record.asked) == 2
    assert worker.ledger.broken_audit_rows() == []


def test_it_is_asked_so_often_and_within_half_an_hour(work: Start, record: Record, world: Any) -> None:
    worker = work()
    fight(worker)
    handed_over = world.now
    asked_at: list[timedelta] = []
    while world.now < handed_over + timedelta(hours=2):
        before = len(record.asked)
        beat(worker, 60)
        asked_at += [world.now - handed_over] * (len(record.asked) - before)
    assert len(asked_at) == len(PAUSES)
    assert asked_at[-1] <= timedelta(minutes=31)
    assert last(worker).why.endswith("who sets it again cannot be told: nothing is recorded yet")
    assert len(escalations(worker)) == 1, "that there is nothing new is not told"
    assert [each["untold"]["reason"] for each in attributions(worker)] == ["nothing is recorded yet"]


def test_a_missing_permission_is_said_and_not_asked_again(work: Start, record: Record) -> None:
    record.answer = DENIED
    worker = work()
    fight(worker)
    assert last(worker).why.endswith("who sets it again cannot be told: cloudtrail:LookupEvents denied")
    beat(worker, 3600)
    assert len(record.asked) == 1


def test_a_restart_forgets_no_question(work: Start, record: Record, world: Any) -> None:
    worker = work()
    fight(worker)
    worker.stop(cleanly=False)
    world.pass_time(3600)
    record.answer = by_eve(world.now)
    after = work()
    beat(after, 60)
    assert isinstance(inquiry(after).answer, RecordedChange)
    assert record.asked[0] == record.asked[1]


def test_of_many_fights_some_are_asked_about_later(work: Start, record: Record, world: Any) -> None:
    names = [f"bucket-{number:02}" for number in range(MOST_A_BEAT + 3)]
    world.declared = {name: {"Locked": True} for name in names}
    world.actual = {name: {"Locked": True} for name in names}
    worker = work(limit_percent=100.0, limit_per_service=50)
    fight(worker, *names)
    assert len(record.asked) == MOST_A_BEAT
    record.answer = by_eve(world.now)
    beat(worker, 1)
    assert {name for name, *_ in record.asked} == set(names)
    beat(worker, 60)
    escalated = worker.ledger.remediations(states=frozenset({RemediationState.ESCALATED}))
    assert len(escalated) == len(names)
    assert all(isinstance(each.inquiry.answer, RecordedChange) for each in escalated)


def test_nobody_is_asked_about_what_a_person_undid(work: Start, record: Record, world: Any) -> None:
    del world.actual["one"]
    worker = work()
    beat(worker, 60)
    assert last(worker).inquiry is None
    assert record.asked == []


def test_without_anybody_to_ask_it_is_handed_over_all_the_same(start: Start) -> None:
    worker = start()
    fight(worker)
    assert last(worker).inquiry is None
    assert last(worker).why == "Locked was set back 2 times within 60 minutes and is set again"
