"""Users and roles as policies see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.decide.identity import AccountFacts, PrincipalRules, describe
from setpoint.model.canonical import Json, Unknown
from setpoint.model.escalation import Escalation, EscalationReport, FoundPath, Hop, Standing
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_account_reading import read_account
from setpoint.model.principal import AccessKey, UseOfPrincipal
from setpoint.model.service import Exposure, Service

ACCOUNT = "111122223333"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CI = f"arn:aws:iam::{ACCOUNT}:role/build/ci"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"


def document(action: Json, resource: Json = "*", **more: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def account(*actions: Json, tags: Json = (), principal: Json = None) -> IamAccount:
    trust = {"Effect": "Allow", "Principal": principal or {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    inline = [{"PolicyName": str(at), "PolicyDocument": document(each)} for at, each in enumerate(actions)]
    role = {
        "RoleName": "ci",
        "Arn": CI,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "RolePolicyList": inline,
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
    }
    return read_account(
        {
            "UserDetailList": [{"UserName": "ana", "Arn": ANA}],
            "GroupDetailList": [],
            "RoleDetailList": [role],
            "Policies": [],
        },
        "test",
    )


def seen(of: IamAccount, *found: Escalation, rules: PrincipalRules | None = None, **facts: Any) -> dict[str, Json]:
    """Of the role."""
    described = describe(AccountFacts(of, EscalationReport(found), **facts), rules or PrincipalRules(), NOW)
    return dict(next(each for each in described if each.properties["kind"] == "role").properties)


def test_who_it_is() -> None:
    rules = PrincipalRules(described=lambda name: Service(name, exposure=Exposure.INTERNET))
    found = seen(account(tags=[("service", "shop"), ("break-glass", "True")]), rules=rules)
    told = {name: found[name] for name in ("arn", "name", "path", "service", "exposure", "break_glass")}
    assert told == {
        "arn": CI,
        "name": "ci",
        "path": "/build/",
        "service": "shop",
        "exposure": "internet",
        "break_glass": True,
    }
    assert seen(account())["exposure"] is None


@pytest.mark.parametrize(("value", "is_kept"), [("true", True), ("yes", True), ("", False), ("false", False)])
def test_only_a_tag_that_says_so_makes_it_one_for_emergencies(value: str, *, is_kept: bool) -> None:
    assert seen(account(tags=[("break-glass", value)]))["break_glass"] is is_kept


def test_ways_that_are_open_count_and_others_only_where_none_is() -> None:
    sure = FoundPath("iam-005", (Hop("iam-005", CI, CI, "everything"),))
    perhaps = FoundPath("lambda-003", (Hop("lambda-003", CI, ANA, "its role", missing=("a function",)),))
    found = seen(account(), Escalation(CI, Standing.ESCALATES, (sure, perhaps)))
    assert (found["escalates"], found["escalation_paths"], found["escalates_to"]) == ("escalates", ["iam-005"], [CI])
    found = seen(account(), Escalation(CI, Standing.CONDITIONAL, (perhaps,)))
    assert (found["escalates"], found["escalation_paths"], found["escalates_to"]) == (
        "conditional",
        ["lambda-003"],
        [ANA],
    )
    assert seen(account(), Escalation(CI, Standing.ADMIN))["is_admin"] is True
    assert seen(account())["escalates"] == "none"


def test_statements_that_allow_everything_are_named() -> None:
    assert seen(account("s3:*", "*"))["wildcard_admin_statements"] == ["role/ci: inline policy 1: Statement[0]"]


def test_accounts_of_the_organisation_are_no_outsiders() -> None:
    of = account(principal={"AWS": ["444455556666", "555566667777", ACCOUNT]})
    assert seen(of)["trusts_outside"] == ["444455556666", "555566667777"]
    assert seen(of, rules=PrincipalRules(accounts=frozenset({"444455556666"})))["trusts_outside"] == ["555566667777"]


def test_keys_are_masked_and_of_an_age() -> None:
    key = AccessKey("AKIAIOSFODNN7EXAMPLE", is_active=True, created=NOW - timedelta(days=91, hours=1))
    described = describe(AccountFacts(account(), EscalationReport(()), {ANA: [key]}), PrincipalRules(), NOW)
    [user] = (each for each in described if each.properties["kind"] == "user")
    assert user.properties["access_keys"] == [
        {"id": "…MPLE", "status": "active", "age_days": 91, "last_used_days": None}
    ]
    unread = {ANA: Unknown("iam:ListAccessKeys denied")}
    [user, _] = describe(AccountFacts(account(), EscalationReport(()), unread), PrincipalRules(), NOW)
    assert user.properties["access_keys"] == Unknown("iam:ListAccessKeys denied")


def used(days_known: float, **last: float) -> Any:
    since = NOW - timedelta(days=days_known)
    return lambda _arn: UseOfPrincipal(
        {name.replace("_", ":"): NOW - timedelta(days=days) for name, days in last.items()}, since
    )


def test_what_was_granted_and_not_used_lately_is_unused() -> None:
    of = account(["ec2:Run*", "kms:Decrypt", "sqs:SendMessage"])
    found = seen(of, use=used(200, ec2_RunInstances=3, kms_Decrypt=120))
    assert (found["unused_services"], found["unused_days"]) == (["kms"], 3)


def test_nobody_uses_all_of_everything() -> None:
    assert seen(account("*"), use=used(200, ec2_RunInstances=3))["unused_services"] == ["*"]


@pytest.mark.parametrize("service", ["s3", "lambda", "dynamodb", "sts"])
def test_of_services_whose_calls_are_not_all_recorded_nothing_is_said(service: str) -> None:
    assert seen(account(f"{service}:*"), use=used(200))["unused_services"] == []


def test_what_the_record_does_not_tell_is_not_known() -> None:
    assert isinstance(seen(account("ec2:*"))["unused_services"], Unknown)
    short = seen(account("ec2:*"), use=used(10))
    assert short["unused_services"] == Unknown("the record of calls does not reach back 90 days yet")
    assert short["unused_days"] == 10
    gap = seen(account("ec2:*"), use=lambda _arn: UseOfPrincipal(doubt="the logs have a gap"))
    assert gap["unused_days"] == Unknown("the logs have a gap")


def test_a_principal_is_no_resource_that_anybody_declares() -> None:
    described = list(describe(AccountFacts(account(), EscalationReport(())), PrincipalRules(), NOW))
    assert [each.urn.identifier for each in described] == ["user/ana", "role/build/ci"]
    assert all(each.provided_by for each in described)
