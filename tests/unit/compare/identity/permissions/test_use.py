from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.compare.identity.permissions.building import ACCOUNT, account, allow, compared, group, role

from setpoint.compare.identity.permissions.use import GROUP_WHY, MAY_BE_GRANTED, with_use
from setpoint.model.canonical import Json
from setpoint.model.identity import GrantChange, PrincipalUse, Used, UsedRow, UseRecord, Verdict

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SINCE = NOW - timedelta(days=90)
WHOLE = UseRecord(SINCE - timedelta(days=1))
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"


def used(action: str, resource: str = "*", *, days_ago: int = 1, count: int = 1) -> Used:
    return Used(action, resource, count, NOW - timedelta(days=days_ago))


def judged(*statements: Json, calls: Sequence[Used] = (), record: UseRecord = WHOLE) -> PrincipalUse:
    same = account(role(*statements))
    return with_use(compared(same, same)["ci"], calls, record, SINCE)


def row(found: PrincipalUse, name: str) -> UsedRow:
    return next(each for each in found.rows if each.row.permission.name == name)


def test_what_was_used_stands_below_the_wildcard_it_falls_under() -> None:
    calls = [used("ec2:RunInstances", count=3), used("ec2:DescribeInstances", days_ago=9, count=40)]
    found = row(judged(allow("ec2:*"), calls=calls), "may ec2:* on *")
    assert (found.verdict, found.count, found.last) == (Verdict.AS_INTENDED, 43, NOW - timedelta(days=1))
    assert [(each.action, each.count) for each in found.used] == [
        ("ec2:RunInstances", 3),
        ("ec2:DescribeInstances", 40),
    ]


def test_what_nobody_used_for_so_long_is_told() -> None:
    found = judged(allow("ec2:RunInstances"), calls=[used("ec2:RunInstances", days_ago=91)])
    (told,) = found.differing
    assert (told.verdict, told.place) == (Verdict.UNUSED, ("identity/unused", "may ec2:RunInstances on *"))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (UseRecord(None, is_kept=False), "no record of calls is configured"),
        (UseRecord(None), "no calls were recorded yet"),
        (UseRecord(SINCE + timedelta(days=1)), "the record of calls begins at 2026-03-04 00:00 UTC only"),
        (replace(WHOLE, doubts=("a gap",)), "a gap"),
        (
            replace(WHOLE, unmapped=frozenset({"ec2"})),
            "of some recorded calls of ec2 it is not known which action they",
        ),
        (
            replace(WHOLE, changes={"inline": GrantChange(NOW - timedelta(days=5), "ada")}),
            "it was granted or changed at 2026-05-27 00:00 UTC",
        ),
    ],
)
def test_where_the_record_may_lack_it_nothing_is_unused(record: UseRecord, why: str) -> None:
    found = row(judged(allow("ec2:RunInstances"), record=record), "may ec2:RunInstances on *")
    assert found.verdict is Verdict.AS_INTENDED
    assert found.because.startswith(why)


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:*", "*", "iam:PassRole", "es:ESHttpGet", "sqs:SendMessage"])
def test_what_trails_leave_out_is_never_unused(action: str) -> None:
    found = row(judged(allow(action)), f"may {action} on *")
    assert (found.verdict, bool(found.because)) == (Verdict.AS_INTENDED, True)


def test_once_data_events_are_recorded_what_was_not_used_is_known() -> None:
    record = replace(WHOLE, actions=frozenset({"sqs:ReceiveMessage"}))
    found = row(judged(allow("sqs:SendMessage"), record=record), "may sqs:SendMessage on *")
    assert (found.verdict, found.because) == (Verdict.UNUSED, "")


def test_what_a_group_grants_its_members_use() -> None:
    same = account(group(allow("ec2:RunInstances")))
    (found,) = with_use(compared(same, same)["staff"], (), WHOLE, SINCE).rows
    assert (found.verdict, found.because) == (Verdict.AS_INTENDED, GROUP_WHY)


def test_the_resource_decides_what_a_call_falls_under() -> None:
    statements = (allow("sqs:SendMessage", QUEUE), allow("sqs:SendMessage", f"{QUEUE}-other"))
    found = judged(*statements, calls=[used("sqs:SendMessage", QUEUE)])
    assert [each.count for each in found.rows if "sqs" in each.row.permission.name] == [1, 0]


def test_a_variable_may_have_been_anything() -> None:
    home = "arn:aws:s3:::papers/${aws:username}/*"
    found = judged(allow("s3:GetObject", home), calls=[used("s3:GetObject", "arn:aws:s3:::papers/ada/*")])
    assert row(found, f"may s3:GetObject on {home}").count == 1


def test_objects_that_were_counted_together_fall_under_what_may_have_granted_one() -> None:
    calls = [used("s3:GetObject", "arn:aws:s3:::papers/2026/*")]
    found = judged(allow("s3:GetObject", "arn:aws:s3:::papers/2026/may*"), calls=calls)
    assert row(found, "may s3:GetObject on arn:aws:s3:::papers/2026/may*").count == 1


def test_what_was_used_lately_and_nothing_grants_now_is_told() -> None:
    calls = [used("ec2:RunInstances"), used("ec2:StopInstances", days_ago=120), used("sts:GetCallerIdentity")]
    found = judged(allow("ec2:Describe*"), calls=calls)
    (told,) = (each for each in found.differing if each.verdict is not Verdict.UNUSED)
    assert (told.verdict, told.row.permission.name) == (Verdict.NOT_GRANTED, "may ec2:RunInstances on *")


def test_a_resource_may_have_granted_it_itself() -> None:
    found = judged(allow("ec2:Describe*"), calls=[used("sqs:SendMessage", QUEUE)], record=UseRecord(None))
    told = row(found, f"may sqs:SendMessage on {QUEUE}")
    assert (told.verdict, told.because, told.differs) == (Verdict.NOT_GRANTED, MAY_BE_GRANTED, False)
