"""Waivers and orders in the ledger: entered by visitors, carried out under the lease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.order import Order, OrderKind
from setpoint.model.remediation import RemediationState
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import LedgerWriter
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "one")
WAIVER = Waiver("", "*", "drift/*", "Tags*", "moved by hand", "team-a", "T-1", NOW, NOW + timedelta(days=9), "me")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[SqlLedger]:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    yield ledger
    ledger.close()


@pytest.fixture
def writer(opened: SqlLedger) -> LedgerWriter:
    return opened.acquire("scope", NOW, 60)[1]


def order(kind: OrderKind, remediation: int | None = None) -> Order:
    return Order(0, kind, remediation, "me", "because", NOW)


def test_a_waiver_is_entered_read_and_ended(opened: SqlLedger) -> None:
    visitor = opened.visitor()
    entered = visitor.add_waiver(WAIVER)
    assert entered.id == "w1"
    assert opened.waivers() == [entered]
    ended = visitor.end_waiver("w1", "me", LATER)
    assert ended.expires_at == LATER
    assert [each.expires_at for each in opened.waivers()] == [LATER]
    with pytest.raises(InputError, match="w1 ended at"):
        visitor.end_waiver("w1", "me", LATER)
    assert opened.broken_audit_rows() == []
    assert [row.action for row in opened.audit()] == ["waiver added", "waiver ended"]


@pytest.mark.parametrize("identity", ["w2", "2", "", "w", "w-1", "wone"])
def test_a_waiver_that_is_not_there_cannot_be_ended(opened: SqlLedger, identity: str) -> None:
    with pytest.raises(InputError, match="there is no waiver"):
        opened.visitor().end_waiver(identity, "me", NOW)


def test_when_a_waiver_last_matched_is_kept(opened: SqlLedger, writer: LedgerWriter) -> None:
    opened.visitor().add_waiver(WAIVER)
    writer.note_waiver_matches(["w1", "setpoint.yaml:4", "w1"], NOW)
    writer.note_waiver_matches(["w1"], LATER)
    assert opened.waivers()[0].last_matched == LATER
    assert opened.waiver_matches() == {"w1": LATER, "setpoint.yaml:4": NOW}


def test_an_order_waits_until_it_is_carried_out(opened: SqlLedger, writer: LedgerWriter) -> None:
    remediation = writer.plan(URN, "", None, RemediationState.ESCALATED, "why", [], NOW, NOW)
    given = opened.visitor().give_order(order(OrderKind.UNDO, remediation.id))
    assert opened.open_orders() == [given]
    writer.settle_order(given, "undone", LATER)
    assert opened.open_orders() == []
    assert [row.action for row in opened.audit()][-2:] == ["undo ordered", "undo carried out"]


def test_a_pause_holds_until_it_is_resumed(opened: SqlLedger) -> None:
    visitor = opened.visitor()
    assert opened.pause_in_force() is None
    paused = visitor.give_order(order(OrderKind.PAUSE))
    assert opened.pause_in_force() == paused
    assert opened.open_orders() == []
    visitor.give_order(order(OrderKind.RESUME))
    assert opened.pause_in_force() is None
