"""The three columns of an identity's permissions, as people and programs get them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.cli.identity_view import principal_json, table_rows
from setpoint.model.identity import (
    Aspect,
    GrantChange,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UsedRow,
    Verdict,
)
from setpoint.model.urn import Urn

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GRANTED = (Granter("deploy", 0, "Own"),)


def row(*actions: str, verdict: Verdict = Verdict.AS_INTENDED, used: tuple[Used, ...] = (), **more: Any) -> UsedRow:
    permission = Permission(more.pop("aspect", Aspect.MAY), actions, ("*",))
    granted = more.pop("granted_by", GRANTED)
    return UsedRow(PermissionRow(permission, verdict, ("a.tf",), granted, **more), verdict, used)


def used(action: str, count: int = 1) -> Used:
    return Used(action, "*", count, NOW)


def shown(each: UsedRow, *, everything: bool = False) -> tuple[object, ...]:
    (one,) = table_rows([each], everything=everything)
    return one


def test_each_has_who_intended_and_who_grants_it_and_how_often_it_was_used() -> None:
    each = replace(row("s3:GetObject", used=(used("s3:GetObject", 1200),)), changed=GrantChange(NOW, "ada"))
    assert shown(each) == (
        "may s3:GetObject on *",
        "a.tf",
        "deploy: Statement[0] (Own)",
        "2026-06-01 00:00:00Z by ada",
        "1,200 s3:GetObject",
        NOW,
        "as intended",
    )


@pytest.mark.parametrize(
    ("each", "told", "count"),
    [
        (row("s3:Get*"), "0", 0),
        (replace(row("s3:Get*"), because="no record"), "unknown: no record", None),
        (row("s3:Get*", verdict=Verdict.MISSING, granted_by=()), "", None),
        (row("sts:AssumeRole", aspect=Aspect.TRUSTS), "", None),
        (row("s3:*", aspect=Aspect.MAY_NOT), "", None),
        (replace(row("s3:Get*", used=(used("s3:GetObject"),)), because="a gap"), "1 s3:GetObject", 1),
    ],
)
def test_what_was_not_used_is_told_from_what_is_not_known(each: UsedRow, told: str, count: int | None) -> None:
    assert shown(each)[4] == told
    comparison = PrincipalComparison(Urn("aws:1:global:AWS::IAM::Role:ci"), "arn:ci", rows=(each.row,))
    document: Any = principal_json(PrincipalUse(comparison, (each,)), (each,), {})
    assert document["permissions"][0]["used"]["count"] == count


def test_one_statement_is_one_row_until_everything_is_asked_for() -> None:
    rows = [row(f"ec2:{each}", used=(used(f"ec2:{each}"),)) for each in ("A", "B", "C", "D", "E")]
    (one,) = table_rows(rows, everything=False)
    assert (one[0], one[4]) == (
        "may ec2:A, ec2:B, ec2:C, and 2 more on *",
        "1 ec2:A, 1 ec2:B, 1 ec2:C and 2 more actions",
    )
    assert [each[0] for each in table_rows(rows, everything=True)] == [f"may ec2:{each} on *" for each in "ABCDE"]


def test_what_differs_is_never_folded_into_what_does_not() -> None:
    rows = [row("ec2:A"), row("ec2:B", verdict=Verdict.UNUSED), row("ec2:C", verdict=Verdict.UNUSED)]
    assert [each[0] for each in table_rows(rows, everything=False)] == ["may ec2:A on *", "may ec2:B, ec2:C on *"]


def test_a_wildcard_names_a_few_of_what_was_used_below_it() -> None:
    each = row("ec2:*", used=tuple(used(f"ec2:{name}") for name in "ABCDE"))
    assert shown(each)[4] == "1 ec2:A, 1 ec2:B, 1 ec2:C and 2 more actions"
    assert shown(each, everything=True)[4] == ", ".join(f"1 ec2:{name}" for name in "ABCDE")


def test_what_keeps_it_from_having_an_effect_stands_with_the_verdict() -> None:
    each = row("iam:*", verdict=Verdict.LIMITED, limited_by="denied by scp: Statement[1]")
    assert shown(each)[6] == "granted, denied elsewhere: denied by scp: Statement[1]"
