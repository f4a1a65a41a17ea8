"""Waivers and the baseline over a small world and a real ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.model.remediation import Mode, RemediationState
from setpoint.model.waiver import Waiver

Start = Callable[..., Any]
START = datetime(2026, 1, 1, tzinfo=UTC)


def waive(worker: Any, days: float, **changes: str) -> Waiver:
    now = worker.world.now
    plain = Waiver("", "*:one", "*", "*", "known", "team", "", now, now + timedelta(days=days))
    entered: Waiver = worker.ledger.visitor().add_waiver(replace(plain, **changes))  # type: ignore[arg-type]  # texts
    return entered


def open_ones(worker: Any) -> list[str]:
    return [each.finding.urn.identifier for each in worker.ledger.findings()]


def test_a_waived_difference_is_no_finding_and_is_left_alone(world: Any, start: Start) -> None:
    worker = start()
    waive(worker, 30)
    for name in ("one", "two"):
        world.actual[name]["Locked"] = False
    worker.heartbeat.beat()
    assert world.actual["one"] == {"Locked": False}
    assert world.actual["two"] == {"Locked": True}
    (_, decision), *_ = [each for each in worker.ledger.decisions() if each[1].subject.identifier == "one"]
    assert (decision.effect, decision.waivers) == ("none", ("w1",))
    assert worker.ledger.waivers()[0].last_matched is not None


def test_an_expired_waiver_counts_nowhere_from_that_second(world: Any, start: Start) -> None:
    worker = start()
    waive(worker, 1)
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    world.pass_time(86400 - 1)
    worker.heartbeat.beat()
    assert worker.ledger.remediations() == []
    world.pass_time(1)
    worker.heartbeat.beat()
    assert [each.state for each in worker.ledger.remediations()] == [RemediationState.VERIFIED]


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "expired"])
def test_the_end_of_a_waiver_is_nothing_that_production_showed(world: Any, start: Start, ended: bool) -> None:
    worker = start(Mode.AUDIT)
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    before = worker.ledger.signals("", since=START)
    assert len(before) == 1
    waive(worker, 1)
    assert worker.heartbeat.beat().closed == 1
    if ended:
        worker.ledger.visitor().end_waiver("w1", "me", world.now)
    else:
        world.pass_time(86400)
    assert worker.heartbeat.beat().opened == 1
    assert worker.ledger.signals("", since=START) == before
    assert [each.times_opened for each in worker.ledger.findings()] == [1]
    assert [each.title for each in world.alerts if each.kind == "drift"] == ["drifted", "drifted (no longer accepted)"]


def test_ending_a_waiver_and_entering_one_look_again_at_what_it_is_about_only(world: Any, start: Start) -> None:
    worker = start()
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    waive(worker, 30)
    assert worker.heartbeat.beat().examined == 1
    worker.ledger.visitor().end_waiver("w1", "me", world.now)
    assert worker.heartbeat.beat().examined == 1


def test_a_waiver_of_another_rule_does_not_cover(world: Any, start: Start) -> None:
    worker = start()
    waive(worker, 30, policy="drift/missing")
    del world.actual["one"]
    worker.heartbeat.beat()
    assert open_ones(worker) == []
    worker.ledger.visitor().end_waiver("w1", "me", world.now)
    waive(worker, 30, policy="exposure/*")
    worker.heartbeat.beat()
    assert open_ones(worker) == ["one"]


def test_an_expiring_and_an_idle_waiver_are_told_once(world: Any, start: Start) -> None:
    worker = start()
    waive(worker, 37)
    told = [each.title for each in world.alerts]
    for day in range(38):
        worker.heartbeat.beat()
        told = [each.title for each in world.alerts if each.kind == "waiver"]
        assert len(told) == (0 if day < 30 else 2)
        world.pass_time(86400)
    assert "has matched nothing for 30 days" in " ".join(told)
    assert "expires at" in " ".join(told)
