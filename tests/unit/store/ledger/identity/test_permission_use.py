"""Permission use in the ledger: counts that add up, nothing twice, and gaps that close when a log comes after all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from setpoint.errors import ConflictError
from setpoint.model.permission_use import Counts, Forgetting, Gap, GapKind, ReadLog, SessionOrigin, TrailBatch, Use
from setpoint.store.ledger.ledger import SqlLedger

DAY = date(2026, 5, 31)
AT = datetime(2026, 5, 31, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = ("123456789012", "eu-west-1")
SHOP, ALICE = "arn:aws:iam::123456789012:role/shop", "arn:aws:iam::123456789012:user/alice"

USE = Use(SHOP, "", "s3:GetObject", "arn:aws:s3:::orders/*", DAY, used=2, failed=1, denied=0, first=AT, last=AT)


def put(ledger: SqlLedger, *uses: Use, name: str = "", **others: object) -> None:
    logs = (ReadLog(name, f"digest of {name}", AT),) if name else ()
    counts = others.pop("counts", Counts(uses=uses))
    batch = TrailBatch("s3://trail/", counts, logs, **others)  # type: ignore[arg-type]
    ledger.visitor().permission_use().put_uses(batch, AT)


def hours(*numbers: int) -> dict[tuple[str, str], tuple[datetime, ...]]:
    return {PLACE: tuple(AT + each * HOUR for each in numbers)}


def spans(ledger: SqlLedger) -> list[tuple[int, int]]:
    found = ledger.permission_use().use_gaps()
    return [((each.since - AT) // HOUR, (each.until - AT) // HOUR) for each in found]


def test_counts_of_one_day_add_up(ledger: SqlLedger) -> None:
    earlier = replace(USE, used=1, failed=0, denied=3, first=AT - HOUR, last=AT - HOUR)
    put(ledger, USE)
    put(ledger, earlier)
    assert list(ledger.permission_use().uses()) == [replace(USE.beside(earlier), first=AT - HOUR, last=AT)]


def test_which_actions_anybody_tried(ledger: SqlLedger) -> None:
    refused = replace(USE, principal=ALICE, action="sns:Publish", used=0, denied=1, day=DAY + timedelta(days=1))
    put(ledger, USE, refused)
    assert ledger.permission_use().actions_seen(DAY) == ("s3:GetObject", "sns:Publish")
    assert ledger.permission_use().actions_seen(DAY + timedelta(days=1)) == ("sns:Publish",)


def test_what_differs_in_anything_stays_apart(ledger: SqlLedger) -> None:
    others = [
        replace(USE, principal=ALICE),
        replace(USE, original=ALICE),
        replace(USE, action="s3:PutObject"),
        replace(USE, resource="*"),
        replace(USE, day=DAY + timedelta(days=1)),
    ]
    put(ledger, USE, *others)
    assert len(list(ledger.permission_use().uses())) == 6
    assert len(list(ledger.permission_use().uses(principal=ALICE))) == 1
    assert len(list(ledger.permission_use().uses(since=DAY + timedelta(days=1)))) == 1
    assert len(list(ledger.permission_use().uses(until=DAY))) == 5


def test_in_order_of_their_names(ledger: SqlLedger) -> None:
    given = [replace(USE, action=f"s3:{name}") for name in ("PutObject", "DeleteObject", "GetObject")]
    put(ledger, *given, replace(USE, principal="a"))
    told = [(each.principal, each.action) for each in ledger.permission_use().uses()]
    assert told == sorted(told)


def test_when_something_was_used_last(ledger: SqlLedger) -> None:
    put(ledger, USE, replace(USE, day=DAY + timedelta(days=1), last=AT + 20 * HOUR))
    put(ledger, replace(USE, action="s3:PutObject", used=0, denied=4))
    assert ledger.permission_use().last_used(SHOP) == {"s3:GetObject": AT + 20 * HOUR}
    assert ledger.permission_use().last_used(ALICE) == {}


def test_a_log_that_was_read_counts_nothing_again(ledger: SqlLedger) -> None:
    put(ledger, USE, name="one")
    with pytest.raises(ConflictError, match="the log one was counted by another process"):
        put(ledger, USE, name="one", marks={"logs": "later"})
    assert [each.used for each in ledger.permission_use().uses()] == [2]
    assert ledger.permission_use().trail_mark("s3://trail/", "logs") == ""


def test_what_was_read_is_remembered_with_the_counts(ledger: SqlLedger) -> None:
    put(ledger, USE, name="one", marks={"logs": "2026"})
    reader = ledger.permission_use()
    assert reader.logs_read("s3://trail/", ["one", "two"]) == {"one": "digest of one"}
    assert reader.logs_read("elsewhere", ["one"]) == {}
    assert reader.trail_mark("s3://trail/", "logs") == "2026"
    put(ledger, marks={"logs": "2027"}, forget=Forgetting(AT + HOUR, within="two"))
    assert reader.trail_mark("s3://trail/", "logs") == "2027"
    assert reader.logs_read("s3://trail/", ["one"]) == {"one": "digest of one"}
    put(ledger, forget=Forgetting(AT + HOUR, within="o"))
    assert reader.logs_read("s3://trail/", ["one"]) == {}


def test_unmapped_events_add_up(ledger: SqlLedger) -> None:
    put(ledger, counts=Counts(unmapped={"a b": 1, "c d": 2}))
    put(ledger, counts=Counts(unmapped={"a b": 4}))
    assert ledger.permission_use().unmapped_events() == {"a b": 5, "c d": 2}


def test_sessions_are_remembered_while_they_may_live(ledger: SqlLedger) -> None:
    put(ledger, counts=Counts(sessions={"ASIA1": SessionOrigin(ALICE, AT)}))
    put(ledger, counts=Counts(sessions={"ASIA2": SessionOrigin(SHOP, AT + 24 * HOUR)}))
    assert set(ledger.permission_use().sessions_begun(AT)) == {"ASIA1", "ASIA2"}
    assert ledger.permission_use().sessions_begun(AT + HOUR) == {"ASIA2": SessionOrigin(SHOP, AT + 24 * HOUR)}
    put(ledger, counts=Counts(sessions={"ASIA3": SessionOrigin(SHOP, AT + 48 * HOUR)}))
    assert set(ledger.permission_use().sessions_begun(AT)) == {"ASIA2", "ASIA3"}


def test_silence_is_a_gap_until_a_log_breaks_it(ledger: SqlLedger) -> None:
    put(ledger, hours=hours(0, 1))
    assert spans(ledger) == []
    put(ledger, hours=hours(6))
    assert spans(ledger) == [(2, 6)]
    put(ledger, hours=hours(4))
    assert spans(ledger) == [(2, 4), (5, 6)]
    put(ledger, hours=hours(2, 3, 5))
    assert spans(ledger) == []
    put(ledger, hours=hours(-3))
    assert spans(ledger) == [(-2, 0)]
    (reach,) = ledger.permission_use().use_reach()
    assert (reach.first, reach.last) == (AT - 3 * HOUR, AT + 6 * HOUR)


def test_each_place_has_silences_of_its_own(ledger: SqlLedger) -> None:
    put(ledger, hours=hours(0, 3))
    put(ledger, hours={("123456789012", "us-east-1"): (AT + HOUR,)})
    assert spans(ledger) == [(1, 3)]
    assert len(ledger.permission_use().use_reach()) == 2


def test_a_gap_is_kept_once(ledger: SqlLedger) -> None:
    gap = Gap(*PLACE, AT, AT + HOUR, GapKind.LOST, "the log a is not there any more")
    other = replace(gap, reason="the log b is not there any more")
    put(ledger, gaps=(gap,))
    put(ledger, gaps=(gap, other), hours=hours(0))
    assert list(ledger.permission_use().use_gaps()) == [gap, other]


def test_more_than_a_statement_takes(ledger: SqlLedger) -> None:
    many = [replace(USE, resource=f"arn:aws:s3:::bucket-{number}") for number in range(12_000)]
    put(ledger, *many)
    put(ledger, *many)
    assert sum(each.used for each in ledger.permission_use().uses()) == 48_000
