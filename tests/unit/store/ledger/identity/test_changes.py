"""Recorded changes in the ledger: by what they named, each once, the last few of each call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from setpoint.model.attribution import Means, RecordedChange, RecordedWrite
from setpoint.model.permission_use import Counts, SessionOrigin, TrailBatch
from setpoint.store.ledger.identity import changes
from setpoint.store.ledger.ledger import SqlLedger

AT = datetime(2026, 5, 31, 10, tzinfo=UTC)
ACCOUNT = "123456789012"
MINUTE = timedelta(minutes=1)


def made(identity: str, *names: str, at: datetime = AT, event: str = "PutBucketAcl", key: str = "") -> RecordedWrite:
    change = RecordedChange("arn:ana", "", event, "s3.amazonaws.com", identity, at, "198.51.100.7")
    told = tuple(("bucket", name) for name in names or ("orders",))
    parameters = (("AccessControl", "d1"),)
    return RecordedWrite(change, ACCOUNT, "eu-west-1", Means.CLI, "aws-cli/2", told, parameters, key=key)


def put(ledger: SqlLedger, *writes: RecordedWrite, now: datetime = AT, **sessions: SessionOrigin) -> None:
    batch = TrailBatch("s3://trail/", Counts(sessions=sessions), writes=writes)
    ledger.visitor().permission_use().put_uses(batch, now)


def ids(ledger: SqlLedger, *names: str, account: str = ACCOUNT) -> list[str]:
    return [each.change.id for each in ledger.permission_use().writes_naming(account, names or ("orders",))]


def test_what_was_kept_comes_back_by_any_of_its_names(ledger: SqlLedger) -> None:
    one = made("1", "orders", "arn:orders")
    put(ledger, one, made("2", "bills"))
    assert ledger.permission_use().writes_naming(ACCOUNT, ["orders"]) == [one]
    assert ids(ledger, "arn:orders", "orders") == ["1"]
    assert ids(ledger, "orders", account="210987654321") == []


def test_the_newest_first(ledger: SqlLedger) -> None:
    put(ledger, made("2", at=AT + MINUTE), made("1"), made("3", at=AT + 2 * MINUTE))
    assert ids(ledger) == ["3", "2", "1"]


def test_repeated_logs_keep_nothing_twice(ledger: SqlLedger) -> None:
    put(ledger, made("1"), made("1"))
    before = ledger.permission_use().newest_write()
    put(ledger, made("1"))
    assert ids(ledger) == ["1"]
    assert ledger.permission_use().newest_write() == before == 1
    put(ledger, made("2"))
    assert ledger.permission_use().newest_write() == 2


def test_the_last_few_of_each_call(ledger: SqlLedger) -> None:
    many = [made(str(each), at=AT + each * MINUTE) for each in range(30)]
    put(ledger, *many[15:])
    put(ledger, made("other", event="PutBucketPolicy"), *many[:15])
    assert ids(ledger) == [str(each) for each in range(29, 19, -1)] + ["other"]


def test_what_too_many_did_to_one_thing_stays_with_another(ledger: SqlLedger) -> None:
    put(ledger, made("both", "orders", "bills"))
    put(ledger, *(made(str(each), at=AT + (each + 1) * MINUTE) for each in range(10)))
    assert "both" not in ids(ledger, "orders")
    assert ids(ledger, "bills") == ["both"]


def test_what_is_long_over_goes(ledger: SqlLedger) -> None:
    put(ledger, made("1"))
    put(ledger, made("2", "bills", at=AT + timedelta(days=91)), now=AT + timedelta(days=91))
    assert ids(ledger) == []
    assert ids(ledger, "bills") == ["2"]


def test_there_is_a_most(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST", 3)
    for each in range(6):
        put(ledger, made(str(each), f"bucket-{each}"))
    assert [each for each in range(6) if ids(ledger, f"bucket-{each}")] == [3, 4, 5]


def test_who_began_a_session_may_be_recorded_later(ledger: SqlLedger) -> None:
    put(ledger, made("1", key="ASIA1"))
    assert ledger.permission_use().writes_naming(ACCOUNT, ["orders"])[0].chain == ()
    origin = SessionOrigin("arn:ana", AT, ("arn:first", "arn:ana"), ("OPS-1",))
    put(ledger, ASIA1=origin)
    found = ledger.permission_use().writes_naming(ACCOUNT, ["orders"])[0]
    assert (found.chain, found.labels) == (("arn:first", "arn:ana"), ("OPS-1",))
    assert ledger.permission_use().sessions_begun(AT) == {"ASIA1": origin}


def test_what_was_known_then_stays(ledger: SqlLedger) -> None:
    put(ledger, replace(made("1", key="ASIA1"), chain=("arn:eve",)), ASIA1=SessionOrigin("arn:ana", AT))
    assert ledger.permission_use().writes_naming(ACCOUNT, ["orders"])[0].chain == ("arn:eve",)
