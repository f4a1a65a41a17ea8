"""The heartbeat over a small world and a real ledger: what it examines, concludes and remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.loop.outcomes import open_rules, states

from setpoint.errors import CouldNotTellError, Error, FencedError, InputError
from setpoint.model.drift import DriftKind
from setpoint.model.policy import Effect
from setpoint.model.remediation import Mode, RemediationState
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn

Start = Callable[..., Any]
AREA = Area.of(Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "any"))


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
