"""Identities in the ledger: as they were last compared, and what is found of them apart from their configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from setpoint.model.attribution import Means, RecordedChange, RecordedWrite
from setpoint.model.conclusion import Conclusion
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.identity import (
    AccountReading,
    Aspect,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    Used,
    Verdict,
)
from setpoint.model.permission_use import Counts, TrailBatch, Use
from setpoint.model.policy import Severity
from setpoint.model.urn import GLOBAL, Urn
from setpoint.store.interface import ConcludedPrincipal, PrincipalKeys
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.writer import SqlWriter

ACCOUNT = "123456789012"
KEYS = PrincipalKeys("c1", "j1")


def urn_of(name: str) -> Urn:
    return Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::Role", name)


def compared(name: str, service: str = "shop") -> PrincipalComparison:
    permission = Permission(Aspect.MAY, ("s3:Get*",), ("*", "b"), "Bool x = true", but_resources=True)
    granted = (Granter("inline", 1, "Sid", "staff"),)
    rows = (
        PermissionRow(permission, Verdict.UNKNOWN, ("a: b",), granted, "scp", "why", is_shared=True, is_meant=True),
    )
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return PrincipalComparison(urn_of(name), arn, service, "a.tf", rows=rows, doubts=("d",), provided_by="AWS")


def finding(urn: Urn, path: str = "may s3:* on *", source: FindingSource = FindingSource.IDENTITY) -> Finding:
    rule = "identity/unintended" if source is FindingSource.IDENTITY else "drift/changed"
    return Finding(urn, "shop", source, rule, path, Severity.HIGH, path)


def record(writer: SqlWriter, now: datetime, name: str = "ci", *findings: Finding, service: str = "shop") -> None:
    writer.record_principals([ConcludedPrincipal(compared(name, service), KEYS, findings)], (), now)


def open_rules(ledger: SqlLedger) -> list[str]:
    return [each.finding.rule for each in ledger.findings(scope="aws")]


def test_what_was_compared_comes_back_as_it_was(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    record(writer, now)
    assert ledger.principals().known("aws", urn_of("ci")) == compared("ci")
    assert ledger.principals().remembered("aws", ACCOUNT) == {urn_of("ci"): KEYS}
    assert ledger.principals().known("other", urn_of("ci")) is None


@pytest.mark.parametrize("name", ["ci", f"arn:aws:iam::{ACCOUNT}:role/ci", urn_of("ci")])
def test_one_is_found_by_any_of_its_names(ledger: SqlLedger, writer: SqlWriter, now: datetime, name: str) -> None:
    record(writer, now)
    record(writer, now, "cd")
    assert [each.name for each in ledger.principals().named("aws", name)] == ["ci"]


def test_they_are_paged_by_service(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    for name, service in (("a", "shop"), ("b", "pay"), ("c", "shop")):
        record(writer, now, name, service=service)
    reader = ledger.principals()
    assert [each.name for each in reader.page("aws", limit=2)] == ["a", "b"]
    assert [each.name for each in reader.page("aws", after=urn_of("b"), limit=2)] == ["c"]
    assert [each.name for each in reader.page("aws", service="shop", limit=9)] == ["a", "c"]


def test_findings_of_the_two_planes_leave_each_other_alone(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, concluded: Callable[..., Conclusion]
) -> None:
    urn = urn_of("ci")
    writer.record([concluded(urn, finding(urn, "Path", FindingSource.DRIFT))], now)
    record(writer, now, "ci", finding(urn))
    assert open_rules(ledger) == ["drift/changed", "identity/unintended"]
    writer.record([concluded(urn)], now)
    assert open_rules(ledger) == ["identity/unintended"]
    writer.forget([urn], now)
    assert open_rules(ledger) == ["identity/unintended"]
    record(writer, now)
    assert open_rules(ledger) == []


def test_whoever_is_gone_is_known_no_more(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    record(writer, now, "ci", finding(urn_of("ci")))
    changes = writer.record_principals((), [urn_of("ci")], now, "gone")
    assert [each.rule for each in changes[urn_of("ci")].closed] == ["identity/unintended"]
    assert (open_rules(ledger), ledger.principals().page("aws", limit=9)) == ([], [])


def test_when_an_account_was_read_last_stays_known(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    writer.put_account_reading(AccountReading("aws", ACCOUNT, now), now)
    writer.put_account_reading(AccountReading("aws", ACCOUNT, None, ("denied",)), now)
    assert ledger.principals().accounts("aws") == [AccountReading("aws", ACCOUNT, now, ("denied",))]


def test_use_is_added_up_by_action_and_resource(ledger: SqlLedger, now: datetime) -> None:
    def use(day: int, used: int, action: str = "s3:GetObject") -> Use:
        at = now + timedelta(days=day)
        return Use("arn:ci", "", action, "b/*", at.date(), used, 0, 1 - min(used, 1), at, at)

    batch = TrailBatch("s3://trail/", Counts((use(0, 2), use(1, 3), use(1, 0, "s3:PutObject"))))
    ledger.visitor().permission_use().put_uses(batch, now)
    assert ledger.principals().used("arn:ci") == [Used("s3:GetObject", "b/*", 5, now + timedelta(days=1))]


def test_a_later_comparison_takes_the_place_of_the_one_before(
    ledger: SqlLedger, writer: SqlWriter, now: datetime
) -> None:
    record(writer, now)
    later = replace(compared("ci"), rows=())
    writer.record_principals([ConcludedPrincipal(later, PrincipalKeys("c2", "j2"))], (), now)
    assert ledger.principals().known("aws", urn_of("ci")) == later


def test_an_account_that_is_read_no_more_is_dropped(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    for account in (ACCOUNT, "444455556666"):
        writer.put_account_reading(AccountReading("aws", account, now), now)
    writer.drop_account_reading("aws", ACCOUNT)
    assert [each.account for each in ledger.principals().accounts("aws")] == ["444455556666"]


def test_a_mark_moves_with_whatever_is_recorded_of_a_principal(ledger: SqlLedger, now: datetime) -> None:
    def record(*principals: str) -> None:
        uses = tuple(
            Use(each, "", action, "*", now.date(), 1, 0, 0, now, now) for each in principals for action in ("a", "b")
        )
        ledger.visitor().permission_use().put_uses(TrailBatch("trail", Counts(uses)), now)

    ci, web, other = (f"arn:aws:iam::{each}" for each in (f"{ACCOUNT}:role/ci", f"{ACCOUNT}:role/web", "4:role/ci"))
    record(ci, web, other)
    before = ledger.principals().use_marks(ACCOUNT)
    record(ci)
    after = ledger.principals().use_marks(ACCOUNT)
    assert set(before) == set(after) == {ci, web}
    assert (after[ci] > before[ci], after[web]) == (True, before[web])


def test_a_mark_moves_with_the_calls_that_named_somebody(ledger: SqlLedger, now: datetime) -> None:
    def record(event: str, name: str) -> None:
        change = RecordedChange("ada", "", event, "iam.amazonaws.com", f"{event} {name}", now, "")
        write = RecordedWrite(change, ACCOUNT, "us-east-1", Means.CLI, "", names=(("roleName", name),))
        ledger.visitor().permission_use().put_uses(TrailBatch("trail", Counts(), writes=(write,)), now)

    def marks(account: str = ACCOUNT) -> dict[str, int]:
        return dict(ledger.principals().write_marks(account, "iam.amazonaws.com", {"PutRolePolicy", "TagRole"}))

    record("PutRolePolicy", "ci")
    before = marks()
    record("DeleteRole", "web")
    assert (set(before), marks()) == ({"ci"}, before)
    record("TagRole", "ci")
    assert (marks()["ci"] > before["ci"], marks("444455556666")) == (True, {})
