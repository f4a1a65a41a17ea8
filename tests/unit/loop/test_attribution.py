"""Who made each difference: asked when it is found, again when more is recorded, told once, and kept for ever."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.loop.conftest import urn_of

from setpoint.loop import attribution
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.attribution import (
    LATER,
    PAUSES,
    Attribution,
    ChangeQuestion,
    Confidence,
    Means,
    RecordedChange,
    RecordedWrite,
    Untold,
)
from setpoint.model.finding import FindingRecord
from setpoint.model.permission_use import Counts, Gap, RecordReach, SessionOrigin, TrailBatch
from setpoint.model.remediation import Mode

Start = Callable[..., Any]
NOT_YET = Untold("not delivered yet", may_be_told=True)


@dataclass
class Tracer:
    """Whoever named the entity last before it was seen did it: surely, if the call is called so."""

    questions: list[ChangeQuestion] = field(default_factory=list)

    def names(self, question: ChangeQuestion) -> Collection[str]:
        return [question.urn.identifier]

    def trace(
        self,
        question: ChangeQuestion,
        writes: Iterable[RecordedWrite],
        _reach: Sequence[RecordReach],
        _gaps: Sequence[Gap],
        _now: datetime,
    ) -> Attribution | Untold:
        self.questions.append(question)
        before = [each for each in writes if each.change.at <= question.until]
        if not before:
            return NOT_YET
        last = max(before, key=lambda each: each.change.at)
        confidence = Confidence.EXACT if last.change.event == "Exact" else Confidence.LIKELY
        return Attribution(last.change, confidence, last.means, chain=last.chain)


@pytest.fixture
def tracer() -> Tracer:
    return Tracer()


@pytest.fixture
def work(start: Start, tracer: Tracer) -> Start:
    def make(**settings: Any) -> Any:
        worker = start(Mode.AUDIT, **settings)
        worker.parts = replace(worker.parts, tracer=tracer)
        worker.heartbeat = Heartbeat(worker.parts, worker.lease, worker.writer)
        return worker

    return make


def record(worker: Any, who: str, at: datetime, *names: str, event: str = "Exact", key: str = "") -> None:
    """What a trail delivers."""
    writes = tuple(
        RecordedWrite(
            RecordedChange(who, "", event, "s3.amazonaws.com", f"{who} {name} {at}", at, "192.0.2.1"),
            urn_of(name).account,
            urn_of(name).region,
            Means.CLI,
            "",
            names=(("bucket", name),),
            key=key,
        )
        for name in names or ("one",)
    )
    batch = TrailBatch("trail", Counts(), writes=writes)
    worker.ledger.visitor().permission_use().put_uses(batch, worker.parts.clock.now())


def beat(worker: Any, seconds: float = 60) -> None:
    worker.world.pass_time(seconds)
    worker.heartbeat.beat()


def found(worker: Any, **options: Any) -> list[FindingRecord]:
    return list(worker.ledger.findings(include_accepted=True, **options))


def made_by(worker: Any) -> list[str]:
    answers = [each.attribution for each in found(worker)]
    return [each.change.principal if isinstance(each, Attribution) else str(each and each.reason) for each in answers]


def told(worker: Any, kind: str) -> list[str]:
    return [each.title for each in worker.world.alerts if each.kind == kind]


def break_one(worker: Any, name: str = "one") -> datetime:
    worker.world.actual[name]["Locked"] = False
    now: datetime = worker.parts.clock.now()
    return now


def test_who_did_it_is_told_with_the_difference_where_it_is_known(work: Start) -> None:
    worker = work()
    record(worker, "eve", break_one(worker))
    beat(worker)
    assert made_by(worker) == ["eve"]
    (title,) = told(worker, "drift")
    assert title.startswith("drifted: changed by eve at ")
    (alert,) = [each for each in worker.world.alerts if each.kind == "drift"]
    assert alert.details["attribution"]["change"]["principal"] == "eve"
    assert told(worker, "attribution") == []


def test_who_did_it_is_told_once_when_it_is_recorded_later(work: Start) -> None:
    worker = work()
    at = break_one(worker)
    beat(worker)
    assert made_by(worker) == ["not delivered yet"]
    assert told(worker, "drift") == ["drifted"]
    record(worker, "eve", at)
    worker.world.pass_time(6)
    worker.heartbeat.work()
    assert made_by(worker) == ["eve"], "between two beats"
    beat(worker)
    (title,) = told(worker, "attribution")
    assert title.startswith("drifted: changed by eve at ")


def test_what_is_found_between_two_beats_is_asked_about_at_once(work: Start) -> None:
    worker = work()
    beat(worker)
    record(worker, "eve", break_one(worker))
    worker.parts.hints.look_again(urn_of("one"))
    worker.world.pass_time(1)
    worker.heartbeat.work()
    assert made_by(worker) == ["eve"]


def test_without_a_trail_nobody_asks(start: Start) -> None:
    worker = start(Mode.AUDIT)
    break_one(worker)
    beat(worker)
    assert made_by(worker) == ["None"]


def test_a_change_that_is_recorded_late_is_a_better_answer_until_it_settles(work: Start) -> None:
    worker = work()
    at = break_one(worker)
    record(worker, "eve", at, event="Likely")
    beat(worker)
    record(worker, "ana", at + timedelta(seconds=5))
    beat(worker)
    assert made_by(worker) == ["ana"]
    beat(worker, 3700)
    record(worker, "bob", at + timedelta(seconds=7))
    beat(worker)
    assert made_by(worker) == ["ana"]
    (title,) = told(worker, "attribution")
    assert title.startswith("drifted: changed by ana at "), "whoever heard another name hears this one"


def test_who_began_the_session_is_told_once_it_is_recorded(work: Start) -> None:
    worker = work()
    record(worker, "eve", break_one(worker), key="ASIA1")
    beat(worker)
    origin = SessionOrigin("ana", worker.parts.clock.now(), ("ana",))
    batch = TrailBatch("trail", Counts(sessions={"ASIA1": origin}))
    worker.ledger.visitor().permission_use().put_uses(batch, worker.parts.clock.now())
    beat(worker)
    (known,) = found(worker)
    assert isinstance(known.attribution, Attribution)
    assert known.attribution.chain == ("ana",)
    assert told(worker, "attribution") == []


def test_what_was_known_stays_known_when_a_worse_answer_comes(work: Start) -> None:
    worker = work()
    at = break_one(worker)
    record(worker, "eve", at)
    beat(worker)
    record(worker, "bob", at + timedelta(seconds=5), event="Likely")
    beat(worker)
    assert made_by(worker) == ["eve"]


def test_another_value_is_another_question(work: Start) -> None:
    worker = work()
    record(worker, "eve", break_one(worker))
    beat(worker)
    worker.world.actual["one"] = {"Locked": True}
    beat(worker)
    (closed,) = worker.ledger.findings(include_closed=True)
    assert closed.attribution.change.principal == "eve", "it is still told of what is over"
    at = break_one(worker)
    beat(worker)
    assert made_by(worker) == ["eve"], "nothing else is recorded yet"
    record(worker, "bob", at)
    beat(worker)
    assert made_by(worker) == ["bob"]


def test_it_survives_the_end_of_the_program(work: Start) -> None:
    worker = work()
    break_one(worker, "two")
    record(worker, "eve", break_one(worker))
    beat(worker)
    worker.stop()
    again = work()
    assert made_by(again) == ["eve", "not delivered yet"]
    record(again, "ana", again.parts.clock.now() - timedelta(minutes=2), "two")
    beat(again)
    assert made_by(again) == ["eve", "ana"]


def test_why_nobody_is_named_is_asked_a_few_times_then_seldom(work: Start, tracer: Tracer) -> None:
    worker = work()
    break_one(worker)
    beat(worker)
    often = 2 + len(PAUSES)  # with the alert, and once at first
    for _ in range(60):
        beat(worker)
    assert len(tracer.questions) == often
    worker.world.pass_time(LATER.total_seconds())
    worker.heartbeat.beat()
    assert len(tracer.questions) == often + 1, "the reason may be another one by now"


def test_only_what_more_was_recorded_of_is_asked_about_again(work: Start, tracer: Tracer) -> None:
    worker = work()
    at = break_one(worker)
    break_one(worker, "two")
    for _ in range(60):
        beat(worker)
    tracer.questions.clear()
    record(worker, "somebody", worker.parts.clock.now(), "elsewhere")
    beat(worker)
    assert tracer.questions == []
    record(worker, "eve", at, "two")
    beat(worker)
    assert [each.urn for each in tracer.questions] == [urn_of("two")]
    assert made_by(worker) == ["not delivered yet", "eve"]


def test_what_was_recorded_while_nothing_ran_is_gone_through_then(work: Start, tracer: Tracer) -> None:
    worker = work()
    at = break_one(worker)
    for _ in range(60):
        beat(worker)
    worker.stop()
    again = work()
    record(again, "eve", at)
    beat(again)
    assert made_by(again) == ["eve"]


def test_many_recorded_changes_are_gone_through_by_and_by(work: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MOST_RECORDED", 2)
    worker = work()
    at = break_one(worker)
    for _ in range(60):
        beat(worker)
    for number in range(3):
        record(worker, "somebody", at, f"other-{number}")
    record(worker, "eve", at)
    beat(worker)
    assert made_by(worker) == ["not delivered yet"]
    beat(worker)
    assert made_by(worker) == ["eve"]


def test_of_many_all_are_told(work: Start) -> None:
    worker = work()
    names = [f"bucket-{number:03}" for number in range(450)]
    worker.world.declared |= {name: {"Locked": True} for name in names}
    worker.world.actual |= {name: {"Locked": False} for name in names}
    record(worker, "eve", worker.parts.clock.now(), *names)
    beat(worker)
    assert made_by(worker) == ["eve"] * 450
