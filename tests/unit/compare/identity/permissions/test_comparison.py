from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compare.identity.permissions.building import (
    ACCOUNT,
    BY_EC2,
    CI,
    account,
    allow,
    compared,
    declared,
    deny,
    differing,
    group,
    managed,
    role,
    rows,
    told,
    user,
    with_scps,
)

from setpoint.model.canonical import Json
from setpoint.model.iam_account import ManagedPolicy
from setpoint.model.identity import Verdict

BUCKET = "arn:aws:s3:::invoices"


def all_but(*actions: str) -> Json:
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}


@pytest.mark.parametrize(
    ("intended", "granted"),
    [
        ([allow(["s3:GetObject", "s3:PutObject"])], [allow("s3:PutObject"), allow("s3:GetObject")]),
        ([allow("s3:Get*", [BUCKET, f"{BUCKET}/*"])], [allow("s3:Get*", f"{BUCKET}/*"), allow("s3:Get*", BUCKET)]),
        ([allow("s3:getobject")], [allow("S3:GetObject")]),
        ([allow("s3:*")], [allow(["s3:Get*", "s3:*"])]),
        ([allow("*")], [allow("*:*")]),
        ([allow("s3:*"), allow("s3:GetObject")], [allow("s3:*")]),
        ([allow("s3:Get*", f"{BUCKET}/*")], [allow("s3:Get*", [f"{BUCKET}/*", f"{BUCKET}/*"])]),
        (
            [allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}})],
            [allow("s3:GetObject", Condition={"StringEquals": {"aws:principaltag/team": ["b", "a"]}})],
        ),
        ([all_but("iam:*", "sts:*")], [all_but("sts:*", "iam:*")]),
    ],
)  # fmt: skip
def test_policies_of_one_meaning_are_no_drift(intended: list[Json], granted: list[Json]) -> None:
    assert told(rows(role(*granted), role(*intended))) == set()


def test_what_is_granted_beyond_what_was_intended_is_told_by_action_and_resource() -> None:
    found = rows(
        role(allow(["s3:GetObject", "s3:DeleteObject"], [f"{BUCKET}/*", "arn:aws:s3:::pay/*"])),
        role(allow(["s3:GetObject", "s3:DeleteObject"], f"{BUCKET}/*")),
    )
    assert told(found) == {
        ("may s3:GetObject on arn:aws:s3:::pay/*", "granted, not intended"),
        ("may s3:DeleteObject on arn:aws:s3:::pay/*", "granted, not intended"),
    }
    kept = next(each for each in found if each.permission.name == f"may s3:GetObject on {BUCKET}/*")
    assert kept.verdict is Verdict.AS_INTENDED
    assert kept.intended_by == ("main.tfstate: ci: inline: Statement[0]",)
    assert [each.name for each in kept.granted_by] == ["inline: Statement[0]"]


def test_what_was_intended_and_is_not_granted_is_told() -> None:
    found = rows(role(allow("s3:GetObject")), role(allow(["s3:GetObject", "s3:ListBucket"])))
    assert told(found) == {("may s3:ListBucket on *", "intended, not granted")}


def test_a_wildcard_stays_one_row() -> None:
    found = rows(role(allow("s3:*")), role(allow("s3:Get*")))
    assert told(found) == {
        ("may s3:* on *", "granted, not intended"),
    }


def test_several_patterns_cover_one_together() -> None:
    intended = role(
        allow("s3:*", "arn:aws:s3:::a*"), {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a*"}
    )
    assert rows(role(allow("s3:GetObject")), intended)[0].verdict is Verdict.AS_INTENDED


def test_a_condition_that_went_is_more_than_was_intended() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = rows(role(allow("s3:GetObject")), role(allow("s3:GetObject", Condition=mfa)))
    assert told(found) == {("may s3:GetObject on *", "granted, not intended")}
    narrower = rows(role(allow("s3:GetObject", Condition=mfa)), role(allow("s3:GetObject")))
    assert told(narrower) == {("may s3:GetObject on *", "intended, not granted")}


def test_fewer_values_of_a_condition_are_within_what_was_intended() -> None:
    def tagged(*teams: str) -> Json:
        return allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": list(teams)}})

    assert (
        rows(role(tagged("a")), role(tagged("a", "b")))[0].verdict,
        rows(role(tagged("a", "b", "c")), role(tagged("a", "b")))[0].verdict,
    ) == (Verdict.AS_INTENDED, Verdict.UNINTENDED)


def test_a_denial_that_is_gone_is_told() -> None:
    intended = role(allow("s3:*"), deny("s3:DeleteBucket"))
    assert told(rows(role(allow("s3:*")), intended)) == {("may not s3:DeleteBucket on *", "intended, not granted")}
    assert told(rows(role(allow("s3:*"), deny("s3:Delete*")), intended)) == {
        ("may not s3:Delete* on *", "granted, not intended")
    }


def test_what_a_denial_takes_back_was_never_intended_to_have_an_effect() -> None:
    intended = role(allow("s3:DeleteBucket"), deny("s3:Delete*"))
    assert told(rows(role(deny("s3:Delete*")), intended)) == set()


def test_a_variable_is_only_the_same_as_itself_and_within_a_wildcard() -> None:
    home, all_homes = f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/*"
    one_home = f"{BUCKET}/ada/*"
    for granted, intended, verdict in (
        (home, home, Verdict.AS_INTENDED),
        (home, all_homes, Verdict.AS_INTENDED),
        (one_home, home, Verdict.UNINTENDED),
        (home, one_home, Verdict.UNINTENDED),
    ):
        found = rows(role(allow("s3:GetObject", granted)), role(allow("s3:GetObject", intended)))
        assert found[0].verdict is verdict


def test_an_attachment_and_an_inline_policy_may_mean_the_same() -> None:
    read = managed("read", allow("s3:GetObject"))
    granted = account(role(attached=(read.arn,)), policies=[read])
    assert told(rows(granted, role(allow("s3:GetObject")))) == set()


def test_what_aws_says_of_its_own_policy_is_what_was_intended() -> None:
    read_only = managed("ReadOnlyAccess", allow("s3:Get*"), of="aws")
    granted = account(role(attached=(read_only.arn,)), policies=[read_only])
    intended = account(role(attached=(read_only.arn,)), policies=[ManagedPolicy(read_only.arn, None)])
    assert told(rows(granted, intended)) == set()


def test_an_attached_policy_that_is_declared_nowhere_leaves_open_what_was_intended() -> None:
    own = managed("own", allow("s3:Get*"))
    granted = account(role(attached=(own.arn,)), policies=[own])
    intended = account(role(attached=(own.arn,)), policies=[ManagedPolicy(own.arn, None)])
    (row,) = (each for each in rows(granted, intended) if each.permission.actions == ("s3:Get*",))
    assert (row.verdict, row.because) == (Verdict.UNKNOWN, f"what {own.arn} says is declared nowhere")


def test_who_may_assume_a_role_is_compared_too() -> None:
    anyone = {"Effect": "Allow", "Principal": {"AWS": ["111122223333", "444455556666"]}, "Action": "sts:AssumeRole"}
    intended = {**anyone, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    found = rows(role(trust=anyone), role(trust=intended))
    assert told(found) == {("trusts sts:AssumeRole by arn:aws:iam::444455556666:root", "granted, not intended")}


def test_everybody_is_wider_than_any_principal() -> None:
    anybody = {**BY_EC2, "Principal": "*"}
    assert told(rows(role(), role(trust=anybody))) == {("trusts sts:AssumeRole by *", "intended, not granted")}


def test_a_boundary_denies_what_it_does_not_allow() -> None:
    limit = managed("limit", allow("s3:*"))
    bounded = role(allow("s3:Get*", f"{BUCKET}/*"), allow("iam:*"), boundary=limit.arn)
    granted = account(bounded, policies=[limit])
    found = {each.permission.name: each for each in rows(granted, granted)}
    row = found["may iam:* on *"]
    assert (row.verdict, row.limited_by, row.differs) == (Verdict.LIMITED, f"beyond the boundary {limit.arn}", False)
    assert found[f"may s3:Get* on {BUCKET}/*"].verdict is Verdict.AS_INTENDED


def test_a_boundary_that_is_gone_is_told() -> None:
    limit = managed("limit", allow("s3:*"))
    intended = account(role(allow("s3:*"), boundary=limit.arn), policies=[limit])
    assert told(rows(role(allow("s3:*")), intended)) == {(f"limit {limit.arn}", "intended, not granted")}


def test_an_organisations_policy_denies_what_was_intended() -> None:
    both = account(role(allow("iam:CreateUser"), allow("s3:Get*")))
    granted = with_scps(both, [allow("*"), deny("iam:*")], [allow("*")])
    (row,) = (each for each in rows(granted, both) if each.verdict is not Verdict.AS_INTENDED)
    assert (row.permission.name, row.verdict, row.differs) == ("may iam:CreateUser on *", Verdict.LIMITED, True)
    assert row.limited_by == "denied by scp: Statement[1]"


def test_a_denial_under_a_condition_limits_nothing_for_sure() -> None:
    both = account(role(allow("iam:CreateUser")))
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    granted = with_scps(both, [allow("*"), deny("*", Condition=elsewhere)])
    assert told(rows(granted, both)) == set()


def test_what_comes_by_a_group_that_was_intended_is_told_of_the_group() -> None:
    intended = account(user(groups=["staff"]), group(allow("s3:Get*")))
    granted = account(user(groups=["staff"]), group(allow("s3:*")))
    found = compared(granted, intended)
    assert [each.permission.name for each in differing(found["ada"])] == []
    assert [each.permission.name for each in differing(found["staff"])] == ["may s3:* on *"]


def test_a_membership_that_was_not_intended_is_told_of_the_user() -> None:
    intended = account(user(), group(allow("s3:Get*")))
    granted = account(user(groups=["staff"]), group(allow("s3:Get*")))
    (row,) = differing(compared(granted, intended)["ada"])
    assert (row.verdict, row.granted_by[0].name) == (Verdict.UNINTENDED, "inline: Statement[0], through staff")


def test_a_principal_that_is_declared_nowhere_is_told_as_one() -> None:
    found = compared(account(role(allow("s3:*")), user(allow("*"))), account(role(allow("s3:*"))))["ada"]
    assert (found.is_undeclared, found.declared_at) == (True, "")
    assert [each.verdict for each in found.rows] == [Verdict.UNINTENDED]


def test_a_principal_that_does_not_exist_is_told() -> None:
    found = compared(account(user()), account(user(), role(allow("s3:*"))))["ci"]
    assert (found.exists, found.is_undeclared) == (False, False)
    assert {each.verdict for each in found.rows} == {Verdict.MISSING}


@pytest.mark.parametrize("known", ["nothing", "doubts"])
def test_where_not_everything_declared_is_known_nobody_is_undeclared(known: str) -> None:
    intended = None if known == "nothing" else replace(declared(account()), doubts=("a.tfstate could not be read",))
    found = compared(account(role(allow("s3:*"))), intended)["ci"]
    assert (found.is_undeclared, {each.verdict for each in found.rows}) == (False, {Verdict.UNKNOWN})
    assert found.doubts


def test_what_of_a_role_could_not_be_worked_out_leaves_open_the_rest() -> None:
    intended = replace(declared(account(role(allow("s3:Get*")))), unresolved={CI: ("inline policy x: a reference",)})
    found = compared(account(role(allow("s3:Get*"), allow("sqs:*"))), intended)["ci"]
    assert [(each.permission.name, each.verdict) for each in found.rows][:2] == [
        ("may s3:Get* on *", Verdict.AS_INTENDED),
        ("may sqs:* on *", Verdict.UNKNOWN),
    ]


def test_nobody_is_asked_to_declare_what_is_the_providers_own() -> None:
    linked = replace(role(allow("s3:*")), arn=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/ci")
    found = compared(account(linked), account(user()))["ci"]
    assert (found.provided_by, differing(found)) == ("AWS: a service-linked role", [])


def test_the_owner_is_told_by_the_tag() -> None:
    tagged = replace(role(), tags={"service": "billing"})
    assert compared(account(tagged), account(role()))["ci"].service == "billing"


ACTIONS = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:*Object", "sqs:*", "iam:PassRole"])
RESOURCES = st.sampled_from(["*", f"{BUCKET}/*", f"{BUCKET}/a", "arn:aws:s3:::*", "arn:aws:s3:::in?oices/*"])
STATEMENTS = st.builds(
    lambda effect, actions, resources: {**allow(actions, resources), "Effect": effect},
    st.sampled_from(["Allow", "Deny"]),
    st.lists(ACTIONS, min_size=1, max_size=3),
    st.lists(RESOURCES, min_size=1, max_size=3),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_statements_in_another_order_or_cut_up_are_the_same(statements: list[Json], random: Random) -> None:
    pieces = [
        {**each, "Action": action, "Resource": resource}
        for each in statements
        for action in each["Action"]
        for resource in each["Resource"]
    ]
    random.shuffle(pieces)
    both = (role(*statements), role(*pieces))
    for granted, intended in (both, both[::-1]):
        assert not {each.verdict for each in rows(granted, intended)} & {Verdict.UNINTENDED, Verdict.MISSING}


@given(st.lists(STATEMENTS, max_size=3), STATEMENTS)
def test_another_statement_never_makes_what_was_unintended_intended(statements: list[Json], more: Json) -> None:
    intended = role(allow("s3:Get*", f"{BUCKET}/*"))
    before = {name for name, verdict in told(rows(role(*statements), intended)) if verdict == Verdict.UNINTENDED}
    after = {name for name, verdict in told(rows(role(*statements, more), intended)) if verdict == Verdict.UNINTENDED}
    assert before <= after
