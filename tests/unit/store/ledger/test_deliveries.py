"""Alerts in the ledger: grouped until the first attempt, fixed from then on, told of in the audit log at their end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from setpoint.errors import FencedError, LedgerError
from setpoint.store.interface import Delivery, DeliveryState, Parcel
from setpoint.store.ledger.deliveries import LISTED
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.writer import SqlWriter

HOLD = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def parcel(number: int, channel: str = "oncall", group: str = "payments drift") -> Parcel:
    return Parcel(channel, group, {"title": f"alert {number}"})


def titles(delivery: Delivery) -> list[object]:
    return [alert["title"] for alert in delivery.alerts]


class TestGrouping:
    def test_what_comes_together_is_one_message_to_each_channel_and_group(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        writer.enqueue([parcel(1), parcel(2, group="orders drift"), parcel(3), parcel(4, channel="mail")], now, HOLD)
        messages = sorted((each.channel, titles(each)) for each in ledger.deliveries("aws"))
        assert messages == [("mail", ["alert 4"]), ("oncall", ["alert 1", "alert 3"]), ("oncall", ["alert 2"])]
        assert all(each.state is DeliveryState.WAITING for each in ledger.deliveries("aws"))

    def test_a_message_takes_more_while_it_is_held_open(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        writer.enqueue([parcel(2)], now + HOLD - SECOND, HOLD)
        writer.enqueue([parcel(3)], now + HOLD, HOLD)
        assert [titles(each) for each in ledger.deliveries("aws")] == [["alert 3"], ["alert 1", "alert 2"]]
        assert ledger.next_delivery("aws") == now + HOLD

    def test_beyond_the_cap_alerts_are_counted(self, ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
        writer.enqueue([parcel(number) for number in range(LISTED - 1)], now, HOLD)
        writer.enqueue([parcel(number) for number in range(3)], now, HOLD)
        writer.enqueue([parcel(7)], now, HOLD)
        (message,) = ledger.deliveries("aws")
        assert (len(message.alerts), message.more) == (LISTED, 3)

    def test_nothing_joins_a_message_that_somebody_may_have_got(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        begun = writer.begin_delivery(1, now + SECOND, now + HOLD)
        assert begun is not None
        assert (titles(begun), begun.attempts) == (["alert 1"], 1)
        writer.enqueue([parcel(2)], now + 2 * SECOND, HOLD)
        assert [titles(each) for each in ledger.deliveries("aws")] == [["alert 2"], ["alert 1"]]

    def test_what_was_concluded_and_its_alerts_are_kept_together_or_not_at_all(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        with suppress(KeyboardInterrupt), writer.transaction():
            writer.enqueue([parcel(1)], now, HOLD)
            raise KeyboardInterrupt
        assert ledger.deliveries("aws") == []


class TestSending:
    def test_the_message_that_is_due_longest_comes_first_in_its_channel(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        writer.enqueue([parcel(2, group="other"), parcel(3, channel="mail")], now + SECOND, HOLD)
        assert ledger.due_deliveries("aws", now + HOLD - SECOND) == {}
        assert ledger.due_deliveries("aws", now + HOLD) == {"oncall": 1}
        assert set(ledger.due_deliveries("aws", now + HOLD + SECOND)) == {"oncall", "mail"}
        assert ledger.due_deliveries("aws", now + HOLD + SECOND)["oncall"] == 1
        assert set(ledger.due_deliveries("aws", now, untried=True)) == {"oncall", "mail"}

    def test_an_attempt_that_nobody_told_of_is_made_again_with_the_same_content(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime
    ) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        first = writer.begin_delivery(1, now + HOLD, now + 2 * HOLD)
        assert ledger.due_deliveries("aws", now + HOLD) == {}
        assert ledger.due_deliveries("aws", now + 2 * HOLD) == {"oncall": 1}
        second = writer.begin_delivery(1, now + 2 * HOLD, now + 3 * HOLD)
        assert first is not None
        assert second is not None
        assert (second.alerts, second.created_at, second.attempts) == (first.alerts, first.created_at, 2)

    def test_what_failed_waits_with_its_reason(self, ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        begun = writer.begin_delivery(1, now, now + HOLD)
        assert begun is not None
        writer.postpone_delivery(begun, "HTTP 503", now + 3 * HOLD, now)
        (message,) = ledger.deliveries("aws", state=DeliveryState.WAITING)
        assert (message.reason, message.next_at, message.attempts) == ("HTTP 503", now + 3 * HOLD, 1)

    @pytest.mark.parametrize(
        ("reason", "state", "action"),
        [("", DeliveryState.DELIVERED, "alert delivered"), ("HTTP 404", DeliveryState.GIVEN_UP, "alert given up")],
    )
    def test_the_end_is_remembered_and_audited(
        self, ledger: SqlLedger, writer: SqlWriter, now: datetime, reason: str, state: DeliveryState, action: str
    ) -> None:
        writer.enqueue([parcel(1), parcel(2)], now, HOLD)
        begun = writer.begin_delivery(1, now, now + HOLD)
        assert begun is not None
        writer.postpone_delivery(begun, "HTTP 500", now + HOLD, now)
        writer.end_delivery(begun, now + SECOND, given_up=reason)
        (message,) = ledger.deliveries("aws", state=state)
        assert (message.state, message.reason, message.next_at) == (state, reason, None)
        assert ledger.next_delivery("aws") is None
        assert ledger.delivery_counts("aws")["oncall"] == dict.fromkeys(DeliveryState, 0) | {state: 1}
        assert writer.begin_delivery(1, now, now) is None
        *_, last = ledger.audit()
        assert (last.action, last.subject) == (action, "channel oncall")
        assert last.details == {"delivery": 1, "alerts": 2, "attempts": 1, "reason": reason}
        assert ledger.broken_audit_rows() == []


class TestWhoMay:
    @pytest.mark.parametrize("other", ["AWS", "aw_", "aws/eu", "aw", "aws%", "a/b"])
    def test_a_scope_sees_its_own_only(self, ledger: SqlLedger, writer: SqlWriter, now: datetime, other: str) -> None:
        _, theirs = ledger.acquire(other, now, 60)
        writer.enqueue([parcel(1)], now, HOLD)
        theirs.enqueue([parcel(2)], now, HOLD)
        for scope, worker, foreign in (("aws", writer, 2), (other, theirs, 1)):
            (message,) = ledger.deliveries(scope)
            assert message.id != foreign
            assert ledger.due_deliveries(scope, now + HOLD) == {"oncall": message.id}
            assert ledger.delivery_counts(scope)["oncall"][DeliveryState.WAITING] == 1
            assert worker.begin_delivery(foreign, now, now) is None

    @pytest.mark.parametrize(
        "write",
        [
            lambda writer, at, _: writer.enqueue([parcel(1)], at, HOLD),
            lambda writer, at, _: writer.begin_delivery(1, at, at),
            lambda writer, at, begun: writer.postpone_delivery(begun, "late", at, at),
            lambda writer, at, begun: writer.end_delivery(begun, at),
        ],
    )
    def test_a_worker_that_was_replaced_writes_nothing(
        self,
        ledger: SqlLedger,
        writer: SqlWriter,
        now: datetime,
        write: Callable[[SqlWriter, datetime, Delivery | None], object],
    ) -> None:
        writer.enqueue([parcel(1)], now, HOLD)
        begun = writer.begin_delivery(1, now, now + HOLD)
        before = ledger.deliveries("aws")
        assert writer._lease
        ledger.renew(writer._lease, now, ttl=0)
        ledger.acquire("aws", now + timedelta(hours=1), 60)
        with pytest.raises(FencedError):
            write(writer, now, begun)
        assert ledger.deliveries("aws") == before

    def test_a_visitor_sends_nothing(self, ledger: SqlLedger, now: datetime) -> None:
        with pytest.raises(LedgerError, match="visitor"):
            ledger.visitor().enqueue([parcel(1)], now, HOLD)


def test_a_restart_goes_on_from_the_file(path: Path, now: datetime) -> None:
    ledger = open_ledger(str(path))
    ledger.acquire("aws", now, 60)[1].enqueue([parcel(1)], now, HOLD)
    ledger.close()
    again = open_ledger(str(path))
    assert again.due_deliveries("aws", now + HOLD) == {"oncall": 1}
    again.close()
