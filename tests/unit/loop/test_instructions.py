"""What people tell the loop is refused where it makes no sense, and otherwise written down; on a real ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.errors import ConflictError, InputError
from setpoint.loop import instructions
from setpoint.model.order import OrderKind
from setpoint.model.remediation import Change, Plan, Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

AT = datetime(2026, 3, 1, tzinfo=UTC)
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "data")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(str(tmp_path / "ledger.sqlite"))
    yield opened
    opened.close()


@pytest.fixture
def waiting(ledger: SqlLedger) -> Remediation:
    _, writer = ledger.acquire("default", AT, ttl=60)
    plan = Plan(URN, (Change("A", 1, 2),), "digest", ())
    return writer.plan(URN, "shop", plan, RemediationState.AWAITING_APPROVAL, "waits", [], AT, AT)


def order(ledger: SqlLedger, remediation: Remediation, kind: OrderKind, reason: str = "why") -> None:
    instructions.order_about(remediation, kind, "me", reason, ledger, ledger.visitor())


def test_an_order_that_makes_sense_waits_for_the_loop(ledger: SqlLedger, waiting: Remediation) -> None:
    order(ledger, waiting, OrderKind.APPROVE)
    (given,) = ledger.open_orders()
    assert (given.kind, given.remediation, given.actor, given.reason) == (OrderKind.APPROVE, waiting.id, "me", "why")
    assert given.at >= AT


def test_an_order_that_makes_none_is_refused(ledger: SqlLedger, waiting: Remediation) -> None:
    with pytest.raises(ConflictError, match="is awaiting approval"):
        order(ledger, waiting, OrderKind.UNDO)
    with pytest.raises(InputError, match="needs a reason"):
        order(ledger, waiting, OrderKind.APPROVE, " ")
    order(ledger, waiting, OrderKind.REJECT)
    with pytest.raises(ConflictError, match="waits already"):
        order(ledger, waiting, OrderKind.APPROVE)
    assert len(ledger.open_orders()) == 1


def test_what_is_not_paused_is_not_resumed(ledger: SqlLedger) -> None:
    with pytest.raises(ConflictError, match="nothing is paused"):
        instructions.resume("me", "why", ledger, ledger.visitor())
    instructions.pause("me", "why", ledger, ledger.visitor())
    assert ledger.pause_in_force() is not None
    instructions.resume("me", "why", ledger, ledger.visitor())
    assert ledger.pause_in_force() is None


def test_time_never_goes_behind_the_ledger(ledger: SqlLedger) -> None:
    ahead = datetime.now(UTC) + timedelta(days=1)
    ledger.visitor().note("me", "something", "else", {}, ahead)
    assert instructions.time_of(ledger) >= ahead


def test_a_waiver_has_to_fit_the_time(ledger: SqlLedger) -> None:
    def waive(days: int) -> Waiver:
        until = AT + timedelta(days=days)
        return instructions.waive(Waiver("", "*", "*", "*", "why", "me", "", AT, until), ledger.visitor())

    for days in (0, 367):
        with pytest.raises(ConflictError):
            waive(days)
    assert waive(366).id == "w1"
