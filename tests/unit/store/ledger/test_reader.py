from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import LedgerError
from setpoint.model.canonical import Unknown
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.inventory import Instance
from setpoint.model.remediation import RemediationState
from setpoint.model.service import Exposure, Release, Service, Signal, SignalKind, Tier
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.store.interface import BeatRow
from setpoint.store.ledger.columns import Document, Moment
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]
HOUR = timedelta(hours=1)


def test_a_new_ledger_remembers_nothing(ledger: SqlLedger) -> None:
    assert ledger.latest_time() is None
    assert ledger.remembered("aws") == {}
    assert list(ledger.comparisons("aws")) == []
    assert list(ledger.audit()) == []
    assert ledger.broken_audit_rows() == []


def test_keys_are_remembered_per_scope(ledger: SqlLedger, now: datetime, bucket: Maker, concluded: Maker) -> None:
    _, aws = ledger.acquire("aws", now, ttl=60)
    _, other = ledger.acquire("other", now, ttl=60)
    aws.record([concluded(bucket("a"), key="k1"), concluded(bucket("b"), key="")], now)
    other.record([concluded(bucket("c"), key="k3")], now)
    assert ledger.remembered("aws") == {bucket("a"): "k1", bucket("b"): ""}
    aws.record([concluded(bucket("b"), key="k2")], now)
    assert ledger.remembered("aws") == {bucket("a"): "k1", bucket("b"): "k2"}
    assert ledger.remembered("other") == {bucket("c"): "k3"}


def test_comparisons_with_drifts_or_gaps_come_back_whole_in_order(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    folds = (Fold("Tags", [], "empty"), Fold("Engine", "mysql", "spelling (page)", "MySQL"))
    drifted = Comparison(
        bucket("b"),
        drifts=(
            Drift(bucket("b"), DriftKind.CHANGED, "Size", 1, 2.5),
            Drift(bucket("b"), DriftKind.MISSING, "", {"Name": Unknown("Ref Stack: not known"), "Tags": [None]}, None),
        ),
        folds=folds,
    )
    doubtful = Comparison(bucket("a"), gaps=(Gap(bucket("a"), "Key", GapKind.UNREAD, "kms:GetKeyPolicy denied"),))
    clean = Comparison(bucket("c"), folds=folds, left_out={"read-only (schema)": 2}, declared_at="t.yaml:3: C")
    writer.record(
        [Conclusion(each.urn, "key", "payments", each, (), ()) for each in (drifted, doubtful, clean)],
        now,
    )
    assert list(ledger.comparisons("aws")) == [doubtful, drifted]
    assert list(ledger.comparisons("aws", everything=True)) == [doubtful, drifted, clean]
    assert list(ledger.comparisons("aws", service="orders")) == []
    assert list(ledger.comparisons("other")) == []
    writer.record([Conclusion(bucket("b"), "key", "payments", Comparison(bucket("b")), (), ())], now)
    assert list(ledger.comparisons("aws", service="payments")) == [doubtful]


def test_the_latest_time_only_grows(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    writer.put_release(Release("payments", "1"), now + HOUR)
    writer.put_release(Release("payments", "2"), now)
    assert ledger.latest_time() == now + HOUR


def test_services_are_updated_by_name(ledger: SqlLedger) -> None:
    visitor = ledger.visitor()
    visitor.put_services([Service("payments"), Service("orders", Tier.LOW, Exposure.INTERNET, "team-o")])
    visitor.put_services([Service("payments", Tier.CRITICAL, owner="team-p")])
    visitor.put_services([])
    assert ledger.services() == [
        Service("orders", Tier.LOW, Exposure.INTERNET, "team-o"),
        Service("payments", Tier.CRITICAL, owner="team-p"),
    ]


def test_a_service_that_only_owns_something_is_known(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker
) -> None:
    writer.put_services([Service("payments", Tier.CRITICAL)])
    owners = {"a": "payments", "b": "catalog", "c": ""}
    writer.record(
        [Conclusion(bucket(each), "key", owner, Comparison(bucket(each)), (), ()) for each, owner in owners.items()],
        now,
    )
    assert ledger.services() == [Service("catalog"), Service("payments", Tier.CRITICAL)]


def test_a_service_that_was_only_reported_to_run_is_known(ledger: SqlLedger, now: datetime) -> None:
    ledger.visitor().inventory().report_instances([Instance("payments", "web-1", "1.4.2")], now)
    assert ledger.services() == [Service("payments")]


def test_a_release_keeps_its_first_time(ledger: SqlLedger, now: datetime) -> None:
    visitor = ledger.visitor()
    for version, at in (("1", now), ("2", now + HOUR), ("1", now + 2 * HOUR)):
        visitor.put_release(Release("payments", version), at)
    visitor.put_release(Release("orders", "9"), now)
    assert ledger.releases("payments") == [(Release("payments", "2"), now + HOUR), (Release("payments", "1"), now)]


def test_signals_are_read_per_service_from_a_time_on(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    signals = [
        Signal("payments", SignalKind.DRIFT, 0.1, now, "first"),
        Signal("payments", SignalKind.RECURRING_DRIFT, 2.0, now + HOUR, "second"),
        Signal("orders", SignalKind.FAILED_REMEDIATION, 1.0, now + HOUR, "third"),
    ]
    writer.add_signals(signals)
    writer.add_signals([])
    assert ledger.signals("payments", since=now) == signals[:2]
    assert ledger.signals("payments", since=now + timedelta(microseconds=1)) == signals[1:2]


def test_beats_are_numbered_by_the_ledger(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    area = Area("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket")
    coverage = (AreaCoverage(area, Extent.PARTIAL, ("s3:GetBucketPolicy denied", "s3:ListBuckets throttled")),)
    for number in range(3):
        writer.put_beat(BeatRow(99, now, now + number * HOUR, 10, number, 3, 2, 1, coverage))
    assert ledger.beats(limit=2) == [
        BeatRow(3, now, now + 2 * HOUR, 10, 2, 3, 2, 1, coverage),
        BeatRow(2, now, now + HOUR, 10, 1, 3, 2, 1, coverage),
    ]
    assert ledger.latest_time() == now + 2 * HOUR


def test_recording_nothing_writes_nothing(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    assert writer.record([], now + HOUR) == {}
    assert writer.forget([], now + HOUR) == {}
    assert ledger.latest_time() == now


def test_more_entities_than_one_statement_takes(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker, decided: Maker
) -> None:
    urns = [bucket(f"bucket-{number:05}") for number in range(5_001)]
    everything = [concluded(urn, found(urn), decisions=(decided(urn),)) for urn in urns]
    assert len(writer.record(everything, now)) == len(urns)
    assert writer.record(everything, now) == {}
    assert list(ledger.remembered("aws")) == urns
    assert len(writer.forget(urns, now)) == len(urns)
    assert ledger.remembered("aws") == {}
    assert ledger.broken_audit_rows() == []


def test_a_damaged_document_is_told_so(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker, path: Path
) -> None:
    writer.record([concluded(bucket("a"), found(bucket("a")))], now)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE findings SET evidence = '{'")
    with pytest.raises(LedgerError, match="a document in the ledger is damaged"):
        ledger.findings()


@given(st.datetimes(timezones=st.sampled_from([timezone(timedelta(hours=hours)) for hours in (-11, 0, 13)])))
def test_a_time_comes_back_exactly(moment: datetime) -> None:
    dialect: Any = None
    kept = Moment().process_bind_param(moment, dialect)
    assert isinstance(kept, int)
    assert Moment().process_result_value(kept, dialect) == moment


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.builds(Unknown, st.text()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key != "$unknown"), inner),
)


@given(JSON)
def test_a_document_comes_back_as_it_was(value: Any) -> None:
    dialect: Any = None
    assert Document().process_result_value(Document().process_bind_param(value, dialect), dialect) == value


def test_what_is_remembered_of_one_scope_is_not_another_s(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    other = ledger.acquire("other", now, ttl=60)[1]
    writer.record([concluded(urn, found(urn))], now)
    other.record([concluded(urn)], now)
    assert [each.finding.urn for each in ledger.findings(scope="aws")] == [urn]
    assert ledger.findings(scope="other", include_closed=True) == []
    planned = other.plan(urn, "payments", None, RemediationState.ESCALATED, "a person decides", (), now, now)
    assert ledger.remediations(scope="aws") == []
    assert ledger.remediations(scope="other") == [planned]
    other.put_beat(BeatRow(0, now, now, 1, 1, 0, 0, 0, ()))
    assert ledger.beats(scope="aws") == []
    assert [each.resources for each in ledger.beats(scope="other")] == [1]
