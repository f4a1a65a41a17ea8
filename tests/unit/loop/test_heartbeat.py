"""The heartbeat over a small world and a real ledger: what it concludes, what it remembers, what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from setpoint.act.interface import ActionError
from setpoint.errors import CouldNotTellError, Error, FencedError, InputError, TemporaryError
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, Plan, RemediationState
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn

Start = Callable[..., Any]
AREA = Area.of(Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "any"))


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


def test_what_nobody_declares_any_more_and_has_gone_is_let_go(world: Any, start: Start) -> None:
    world.lag = 1000
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.VERIFYING]
    del world.actual["one"], world.declared["one"]
    worker.heartbeat.beat()
    worker.settle()
    (remediation,) = worker.ledger.remediations()
    assert remediation.state is RemediationState.FAILED
    assert remediation.reason == "void: it is neither declared nor there any more"
    assert open_rules(worker) == []
    signals = worker.ledger.signals("", since=world.clock().now().replace(year=2000))
    assert [each.kind for each in signals] == ["drift"], "nothing failed"


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


def test_a_beat_that_was_interrupted_says_what_it_did_not_see(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    del world.actual["one"]
    worker.heartbeat._parts = replace(worker.parts, stopping=lambda: True)
    report = worker.heartbeat.beat()
    assert report.could_not_tell()
    assert open_rules(worker) == [], "half a beat cannot tell what is missing"
    (area,) = worker.ledger.beats(limit=1)[0].coverage
    assert (area.extent, area.reasons) == (Extent.PARTIAL, ("the heartbeat was interrupted",))


def test_what_is_declared_where_nobody_looks_is_not_clean(world: Any, start: Start) -> None:
    world.areas = lambda *_wanted: []
    world.observe = lambda *_wanted: iter(())
    report = start().heartbeat.beat()
    assert report.could_not_tell()
    (area,) = report.observed_areas
    assert (area.extent, area.reasons) == (Extent.NONE, ("declared, but not in an account and region that are read",))


@pytest.mark.parametrize("error", [InputError("this is not JSON", where="state:1"), CouldNotTellError("AWS is silent")])
def test_after_a_beat_that_came_to_nothing_nothing_is_known(world: Any, start: Start, error: Error) -> None:
    worker = start()

    def refuse() -> str:
        raise error

    fingerprint, world.fingerprint = world.fingerprint, refuse
    with pytest.raises(type(error)):
        worker.heartbeat.beat()
    assert worker.ledger.beats() == [], "production was never looked at"
    world.fingerprint = fingerprint
    worker.heartbeat.beat()
    world.fingerprint = refuse
    with pytest.raises(type(error)):
        worker.heartbeat.beat()
    (area,) = worker.ledger.beats(limit=1)[0].coverage
    assert (area.extent, area.reasons) == (Extent.NONE, (error.diagnostics(),))


def test_the_lease_is_kept_while_a_long_reading_finds_nothing_new(world: Any, start: Start) -> None:
    worker = start()
    worker.heartbeat.beat()
    observe = world.observe

    def slowly(*wanted: Any) -> Iterator[Any]:
        for _ in range(10):
            world.pass_time(20)
            yield AreaCoverage(AREA, Extent.PARTIAL)
        yield from observe(*wanted)

    world.observe = slowly
    worker.heartbeat.beat()
    assert worker.heartbeat.lease.expires_at > world.now


def test_two_scopes_of_a_ledger_keep_to_themselves(world: Any, start: Start) -> None:
    world.lag = 1000
    world.actual["one"]["Locked"] = False
    ours = start()
    ours.heartbeat.beat()
    (remediation,) = ours.ledger.remediations()
    declared, world.declared = world.declared, {}
    theirs = start(scope="theirs")
    report = theirs.heartbeat.beat()
    assert report.remediations == []
    assert ours.ledger.remediations(scope="default") == [remediation]
    assert ours.ledger.findings(scope="default")[0].closed_at is None
    assert [each.finding.rule for each in ours.ledger.findings(scope="theirs")] == ["drift/unmanaged"] * 2
    assert [each.resources for each in ours.ledger.beats(scope="default")] == [2]
    world.declared = declared
    ours.settle()
    assert [each.finding.rule for each in ours.ledger.findings(scope="theirs")] == ["drift/unmanaged"] * 2


class _Killed(BaseException):
    """The worker dies here."""


def _left_while_applying(world: Any, start: Start) -> None:
    """A worker that died before its change was made."""

    def die(_plan: Plan) -> None:
        raise _Killed

    world.actual["one"]["Locked"] = False
    world.before_apply = die
    worker = start()
    with pytest.raises(_Killed):
        worker.heartbeat.beat()
    assert states(worker) == [RemediationState.APPLYING]
    worker.stop()
    world.before_apply = lambda _plan: None


def test_a_plan_is_void_once_something_else_is_declared(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    world.declared["one"]["Locked"] = "for people"
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED, RemediationState.VERIFIED]
    assert [plan.changes[0].after for plan in world.written] == ["for people"]


def test_a_plan_is_void_once_nobody_declares_the_entity(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    del world.declared["one"]
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED]
    assert world.written == []


def test_a_plan_is_void_once_policy_only_alerts(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    world.effects[DriftKind.CHANGED] = Effect.ALERT
    world.policy_version = "2"
    worker = start()
    worker.heartbeat.beat()
    assert states(worker) == [RemediationState.FAILED]
    assert world.written == []


def test_what_enforcing_left_behind_is_not_applied_in_audit(world: Any, start: Start) -> None:
    _left_while_applying(world, start)
    worker = start(Mode.AUDIT)
    worker.heartbeat.beat()
    worker.settle()
    assert world.written == []
    (remediation,) = worker.ledger.remediations()
    assert remediation.reason == "void: in mode audit nothing is changed"
    worker.stop()
    start(Mode.ENFORCE).heartbeat.beat()
    assert world.actual["one"] == {"Locked": True}


def test_the_command_that_helps_is_safe_to_paste(world: Any, start: Start) -> None:
    world.actual["stranger"] = {"Tags": [{"Key": "service", "Value": "x; rm -r ~"}]}
    start().heartbeat.beat()
    assert [each.helps for each in world.alerts] == ["setpoint findings --service 'x; rm -r ~'"]


def test_only_whom_the_policies_say_something_else_of_is_examined_again(world: Any, start: Start) -> None:
    for name, service in (("one", "shop"), ("two", "payments")):
        world.declared[name]["Tags"] = world.actual[name]["Tags"] = [{"Key": "service", "Value": service}]
    worker = start()
    assert worker.heartbeat.beat().examined == 2
    worker.stop()
    world.policy_versions = {"shop": "an override"}
    worker = start()
    assert worker.heartbeat.beat().examined == 1
    assert worker.heartbeat.beat().examined == 0


def test_a_difference_from_which_nothing_is_to_follow_is_found_and_told_to_nobody(world: Any, start: Start) -> None:
    world.effects[DriftKind.CHANGED] = Effect.NONE
    world.actual["one"]["Locked"] = False
    worker = start()
    worker.heartbeat.beat()
    assert open_rules(worker) == [("one", "drift/changed")]
    assert (world.alerts, states(worker)) == ([], [])
