from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from setpoint.decide.identity_drift import IdentityDriftAssessor
from setpoint.model.decision import Verdict as Answer
from setpoint.model.exceptions import NO_EXCEPTIONS, Baseline, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.identity import (
    ABSENT,
    RULES,
    UNDECLARED,
    Aspect,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UsedRow,
    Verdict,
)
from setpoint.model.policy import Effect, Severity
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

URN = Urn("aws:111122223333:global:AWS::IAM::Role:ci")
GRANTED = (Granter("inline", 0),)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def row(
    verdict: Verdict, *actions: str, aspect: Aspect = Aspect.MAY, on: str = "*", condition: str = "", limit: str = ""
) -> UsedRow:
    permission = Permission(aspect, actions or ("s3:GetObject",), (on,), condition)
    return UsedRow(PermissionRow(permission, verdict, granted_by=GRANTED, limited_by=limit), verdict)


def principal(
    *rows: UsedRow, exists: bool = True, is_undeclared: bool = False, declared_at: str = "a.tf"
) -> PrincipalUse:
    comparison = PrincipalComparison(URN, "arn:ci", "shop", declared_at, exists, tuple(each.row for each in rows))
    return PrincipalUse(replace(comparison, is_undeclared=is_undeclared), rows)


def judged(found: PrincipalUse) -> tuple[Finding, ...]:
    return IdentityDriftAssessor().judge(found, NO_EXCEPTIONS)[0]


@pytest.mark.parametrize("verdict", RULES)
def test_each_difference_is_a_finding_of_the_identity(verdict: Verdict) -> None:
    (found,) = judged(principal(row(verdict)))
    assert (found.urn, found.service, found.source, found.rule, found.path) == (
        URN,
        "shop",
        FindingSource.IDENTITY,
        RULES[verdict],
        "may s3:GetObject on *",
    )
    assert found.evidence["principal"] == "arn:ci"


@pytest.mark.parametrize("verdict", [Verdict.AS_INTENDED, Verdict.UNKNOWN])
def test_what_is_as_intended_or_not_known_is_none(verdict: Verdict) -> None:
    assert judged(principal(row(verdict))) == ()


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        (row(Verdict.UNINTENDED, "*"), Severity.CRITICAL),
        (row(Verdict.UNINTENDED, "iam:*"), Severity.HIGH),
        (row(Verdict.UNINTENDED, "sqs:*"), Severity.MEDIUM),
        (row(Verdict.UNINTENDED, "*", on="arn:aws:s3:::a"), Severity.MEDIUM),
        (row(Verdict.UNINTENDED, "*", limit="beyond the boundary"), Severity.LOW),
        (row(Verdict.UNINTENDED, aspect=Aspect.TRUSTS), Severity.CRITICAL),
        (row(Verdict.UNINTENDED, aspect=Aspect.TRUSTS, condition="Bool x = true"), Severity.HIGH),
        (row(Verdict.UNINTENDED, aspect=Aspect.TRUSTS, on="arn:aws:iam::1:root"), Severity.HIGH),
        (row(Verdict.UNINTENDED, aspect=Aspect.MAY_NOT), Severity.LOW),
        (row(Verdict.MISSING), Severity.LOW),
        (row(Verdict.MISSING, aspect=Aspect.MAY_NOT), Severity.HIGH),
        (row(Verdict.MISSING, aspect=Aspect.LIMIT), Severity.HIGH),
        (row(Verdict.UNUSED), Severity.LOW),
        (row(Verdict.NOT_GRANTED), Severity.INFO),
    ],
)
def test_it_is_as_severe_as_what_it_lets_happen(found: UsedRow, severity: Severity) -> None:
    (finding,) = judged(principal(found))
    assert finding.severity is severity


def test_whom_nobody_declared_is_one_finding_as_severe_as_the_worst_of_it() -> None:
    rows = (row(Verdict.UNINTENDED, "sqs:*"), row(Verdict.UNINTENDED, "*"))
    (found,) = judged(principal(*rows, is_undeclared=True, declared_at=""))
    assert (found.rule, found.path, found.severity) == (UNDECLARED, "", Severity.CRITICAL)
    assert found.evidence["granted"] == ["may sqs:* on *", "may * on *"]


def test_who_does_not_exist_is_one_finding() -> None:
    (found,) = judged(principal(row(Verdict.MISSING), row(Verdict.MISSING, "*"), exists=False))
    assert (found.rule, found.path, found.severity) == (ABSENT, "", Severity.MEDIUM)


def test_how_often_it_is_used_changes_nothing_of_what_is_found() -> None:
    before = row(Verdict.UNINTENDED)
    after = replace(before, used=(Used("s3:GetObject", "*", 9, NOW),))
    assert judged(principal(before)) == judged(principal(after))


def test_people_are_told_from_medium_on() -> None:
    _, decisions = IdentityDriftAssessor().judge(
        principal(row(Verdict.UNUSED), row(Verdict.UNINTENDED, "sqs:*")), NO_EXCEPTIONS
    )
    assert [(each.verdict, each.effect) for each in decisions] == [
        (Answer.REFUSE, Effect.NONE),
        (Answer.REFUSE, Effect.ALERT),
    ]
    assert [each.path for each in decisions] == ["may s3:GetObject on *[unused]", "may sqs:* on *[unintended]"]


def test_a_waiver_accepts_what_it_covers() -> None:
    until = NOW + timedelta(days=1)
    waiver = Waiver("w", "*", "identity/unused", "*", "why", "ada", "", NOW - timedelta(days=1), until)
    exceptions = Exceptions.at(NOW, URN, [waiver], Baseline())
    findings, _ = IdentityDriftAssessor().judge(
        principal(row(Verdict.UNUSED), row(Verdict.UNINTENDED, "sqs:*")), exceptions
    )
    assert [(each.rule, bool(each.accepted_by)) for each in findings] == [
        ("identity/unused", True),
        ("identity/unintended", False),
    ]
