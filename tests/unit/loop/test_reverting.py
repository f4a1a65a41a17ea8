"""From a drift to its verified revert, over a small world: what is waited for, tried again, or handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.unit.loop.outcomes import open_rules, states

from setpoint.act.interface import ActionError
from setpoint.errors import TemporaryError
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, Plan, RemediationState

Start = Callable[..., Any]


def test_audit_changes_nothing_and_enforcing_later_looks_again(world: Any, start: Start) -> None:
    world.actual["one"]["Locked"] = False
    worker = start(Mode.AUDIT)
    worker.heartbeat.beat()
    assert world.written == []
    assert states(worker) == []
    worker.stop()
    enforcing = start(Mode.ENFORCE)
    enforcing.heartbeat.beat()
    assert states(enforcing) == [RemediationState.VERIFIED]
    assert world.actual["one"] == {"Locked": True}


def test_drift_is_reverted_verified_and_its_finding_closed(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    world.actual["one"]["Locked"] = False
    report = worker.heartbeat.beat()
    assert [each.state for each in report.remediations] == [RemediationState.VERIFIED]
    assert (report.opened, report.closed, report.open_findings) == (1, 1, 0)
    assert [each.kind for each in world.alerts] == ["drift", "remediation"]


def test_a_provider_that_is_slow_to_show_a_change_is_waited_for(world: Any, start: Start) -> None:
    world.lag = 3
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.VERIFYING]
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]
    assert len(world.written) == 1


def test_a_clock_that_leaps_ends_no_wait_for_a_change(world: Any, start: Start) -> None:
    world.lag = 3
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    world.clock_ahead = 2 * 86400.0
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]
    worker.heartbeat.beat()
    assert [each.action for each in worker.ledger.audit()].count("clock jumped ahead") == 1


def test_a_change_that_never_shows_fails_and_goes_to_a_person(world: Any, start: Start) -> None:
    world.lag = 1000
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.ESCALATED]
    assert "still not as declared 30 s after the change" in worker.ledger.remediations()[0].reason
    signals = worker.ledger.signals("", since=world.clock().now().replace(year=2000))
    assert [each.kind for each in signals] == ["drift", "failed remediation"]
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.ESCALATED], "a person has it: it is not tried again"


def test_not_now_is_tried_again_and_not_ever_is_not(world: Any, start: Start) -> None:
    refusals = [TemporaryError("s3:PutBucket throttled"), TemporaryError("s3:PutBucket throttled")]

    def sometimes(_plan: Plan) -> None:
        if refusals:
            raise refusals.pop()

    world.before_apply = sometimes
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]

    def never(_plan: Plan) -> None:
        raise ActionError("s3:PutBucket denied", remedy="allow it")

    world.before_apply = never
    world.actual["two"]["Locked"] = False
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED, RemediationState.ESCALATED]


def test_what_cannot_be_reverted_says_so_and_goes_to_a_person(world: Any, start: Start) -> None:
    world.declared["one"]["Frozen"] = 1
    worker = start()
    worker.heartbeat.beat()
    (remediation,) = worker.ledger.remediations()
    assert remediation.state is RemediationState.ESCALATED
    assert remediation.reason == "not revertable: Frozen cannot be changed"


def test_policy_that_only_alerts_reverts_nothing(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.ALERT
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == []
    assert world.actual["one"] == {"Locked": False}


def test_an_entity_that_cannot_be_looked_at_is_not_forgotten(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    world.actual["one"]["Locked"] = False
    look, world.look = world.look, lambda urn: type(world).look(world, urn)
    world.unreadable = {"one"}
    observe = world.observe
    world.observe = lambda *wanted: (
        world.unreadable.clear(),
        list(observe(*wanted)),
        world.unreadable.add("one"),
    )[1]
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == []
    world.observe, world.look = observe, look
    world.unreadable = set()
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]


def test_a_change_that_the_provider_puts_off_for_long_is_not_planned_twice(world: Any, start: Start) -> None:
    busy = [TemporaryError("rds:ModifyDBInstance failed (InvalidDBInstanceState)", delay=60.0) for _ in range(3)]

    def later(_plan: Plan) -> None:
        if busy:
            raise busy.pop()

    world.before_apply = later
    world.actual["one"]["Locked"] = False
    worker = start()
    for _ in range(4):
        worker.heartbeat.beat()
        world.pass_time(60)
    assert states(worker) == [RemediationState.VERIFIED]


def test_a_revert_is_seen_to_be_done_beside_values_that_nobody_declared(world: Any, start: Start) -> None:
    compare = world.compare

    def with_undeclared(intended: Any, actual: Any) -> Comparison:
        comparison: Comparison = compare(intended, actual)
        beside = Drift(comparison.urn, DriftKind.UNDECLARED, "Locked[extra]", None, "x")
        return replace(comparison, drifts=(*comparison.drifts, beside)) if "one" in comparison.urn else comparison

    world.compare = with_undeclared
    world.effects[DriftKind.UNDECLARED] = Effect.ALERT
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.VERIFIED]
    assert open_rules(worker) == [("one", "drift/undeclared")]
