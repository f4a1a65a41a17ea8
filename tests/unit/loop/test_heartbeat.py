"""The heartbeat over a small world and a real ledger: what it concludes, what it remembers, what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.act.interface import ActionError
from setpoint.errors import FencedError, TemporaryError
from setpoint.model.drift import DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, Plan, RemediationState
from setpoint.model.snapshot import Extent

Start = Callable[..., Any]


def states(worker: Any) -> list[RemediationState]:
    return [each.state for each in worker.ledger.remediations()]


def open_rules(worker: Any) -> list[tuple[str, str]]:
    return sorted((each.finding.urn.identifier, each.finding.rule) for each in worker.ledger.findings())


def test_a_quiet_world_is_examined_once(start: Start) -> None:
    worker = start()
    first, second = worker.heartbeat.beat(), worker.heartbeat.beat()
    assert (first.observed, first.examined, first.opened) == (2, 2, 0)
    assert (second.observed, second.examined, second.opened) == (2, 0, 0)
    assert not second.could_not_tell()


def test_only_what_changed_is_examined_again(world: Any, start: Start) -> None:
    worker = start(Mode.AUDIT)
    worker.heartbeat.beat()
    world.actual["two"]["Locked"] = False
    assert worker.heartbeat.beat().examined == 1
    assert open_rules(worker) == [("two", "drift/changed")]


def test_a_changed_policy_examines_everything_again(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    worker.stop()
    world.policy_version = "2"
    assert start().heartbeat.beat().examined == 2


def test_what_is_remembered_survives_a_restart(start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    worker.stop()
    assert start().heartbeat.beat().examined == 0


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


def test_missing_is_escalated_once_and_again_when_it_happens_again(world: Any, start: Start) -> None:
    worker = start()
    gone = world.actual.pop("one")
    worker.heartbeat.beat()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.ESCALATED]
    world.actual["one"] = gone
    world.pass_time(60)
    worker.heartbeat.beat()
    assert open_rules(worker) == []
    del world.actual["one"]
    world.pass_time(60)
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.ESCALATED, RemediationState.ESCALATED]


@pytest.mark.parametrize("extent", [Extent.PARTIAL, Extent.NONE])
def test_what_was_not_read_is_never_missing(world: Any, start: Start, extent: Extent) -> None:
    worker = start()
    worker.heartbeat.beat()
    world.extent = extent
    world.unreadable = {"one"}
    report = worker.heartbeat.beat()
    assert open_rules(worker) == []
    assert report.could_not_tell()


def test_an_unmanaged_entity_is_alerted_and_forgotten_when_it_goes(world: Any, start: Start) -> None:
    worker = start()
    world.actual["stranger"] = {"Locked": False}
    worker.heartbeat.beat()
    assert open_rules(worker) == [("stranger", "drift/unmanaged")]
    assert states(worker) == []
    world.extent = Extent.PARTIAL
    del world.actual["stranger"]
    worker.heartbeat.beat()
    assert open_rules(worker) == [("stranger", "drift/unmanaged")], "a partly read area cannot tell that it went"
    world.extent = Extent.WHOLE
    worker.heartbeat.beat()
    assert open_rules(worker) == []


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
    world.observe = lambda: (world.unreadable.clear(), list(observe()), world.unreadable.add("one"))[1]
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == []
    world.observe, world.look = observe, look
    world.unreadable = set()
    worker.heartbeat.beat()
    worker.settle()
    assert states(worker) == [RemediationState.VERIFIED]


def test_a_worker_that_lost_its_lease_writes_nothing(world: Any, start: Start) -> None:
    old = start()
    old.heartbeat.beat()
    world.pass_time(old.parts.settings.lease_for + 1)
    old.ledger.release(old.heartbeat.lease)
    new = start()
    new.heartbeat.beat()
    world.actual["one"]["Locked"] = False
    with pytest.raises(FencedError):
        old.heartbeat.beat()
    assert world.written == []
    assert open_rules(new) == []
