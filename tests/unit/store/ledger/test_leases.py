from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from setpoint.errors import FencedError, LeaseHeldError, LedgerError, TemporaryError
from setpoint.model.attribution import Inquiry, Untold
from setpoint.model.finding import Finding
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import Release, Service, Signal, SignalKind
from setpoint.store.interface import BeatRow
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.process import this_process
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]
TTL = 60.0
OVER = 0.0
"""The time of a lease that is over by any clock."""
MINUTE = timedelta(seconds=60)


def test_the_first_holder_gets_the_first_token(ledger: SqlLedger, now: datetime) -> None:
    lease, _ = ledger.acquire("aws", now, TTL)
    assert (lease.scope, lease.token, lease.expires_at) == ("aws", 1, now + MINUTE)
    assert lease.holder == str(this_process())


def test_a_held_lease_is_refused_with_all_that_helps(ledger: SqlLedger, path: Path, now: datetime) -> None:
    lease, _ = ledger.acquire("aws", now, TTL)
    with closing(open_ledger(str(path))) as other, pytest.raises(LeaseHeldError) as caught:
        other.acquire("aws", now + MINUTE / 2, TTL)
    said = caught.value.diagnostics()
    assert lease.holder in said
    assert "since 2026-03-01T12:00:00+00:00" in said
    assert "stop it, or wait until 2026-03-01T12:01:00+00:00" in said


def test_scopes_are_held_apart(ledger: SqlLedger, now: datetime) -> None:
    ledger.acquire("aws", now, TTL)
    lease, _ = ledger.acquire("kubernetes", now, TTL)
    assert lease.token == 1


def test_an_expired_lease_goes_to_the_next(ledger: SqlLedger, now: datetime) -> None:
    ledger.acquire("aws", now, OVER)
    lease, _ = ledger.acquire("aws", now + MINUTE, TTL)
    assert lease.token == 2


def test_a_lease_that_was_given_back_is_free_at_once(ledger: SqlLedger, now: datetime) -> None:
    lease, _ = ledger.acquire("aws", now, TTL)
    ledger.release(lease)
    again, _ = ledger.acquire("aws", now, TTL)
    assert again.token == 2


def test_renewing_puts_the_end_off(ledger: SqlLedger, now: datetime) -> None:
    lease, _ = ledger.acquire("aws", now, TTL)
    renewed = ledger.renew(lease, now + MINUTE / 2, TTL)
    assert (renewed.token, renewed.expires_at) == (1, now + MINUTE * 1.5)
    with pytest.raises(LeaseHeldError):
        ledger.acquire("aws", now + MINUTE, TTL)


def test_a_late_worker_that_nobody_replaced_goes_on(ledger: SqlLedger, now: datetime) -> None:
    lease, writer = ledger.acquire("aws", now, TTL)
    writer.note("setpoint", "late", "aws", {}, now + 2 * MINUTE)
    assert ledger.renew(lease, now + 2 * MINUTE, TTL).token == 1


def test_a_lost_lease_cannot_be_renewed(ledger: SqlLedger, now: datetime) -> None:
    lease, _ = ledger.acquire("aws", now, OVER)
    ledger.acquire("aws", now + MINUTE, TTL)
    with pytest.raises(FencedError, match="has taken it over"):
        ledger.renew(lease, now + MINUTE, TTL)


def test_giving_a_lost_lease_back_takes_nothing_from_its_holder(ledger: SqlLedger, now: datetime) -> None:
    lost, _ = ledger.acquire("aws", now, OVER)
    held, writer = ledger.acquire("aws", now + MINUTE, TTL)
    ledger.release(lost)
    writer.put_services([Service("payments")])
    assert ledger.renew(held, now + MINUTE, TTL).token == 2


def test_after_giving_back_nothing_can_be_written(ledger: SqlLedger, now: datetime) -> None:
    lease, writer = ledger.acquire("aws", now, TTL)
    ledger.release(lease)
    with pytest.raises(FencedError, match="nobody holds it now"):
        writer.put_services([Service("payments")])
    assert ledger.services() == []


@pytest.fixture
def works(now: datetime, bucket: Maker, found: Maker, concluded: Maker) -> dict[str, Callable[[SqlWriter], object]]:
    """Everything that only the holder of a lease may do."""
    urn = bucket("data")
    signal = Signal("payments", SignalKind.DRIFT, 1.0, now, "drift")
    finding: Finding = found(urn)
    inquiry = Inquiry((), now, now, Untold("nothing is recorded yet", may_be_told=True))
    state = RemediationState.ESCALATED
    remediation = Remediation(1, urn, "payments", state, None, (), "", now, now, inquiry=inquiry)
    return {
        "record": lambda writer: writer.record([concluded(urn, finding)], now),
        "forget": lambda writer: writer.forget([urn], now),
        "add_signals": lambda writer: writer.add_signals([signal]),
        "plan": lambda writer: writer.plan(urn, "payments", None, RemediationState.ESCALATED, "", [], now, now),
        "answer": lambda writer: writer.answer(remediation, inquiry, now),
        "put_beat": lambda writer: writer.put_beat(BeatRow(0, now, now, 1, 1, 0, 0, 0, ())),
    }


@pytest.fixture
def appends(now: datetime, bucket: Maker, decided: Maker) -> dict[str, Callable[[SqlWriter], object]]:
    """Everything that a visitor may do, too."""
    return {
        "put_services": lambda writer: writer.put_services([Service("payments")]),
        "put_release": lambda writer: writer.put_release(Release("payments", "1"), now),
        "put_decision": lambda writer: writer.put_decision(decided(bucket("data")), now),
        "note": lambda writer: writer.note("ada", "said", "hello", {}, now),
    }


Works = dict[str, Callable[[SqlWriter], object]]


def test_a_replaced_worker_writes_nothing(
    ledger: SqlLedger, path: Path, tmp_path: Path, now: datetime, works: Works, appends: Works
) -> None:
    _, replaced = ledger.acquire("aws", now, TTL)
    ledger.acquire("aws", now + MINUTE, TTL)
    before = _content(path)
    for work in (*works.values(), *appends.values()):
        with pytest.raises(FencedError, match="nothing of this step was written"):
            work(replaced)
    with pytest.raises(FencedError), replaced.transaction():
        pytest.fail("the transaction was let in")
    assert _content(path) == before


def test_a_visitor_appends_and_does_no_more(ledger: SqlLedger, path: Path, works: Works, appends: Works) -> None:
    visitor = ledger.visitor()
    before = _content(path)
    for work in works.values():
        with pytest.raises(LedgerError, match="a visitor of the ledger may not do this"):
            work(visitor)
    assert _content(path) == before
    with visitor.transaction():
        for append in appends.values():
            append(visitor)
    assert [row.action for row in ledger.audit()] == ["decision recorded", "said"]
    assert ledger.services() == [Service("payments")]
    assert len(ledger.releases("payments")) == 1


def test_a_visitor_needs_no_lease_while_another_holds_it(ledger: SqlLedger, path: Path, now: datetime) -> None:
    ledger.acquire("aws", now, TTL)
    with closing(open_ledger(str(path))) as other:
        other.visitor().put_release(Release("payments", "1"), now)
    assert len(ledger.releases("payments")) == 1


def _content(path: Path) -> list[str]:
    """Everything that is in the ledger."""
    import sqlite3

    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_lease_that_could_not_be_given_back_is_free_to_its_own_process(
    ledger: SqlLedger, place: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, _ = ledger.acquire("aws", now, TTL)
    monkeypatch.setattr(ledger._database, "write", _out_of_reach)
    with pytest.raises(TemporaryError):
        ledger.release(lease)
    with closing(open_ledger(place)) as again:
        assert again.acquire("aws", now, TTL)[0].token == 2


def _out_of_reach() -> NoReturn:
    raise TemporaryError("the ledger does not answer")
