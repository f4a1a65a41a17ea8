from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison, Gap, GapKind
from setpoint.model.finding import Finding, FindingChanges, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.store.ledger.findings import settle
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]
HOUR = timedelta(hours=1)


def test_a_finding_is_opened_closed_and_reopened(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    finding = found(urn)
    assert writer.record([concluded(urn, finding)], now) == {urn: FindingChanges(opened=(finding,))}
    assert writer.record([concluded(urn)], now + HOUR) == {urn: FindingChanges(closed=(finding,))}
    assert ledger.findings() == []
    assert writer.record([concluded(urn, finding)], now + 2 * HOUR) == {urn: FindingChanges(reopened=(finding,))}
    assert ledger.findings() == [
        FindingRecord(
            finding,
            first_seen=now,
            opened_at=now + 2 * HOUR,
            last_changed=now + 2 * HOUR,
            closed_at=None,
            times_opened=2,
        )
    ]


def test_what_is_accepted_does_not_count_and_counting_again_is_no_coming_back(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    finding = found(urn)
    accepted = replace(finding, accepted_by="w1")
    writer.record([concluded(urn, finding)], now)
    assert writer.record([concluded(urn, accepted)], now + HOUR) == {urn: FindingChanges(accepted=(accepted,))}
    assert ledger.findings() == []
    (record,) = ledger.findings(include_accepted=True)
    assert (record.is_accepted, record.closed_at, record.first_seen) == (True, now + HOUR, now)
    assert writer.record([concluded(urn, finding)], now + 2 * HOUR) == {urn: FindingChanges(resumed=(finding,))}
    (record,) = ledger.findings()
    assert (record.times_opened, record.closed_at, record.finding) == (1, None, finding)


def test_what_is_in_a_file_that_was_renamed_is_neither_opened_nor_closed(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    at_first, other = (
        replace(found(urn), source=FindingSource.CODE, rule="code/cwe-89", path=f"a.py#{each}") for each in ("01", "02")
    )
    then = replace(at_first, path="b.py#01")
    writer.record([concluded(urn, at_first, other)], now)
    assert writer.record([concluded(urn, then, other)], now + HOUR) == {urn: FindingChanges(moved=(then,))}
    record = next(each for each in ledger.findings() if each.finding == then)
    assert (record.first_seen, record.opened_at, record.times_opened) == (now, now, 1)
    assert {each.finding.path for each in ledger.findings()} == {"b.py#01", "a.py#02"}
    accepted = replace(at_first, accepted_by="w1")
    assert writer.record([concluded(urn, accepted, other)], now + 2 * HOUR) == {
        urn: FindingChanges(accepted=(accepted,))
    }
    assert writer.record([concluded(urn, then, other)], now + 3 * HOUR) == {urn: FindingChanges(resumed=(then,))}
    assert writer.record([concluded(urn, other)], now + 4 * HOUR) == {urn: FindingChanges(closed=(then,))}
    assert writer.record([concluded(urn, at_first, other)], now + 5 * HOUR) == {
        urn: FindingChanges(reopened=(at_first,))
    }


def test_what_is_put_right_while_it_is_accepted_and_comes_back_has_come_back(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    finding = found(urn)
    accepted = replace(finding, accepted_by="w1")
    for hours, *findings in ((0, finding), (1, accepted), (2,), (3, accepted)):
        writer.record([concluded(urn, *findings)], now + hours * HOUR)
        assert len(ledger.findings(include_accepted=True)) == len(findings)
    assert writer.record([concluded(urn, finding)], now + 4 * HOUR) == {urn: FindingChanges(reopened=(finding,))}
    assert [each.times_opened for each in ledger.findings()] == [2]


def test_what_was_accepted_from_the_first_is_opened_when_it_counts(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    finding = found(urn)
    assert writer.record([concluded(urn, replace(finding, accepted_by="baseline"))], now) == {}
    assert writer.record([concluded(urn, replace(finding, accepted_by="w1"))], now + HOUR) == {}
    (record,) = ledger.findings(include_accepted=True)
    assert (record.finding.accepted_by, record.times_opened) == ("w1", 0)
    assert writer.record([concluded(urn, finding)], now + 2 * HOUR) == {urn: FindingChanges(opened=(finding,))}
    (record,) = ledger.findings()
    assert (record.first_seen, record.times_opened) == (now, 1)


def test_what_could_not_be_read_again_stays_open(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    writer.record([concluded(urn, found(urn))], now)
    gap = Gap(urn, "Encryption", GapKind.UNREAD, "s3:GetEncryptionConfiguration throttled")
    untold = replace(concluded(urn), comparison=Comparison(urn, gaps=(gap,)))
    assert writer.record([untold], now + HOUR) == {}
    (record,) = ledger.findings()
    assert record.last_changed == now
    assert writer.record([concluded(urn)], now + 2 * HOUR) == {urn: FindingChanges(closed=(found(urn),))}


def test_a_closed_finding_is_remembered(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    writer.record([concluded(urn, found(urn))], now)
    writer.record([concluded(urn)], now + HOUR)
    (record,) = ledger.findings(include_closed=True)
    assert (record.first_seen, record.closed_at, record.last_changed) == (now, now + HOUR, now + HOUR)


def test_concluding_the_same_again_changes_nothing(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    finding = found(urn, intended=("a", "b"), actual={"x": 1.0})
    writer.record([concluded(urn, finding)], now)
    before = ledger.findings()
    assert writer.record([concluded(urn, finding)], now + HOUR) == {}
    assert ledger.findings() == before


@pytest.mark.parametrize(
    "change", [{"severity": Severity.CRITICAL}, {"evidence": {"actual": "none"}}, {"policies": ()}]
)
def test_what_changed_about_a_finding_is_kept(
    ledger: SqlLedger,
    writer: SqlWriter,
    now: datetime,
    bucket: Maker,
    found: Maker,
    concluded: Maker,
    change: dict[str, Any],
) -> None:
    urn = bucket("data")
    writer.record([concluded(urn, found(urn))], now)
    changed = replace(found(urn), **change)
    assert writer.record([concluded(urn, changed)], now + HOUR) == {}
    (record,) = ledger.findings()
    assert record.finding == changed
    assert (record.first_seen, record.opened_at, record.last_changed) == (now, now, now + HOUR)


def test_findings_of_other_entities_are_left_alone(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    one, other = bucket("one"), bucket("other")
    writer.record([concluded(one, found(one)), concluded(other, found(other))], now)
    writer.record([concluded(one)], now + HOUR)
    assert [each.finding.urn for each in ledger.findings()] == [other]
    assert [each.finding.urn for each in ledger.findings(urn=one, include_closed=True)] == [one]


def test_of_two_conclusions_about_one_entity_the_later_counts(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    writer.record([concluded(urn, found(urn), key="first"), concluded(urn, key="second")], now)
    assert ledger.remembered("aws") == {urn: "second"}
    assert ledger.findings() == []


def test_forgetting_an_entity_closes_its_findings(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, found: Maker, concluded: Maker
) -> None:
    urn, other = bucket("data"), bucket("other")
    writer.record([concluded(urn, found(urn)), concluded(other)], now)
    assert writer.forget([urn], now + HOUR) == {urn: FindingChanges(closed=(found(urn),))}
    assert ledger.remembered("aws") == {other: "key"}
    assert ledger.findings() == []
    assert list(ledger.comparisons("aws")) == []
    assert writer.forget([urn], now + HOUR) == {}


def test_settling_nothing_does_nothing(now: datetime, bucket: Maker) -> None:
    settlement = settle([], {bucket("data"): ()}, now)
    assert (settlement.records, settlement.changes) == ([], {})


ENTITIES = [Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", name) for name in ("a", "b", "c")]
PROBLEMS = st.dictionaries(st.sampled_from(["Encryption", "Versioning", ""]), st.sampled_from(list(Severity)))


def _findings(urn: Urn, problems: dict[str, Severity]) -> tuple[Finding, ...]:
    return tuple(
        Finding(urn, "payments", FindingSource.DRIFT, "drift/changed", path, severity, "differs")
        for path, severity in problems.items()
    )


class FindingsLife(RuleBasedStateMachine):
    """The ledger against the plainest model of it: what was wrong at every entity, one conclusion after the other."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.wrong: dict[Urn, dict[str, Severity]] = {}
        self.opened: dict[tuple[Urn, str], int] = {}

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.sqlite"
        shutil.copy(self.template, path)
        self.ledger = open_ledger(str(path))
        self.writer = self.ledger.acquire("aws", self.now, ttl=60)[1]

    @rule(concluded=st.dictionaries(st.sampled_from(ENTITIES), PROBLEMS, min_size=1))
    def conclude(self, concluded: dict[Urn, dict[str, Severity]]) -> None:
        self.now += timedelta(seconds=1)
        changes = self.writer.record(
            [
                Conclusion(urn, "key", "payments", Comparison(urn), _findings(urn, problems), ())
                for urn, problems in concluded.items()
            ],
            self.now,
        )
        for urn, problems in concluded.items():
            self._expect(urn, problems, changes.get(urn, FindingChanges()))

    @rule(urn=st.sampled_from(ENTITIES))
    def forget(self, urn: Urn) -> None:
        self.now += timedelta(seconds=1)
        self._expect(urn, {}, self.writer.forget([urn], self.now).get(urn, FindingChanges()))

    def _expect(self, urn: Urn, problems: dict[str, Severity], change: FindingChanges) -> None:
        before = self.wrong.get(urn, {})
        new = problems.keys() - before.keys()
        assert {each.path for each in change.opened} == {path for path in new if (urn, path) not in self.opened}
        assert {each.path for each in change.reopened} == {path for path in new if (urn, path) in self.opened}
        assert {each.path for each in change.closed} == before.keys() - problems.keys()
        for path in new:
            self.opened[urn, path] = self.opened.get((urn, path), 0) + 1
        self.wrong[urn] = problems

    @invariant()
    def the_open_findings_are_what_is_wrong(self) -> None:
        if hasattr(self, "ledger"):
            seen = {(each.finding.urn, each.finding.path): each.finding.severity for each in self.ledger.findings()}
            assert seen == {
                (urn, path): severity for urn, all_of in self.wrong.items() for path, severity in all_of.items()
            }

    @invariant()
    def every_finding_that_ever_was_is_remembered(self) -> None:
        if hasattr(self, "ledger"):
            records = self.ledger.findings(include_closed=True)
            assert {(each.finding.urn, each.finding.path): each.times_opened for each in records} == self.opened
            for each in records:
                assert each.first_seen <= each.opened_at <= each.last_changed <= (each.closed_at or self.now)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert self.ledger.broken_audit_rows() == []
            self.ledger.close()
            self.folder.cleanup()


def test_the_life_of_findings(empty_ledger: Path) -> None:
    FindingsLife.template = empty_ledger
    run_state_machine_as_test(
        FindingsLife,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
