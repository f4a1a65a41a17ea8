from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from setpoint.errors import LedgerError
from setpoint.model.attribution import Inquiry, RecordedChange, Untold
from setpoint.model.canonical import Unknown, digest
from setpoint.model.remediation import TRANSITIONS, UNFINISHED, Change, Plan, Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.remediations import BEGINNINGS
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]
State = RemediationState
SECOND = timedelta(seconds=1)


def _plan(urn: Urn) -> Plan:
    changes = (
        Change("Encryption", {"kms": [True, None]}, Unknown("not known yet")),
        Change("Tags", [], [{"Key": "a"}]),
    )
    return Plan(urn, changes, precondition="d1", permissions=("s3:PutEncryptionConfiguration",))


def _planned(writer: SqlWriter, urn: Urn, now: datetime, state: State = State.PLANNED) -> Remediation:
    return writer.plan(urn, "payments", _plan(urn), state, "2 properties differ", ["f1", "f2"], now - SECOND, now)


def test_each_step_tells_what_was_before_and_after_but_no_values(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    planned = _planned(writer, bucket("data"), now)
    writer.advance(planned, State.APPLYING, "setting it back", now + SECOND)
    first, second = (row.details for row in ledger.audit() if row.action.startswith("remediation"))
    assert [(each["before"], each["after"]) for each in (first, second)] == [
        (None, "planned"),
        ("planned", "applying"),
    ]
    assert second["reason"] == "setting it back"
    assert first["changes"] == second["changes"]
    plan = _plan(bucket("data"))
    assert [(each["path"], each["before"], each["after"]) for each in first["changes"]] == [
        (change.path, digest(change.before), digest(change.after)) for change in plan.changes
    ]
    assert "kms" not in str(first)


def test_a_planned_remediation_is_kept_whole(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    planned = _planned(writer, bucket("data"), now)
    assert planned == Remediation(
        1,
        bucket("data"),
        "payments",
        State.PLANNED,
        _plan(bucket("data")),
        ("f1", "f2"),
        "2 properties differ",
        detected_at=now - SECOND,
        updated_at=now,
        attempts=0,
    )
    assert ledger.remediations() == [planned]


def test_each_step_is_kept_with_its_reason(ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker) -> None:
    planned = _planned(writer, bucket("data"), now)
    applying = writer.advance(planned, State.APPLYING, "setting back", now + SECOND)
    verifying = writer.advance(applying, State.VERIFYING, "changed", now + 2 * SECOND)
    assert ledger.remediations() == [verifying]
    assert (verifying.attempts, verifying.reason, verifying.plan) == (1, "changed", planned.plan)
    assert ledger.remediation_steps(planned.id) == [
        (now, State.PLANNED, "2 properties differ"),
        (now + SECOND, State.APPLYING, "setting back"),
        (now + 2 * SECOND, State.VERIFYING, "changed"),
    ]
    assert [row.action for row in ledger.audit()][1:] == [
        "remediation planned",
        "remediation applying",
        "remediation verifying",
    ]


def test_a_step_from_a_stale_copy_is_refused(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    planned = _planned(writer, bucket("data"), now)
    applying = writer.advance(planned, State.APPLYING, "setting back", now + SECOND)
    with pytest.raises(LedgerError, match=r"it is 'applying' since .* not 'planned'"):
        writer.advance(planned, State.APPLYING, "setting back", now + 2 * SECOND)
    assert ledger.remediations() == [applying]


def test_a_step_of_an_unknown_remediation_is_refused(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    unknown = Remediation(9, bucket("data"), "payments", State.PLANNED, None, (), "", now, now)
    with pytest.raises(LedgerError, match="no such remediation"):
        writer.advance(unknown, State.APPLYING, "", now)
    assert ledger.remediations() == []


@pytest.mark.parametrize("state", sorted(set(State) - BEGINNINGS))
def test_a_remediation_cannot_begin_in_the_middle(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, state: State
) -> None:
    with pytest.raises(LedgerError, match="cannot begin"):
        _planned(writer, bucket("data"), now, state)
    assert ledger.remediations() == []


def test_without_a_plan_it_can_only_be_escalated(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    with pytest.raises(LedgerError, match="can only be escalated"):
        writer.plan(bucket("data"), "payments", None, State.PLANNED, "why", [], now, now)
    escalated = writer.plan(bucket("data"), "payments", None, State.ESCALATED, "create-only", ["f1"], now, now)
    assert ledger.remediations() == [escalated]
    assert escalated.plan is None


def test_who_caused_it_is_kept_and_asked_for_when_it_is_time(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    untold = Untold("nothing is recorded yet", may_be_told=True)
    asked = Inquiry(("Encryption",), now - SECOND, now, untold, asked=1, ask_at=now + SECOND)
    kept = writer.plan(bucket("data"), "payments", None, State.ESCALATED, "set again", ["f1"], now, now, asked)
    writer.plan(bucket("logs"), "payments", None, State.ESCALATED, "create-only", ["f2"], now, now)
    assert ledger.remediations()[0] == kept
    assert kept.inquiry == asked
    assert ledger.next_inquiry("aws", now) is None
    assert ledger.next_inquiry("other", now + SECOND) is None
    assert ledger.next_inquiry("aws", now + SECOND) == kept
    change = RecordedChange("arn:eve", "arn:role", "PutBucketPolicy", "s3.amazonaws.com", "e1", now, "192.0.2.1")
    answered = writer.answer(kept, asked.answered(change, now + SECOND), now + SECOND)
    assert ledger.remediations()[0] == answered
    assert answered.inquiry == Inquiry(("Encryption",), now - SECOND, now, change, asked=2)
    assert ledger.next_inquiry("aws", now + timedelta(days=1)) is None
    assert [row.action for row in ledger.audit()][-1] == "remediation attributed"
    assert ledger.broken_audit_rows() == []


def test_they_are_found_by_state_entity_and_service(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    first = _planned(writer, bucket("a"), now)
    second = _planned(writer, bucket("b"), now, State.AWAITING_APPROVAL)
    third = _planned(writer, bucket("b"), now)
    assert ledger.remediations() == [first, second, third]
    assert ledger.remediations(states=UNFINISHED) == [first, third]
    assert ledger.remediations(states=UNFINISHED, urn=bucket("b")) == [third]
    assert ledger.remediations(service="orders") == []
    assert ledger.remediations(states=frozenset()) == []


class RemediationMachine(RuleBasedStateMachine):
    """Steps in any order, from fresh and from stale copies: only those of the state machine are ever taken."""

    template: Path
    copies: Bundle[Remediation] = Bundle("copies")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.current: dict[int, Remediation] = {}

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.sqlite"
        shutil.copy(self.template, path)
        self.ledger = open_ledger(str(path))
        self.writer = self.ledger.acquire("aws", self.now, ttl=60)[1]

    @rule(target=copies, state=st.sampled_from(sorted(BEGINNINGS)))
    def plan(self, state: State) -> Remediation:
        urn = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "data")
        planned = _planned(self.writer, urn, self.now, state)
        self.current[planned.id] = planned
        return planned

    @rule(target=copies, copy=copies, state=st.sampled_from(list(State)))
    def advance(self, copy: Remediation, state: State) -> Remediation:
        self.now += SECOND
        if copy == self.current[copy.id] and state in TRANSITIONS[copy.state]:
            self.current[copy.id] = self.writer.advance(copy, state, "because", self.now)
            assert self.current[copy.id].state is state
        else:
            with pytest.raises(LedgerError):
                self.writer.advance(copy, state, "because", self.now)
        assert list(self.ledger.remediations()) == list(self.current.values())
        return self.current[copy.id]

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            for identity, current in self.current.items():
                states = [state for _, state, _ in self.ledger.remediation_steps(identity)]
                assert states[-1] is current.state
                assert all(after in TRANSITIONS[before] for before, after in pairwise(states))
                assert current.attempts == states.count(State.APPLYING)
            assert self.ledger.broken_audit_rows() == []
            self.ledger.close()
            self.folder.cleanup()


def test_the_state_machine_of_remediations(empty_ledger: Path) -> None:
    RemediationMachine.template = empty_ledger
    run_state_machine_as_test(
        RemediationMachine, settings=settings(max_examples=25, stateful_step_count=15, deadline=None)
    )
