from __future__ import annotations

import pytest

from setpoint.decide.trust import federated_subjects, trusted_accounts, trusts_anyone
from setpoint.model.canonical import Json
from setpoint.model.iam import PolicyDocument, PolicyKind
from setpoint.model.iam_reading import read_policy

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"


def trust(principal: Json, effect: str = "Allow", **condition: Json) -> PolicyDocument:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}
    document = {
        "Version": "2012-10-17",
        "Statement": [{**statement, **({"Condition": condition} if condition else {})}],
    }
    return read_policy(document, PolicyKind.RESOURCE, "test")


@pytest.mark.parametrize(
    ("condition", "anyone"),
    [
        ({}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, True),
        ({"ForAllValues:StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci"}}, False),
        ({"StringEquals": {"sts:ExternalId": "x"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
    ],
)
def test_everybody_is_let_in_unless_a_condition_names_some(condition: Json, *, anyone: bool) -> None:
    assert trusts_anyone(trust("*", **condition)) is anyone
    assert trusts_anyone(trust({"AWS": "*"}, **condition)) is anyone


def test_a_denial_lets_nobody_in() -> None:
    assert not trusts_anyone(trust("*", effect="Deny"))
    assert trusted_accounts(trust({"AWS": "444455556666"}, effect="Deny")) == set()


def test_accounts_are_those_of_whom_it_names() -> None:
    named = [
        "444455556666",
        "arn:aws:iam::555566667777:role/x",
        "arn:aws:iam::666677778888:root",
        "AIDAEXAMPLEEXAMPLE12",
    ]
    assert trusted_accounts(trust({"AWS": named})) == {"444455556666", "555566667777", "666677778888"}
    assert trusted_accounts(trust({"Service": "ec2.amazonaws.com"})) == set()


def test_of_everybody_the_accounts_are_those_of_the_condition() -> None:
    of_accounts: Json = {"StringEquals": {"aws:PrincipalAccount": ["444455556666"]}}
    assert trusted_accounts(trust("*", **of_accounts)) == {"444455556666"}
    assert trusted_accounts(trust("*")) == set(), "which is said by trusts_anyone"


def test_members_of_a_known_organisation_are_no_outsiders() -> None:
    demanded = trust({"AWS": "444455556666"}, StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})
    assert trusted_accounts(demanded, frozenset({"o-a1b2c3d4e5"})) == set()
    assert trusted_accounts(demanded, frozenset({"o-zzzzzzzzzz"})) == {"444455556666"}


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        ({}, ["*"]),
        ({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}, ["*"]),
        (
            {"StringLike": {"token.actions.githubusercontent.com:sub": ["repo:a/b:*", "repo:c/d:*"]}},
            ["repo:a/b:*", "repo:c/d:*"],
        ),
        ({"StringLike": {"token.actions.githubusercontent.com:sub": "*"}}, ["*"]),
    ],
)
def test_subjects_are_those_that_are_demanded(condition: Json, subjects: list[str]) -> None:
    found = federated_subjects(trust({"Federated": GITHUB}, **condition))
    assert found == [("token.actions.githubusercontent.com", each) for each in subjects]
