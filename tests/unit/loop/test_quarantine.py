"""A quarantine led from step to step: by a loop, by nobody but who asked, and by whoever comes after a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.loop.conftest import Worker, World

from setpoint.act.interface import ActionError
from setpoint.compare.identity.confinement import ConfinementByEvaluation
from setpoint.errors import ConflictError, LedgerError, TemporaryError
from setpoint.loop import instructions
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.looking import LookingObserver
from setpoint.loop.parts import Parts
from setpoint.loop.quarantine_alone import QuarantineAlone
from setpoint.loop.settings import LoopSettings
from setpoint.model.canonical import Json
from setpoint.model.order import OrderKind
from setpoint.model.quarantine import (
    ACCESS_KEYS,
    DENY_POLICY,
    POLICY_NAMES,
    QUARANTINE,
    made_in_part,
    quarantine_plan,
    quarantine_urn,
)
from setpoint.model.remediation import Mode, Plan, Remediation, RemediationState
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn
from setpoint.store.ledger.opening import open_ledger

ARN = "arn:aws:iam::111122223333:user/ana"
ANA = quarantine_urn(ARN)
AS_FOUND: dict[str, Json] = {ACCESS_KEYS: {"AKIA1": "Active", "AKIA2": "Inactive"}}


class Died(BaseException):
    """The program was killed."""


@dataclass
class Ana:
    """A user in memory."""

    state: dict[str, Json] = field(default_factory=lambda: dict(AS_FOUND))
    exists: bool = True
    unread: str = ""
    before_apply: Callable[[Plan], None] = lambda _plan: None
    after_apply: Callable[[Plan], None] = lambda _plan: None

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        if self.unread:
            return Unread(urn, self.unread)
        return Resource(urn, dict(self.state), "memory") if self.exists else Absent(urn)

    def plan(self, *_: Any) -> Any:
        raise NotImplementedError

    def apply(self, plan: Plan) -> None:
        self.before_apply(plan)
        for change in plan.changes:
            self.state[change.path] = change.after
            if change.after is None:
                del self.state[change.path]
        self.after_apply(plan)

    @property
    def is_quarantined(self) -> bool:
        keys = self.state[ACCESS_KEYS].values()
        return POLICY_NAMES.keys() <= self.state.keys() and set(keys) == {"Inactive"}


@pytest.fixture
def ana() -> Ana:
    return Ana()


def parts_of(worker: Worker, ana: Ana) -> Parts:
    observer = LookingObserver(worker.world, QUARANTINE, ana.look)
    return replace(worker.parts, observer=observer, reverter=ana, confinement=ConfinementByEvaluation())


@pytest.fixture
def begin(start: Callable[..., Worker], ana: Ana) -> Callable[..., Worker]:
    """A worker that knows the user, in mode audit unless told otherwise."""

    def make(mode: Mode = Mode.AUDIT, **settings: Any) -> Worker:
        worker = start(mode, **settings)
        worker.parts = parts_of(worker, ana)
        worker.heartbeat = Heartbeat(worker.parts, worker.lease, worker.writer)
        return worker

    return make


def ask(parts: Parts, ana: Ana) -> Remediation:
    seen = ana.look(ANA)
    assert isinstance(seen, Resource)
    known = parts.ledger.remediations(scope=parts.settings.scope, urn=ANA)
    plan = quarantine_plan(seen, parts.clock.now(), ("iam:PutUserPolicy",), made_in_part(known))
    return parts.ledger.visitor().request(parts.settings.scope, ANA, "", plan, "asked", "ana@host", parts.clock.now())


def last(parts: Parts) -> Remediation:
    return parts.ledger.remediations(scope=parts.settings.scope, urn=ANA)[-1]


def test_a_person_is_obeyed_in_every_mode_and_everything_is_as_it_was_after_a_lift(
    begin: Callable[..., Worker], ana: Ana
) -> None:
    worker = begin(Mode.AUDIT)
    ask(worker.parts, ana)
    worker.settle()
    assert ana.is_quarantined
    assert last(worker.parts).state is RemediationState.VERIFIED

    ledger = worker.ledger
    instructions.order_about(last(worker.parts), OrderKind.UNDO, "ana@host", "over", ledger, ledger.visitor())
    worker.settle()
    assert ana.state == AS_FOUND
    assert last(worker.parts).state is RemediationState.UNDONE


@pytest.mark.parametrize("at", [DENY_POLICY, "SessionPolicy", ACCESS_KEYS])
@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_comes_after_a_crash_finishes_it(begin: Callable[..., Worker], ana: Ana, at: str, when: str) -> None:
    def die(plan: Plan) -> None:
        if plan.changes[0].path == at:
            raise Died

    setattr(ana, f"{when}_apply", die)
    worker = begin()
    ask(worker.parts, ana)
    with pytest.raises(Died):
        worker.settle()
    worker.stop()
    setattr(ana, f"{when}_apply", lambda _plan: None)

    heir = begin()
    heir.heartbeat.beat()
    heir.settle()
    assert ana.is_quarantined
    assert last(heir.parts).state is RemediationState.VERIFIED
    instructions.order_about(last(heir.parts), OrderKind.UNDO, "a", "over", heir.ledger, heir.ledger.visitor())
    heir.settle()
    assert ana.state == AS_FOUND


def test_every_step_is_written_down_before_it_is_done(begin: Callable[..., Worker], ana: Ana) -> None:
    worker, written = begin(), list[list[Json]]()

    def look(_plan: Plan) -> None:
        rows = [each for each in worker.ledger.audit() if each.action == "quarantine step"]
        written.append([each.details["sets"] for each in rows])

    ana.before_apply = look
    ask(worker.parts, ana)
    worker.settle()
    assert [each[-1] for each in written] == [DENY_POLICY, "SessionPolicy", ACCESS_KEYS]


def test_a_pause_holds_it_back_until_it_ends(begin: Callable[..., Worker], ana: Ana) -> None:
    worker = begin()
    instructions.pause("ana", "hands off", worker.ledger, worker.ledger.visitor())
    ask(worker.parts, ana)
    worker.settle()
    assert ana.state == AS_FOUND
    instructions.resume("ana", "go on", worker.ledger, worker.ledger.visitor())
    worker.settle()
    assert ana.is_quarantined


def test_a_key_that_was_made_meanwhile_is_taken_in(begin: Callable[..., Worker], ana: Ana) -> None:
    worker = begin()
    ask(worker.parts, ana)
    ana.state[ACCESS_KEYS] = {"AKIA2": "Inactive", "AKIA3": "Active"}
    worker.settle()
    assert ana.is_quarantined
    states = [each.state for each in worker.ledger.remediations(scope=worker.parts.settings.scope, urn=ANA)]
    assert states == [RemediationState.FAILED, RemediationState.VERIFIED]


def test_what_failed_half_way_is_told_can_be_lifted_and_asked_for_again(begin: Callable[..., Worker], ana: Ana) -> None:
    def refuse(plan: Plan) -> None:
        if plan.changes[0].path == "SessionPolicy":
            raise ActionError("iam:PutUserPolicy denied")

    worker = begin()
    ana.before_apply = refuse
    ask(worker.parts, ana)
    worker.settle()
    assert last(worker.parts).state is RemediationState.FAILED
    assert any("iam:PutUserPolicy denied" in alert.title for alert in worker.world.alerts)
    assert DENY_POLICY in ana.state, "what was done is not taken back unasked"
    assert set(ana.state[ACCESS_KEYS].values()) == {"Inactive"}, "what can be done is done, whatever else cannot"

    ana.before_apply = lambda _plan: None
    ask(worker.parts, ana)
    worker.settle()
    assert ana.is_quarantined
    instructions.order_about(last(worker.parts), OrderKind.UNDO, "a", "over", worker.ledger, worker.ledger.visitor())
    worker.settle()
    assert ana.state == AS_FOUND, "the second goes back to what the first found"


def test_what_failed_half_way_is_taken_back_by_a_lift(begin: Callable[..., Worker], ana: Ana) -> None:
    def refuse(plan: Plan) -> None:
        if plan.changes[0].path == ACCESS_KEYS:
            raise ActionError("iam:UpdateAccessKey denied")

    worker = begin()
    ana.before_apply = refuse
    ask(worker.parts, ana)
    worker.settle()
    instructions.order_about(last(worker.parts), OrderKind.UNDO, "a", "over", worker.ledger, worker.ledger.visitor())
    ana.before_apply = lambda _plan: None
    worker.settle()
    assert ana.state == AS_FOUND


def test_what_may_work_later_is_tried_again(begin: Callable[..., Worker], ana: Ana) -> None:
    times = iter([True, True, False, False, False])

    def busy(_plan: Plan) -> None:
        if next(times):
            raise TemporaryError("iam:PutUserPolicy throttled")

    worker = begin()
    ana.before_apply = busy
    ask(worker.parts, ana)
    worker.settle()
    assert ana.is_quarantined


def test_what_is_not_seen_to_hold_has_failed(begin: Callable[..., Worker], ana: Ana) -> None:
    def allow_again(_plan: Plan) -> None:
        ana.state.pop(DENY_POLICY, None)

    worker = begin()
    ana.after_apply = allow_again
    ask(worker.parts, ana)
    worker.settle()
    found = last(worker.parts)
    assert found.state is RemediationState.FAILED
    assert "DenyPolicy is not as it was set" in found.reason


def test_who_was_deleted_is_told(begin: Callable[..., Worker], ana: Ana) -> None:
    worker = begin()
    ask(worker.parts, ana)
    ana.exists = False
    worker.settle()
    assert (last(worker.parts).state, last(worker.parts).reason) == (
        RemediationState.FAILED,
        "it does not exist any more",
    )


def test_nobody_is_quarantined_twice(begin: Callable[..., Worker], ana: Ana) -> None:
    worker = begin()
    ask(worker.parts, ana)
    with pytest.raises(ConflictError, match="is planned"):
        ask(worker.parts, ana)
    worker.settle()
    with pytest.raises(ConflictError, match="is verified"):
        ask(worker.parts, ana)


def test_a_visitor_asks_and_does_nothing(begin: Callable[..., Worker], ana: Ana) -> None:
    worker = begin()
    asked = ask(worker.parts, ana)
    with pytest.raises(LedgerError, match="take the lease"):
        worker.ledger.visitor().advance(asked, RemediationState.APPLYING, "at once", worker.parts.clock.now())


def test_without_a_loop_whoever_asked_carries_it_out(world: World, tmp_path: Path, ana: Ana) -> None:
    worker = Worker(world, tmp_path / "ledger.sqlite", LoopSettings(retry_after=1.0, verify_for=30.0))
    parts = parts_of(worker, ana)
    worker.ledger.release(worker.lease)
    alone = QuarantineAlone(parts, sleep=world.pass_time)
    done = alone.see_through(ask(parts, ana))
    assert (done.state, ana.is_quarantined) == (RemediationState.VERIFIED, True)
    order = instructions.order_about(done, OrderKind.UNDO, "ana@host", "over", worker.ledger, worker.ledger.visitor())
    assert alone.lift(done, order).state is RemediationState.UNDONE
    assert ana.state == AS_FOUND
    worker.ledger.close()


def test_while_a_loop_has_the_lease_it_is_waited_for(begin: Callable[..., Worker], ana: Ana, tmp_path: Path) -> None:
    worker = begin()
    beside = replace(worker.parts, ledger=open_ledger(str(tmp_path / "ledger.sqlite")))

    def wait(seconds: float) -> None:
        worker.world.pass_time(seconds)
        worker.heartbeat.work()

    done = QuarantineAlone(beside, sleep=wait).see_through(ask(beside, ana))
    assert (done.state, ana.is_quarantined) == (RemediationState.VERIFIED, True)
    beside.ledger.close()


def test_what_takes_too_long_is_told_as_it_is(begin: Callable[..., Worker], ana: Ana, tmp_path: Path) -> None:
    worker = begin()
    beside = replace(worker.parts, ledger=open_ledger(str(tmp_path / "ledger.sqlite")))
    asked = QuarantineAlone(beside, sleep=worker.world.pass_time).see_through(ask(beside, ana))
    assert (asked.state, ana.state) == (RemediationState.PLANNED, AS_FOUND)
    beside.ledger.close()
