from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.config.statements import DocumentChange, Shift, compare_documents
from setpoint.model.canonical import Unknown
from setpoint.model.documents import canonical_document

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
NO_DELETE = {"Effect": "Deny", "Action": ["s3:DeleteObject", "s3:PutObject"], "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}

ROLES = "arn:aws:iam::111122223333:role/"


def when(operator: str, value: str) -> Any:
    return {**READ, "Condition": {operator: {"token.actions.example:sub": value}}}


def trusted(principal: str) -> Any:
    return {**TRUST, "Principal": {"AWS": principal}}


def document(*statements: Any) -> Any:
    return canonical_document({"Version": "2012-10-17", "Statement": list(statements)})


def compared(intended: Any, actual: Any) -> DocumentChange:
    found = compare_documents(intended, actual)
    assert found is not None
    return found


def change(before: Any, after: Any) -> Shift:
    (statement,) = compared(document(before, LOGS), document(LOGS, after)).statements
    return statement.change


def test_statements_are_told_by_what_became_of_them() -> None:
    backdoor = {"Sid": "Backdoor", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    found = compared(document(READ, LOGS, TRUST), document({**READ, "Action": "s3:*"}, LOGS, backdoor))
    assert [(each.name, each.change) for each in found.statements] == [
        ("Allow sts:assumerole", Shift.REMOVED),
        ("Backdoor", Shift.ADDED),
        ("Read", Shift.WIDENED),
    ]
    (action,) = found.statements[2].elements
    assert (action.element, action.gone, action.new) == ("Action", ("s3:getobject",), ("s3:*",))
    assert found.unchanged == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (READ, {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}, Shift.WIDENED),
        (READ, {**READ, "Resource": "*"}, Shift.WIDENED),
        (READ, {**READ, "Resource": "arn:aws:s3:::data/public/*"}, Shift.NARROWED),
        (READ, {**READ, "Action": "s3:PutObject"}, Shift.CHANGED),
        (READ, {**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, Shift.NARROWED),
        ({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, READ, Shift.WIDENED),
        (
            {**READ, "Condition": {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}}},
            {**READ, "Condition": {"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}},
            Shift.WIDENED,
        ),
        (
            {**READ, "Condition": {"StringNotLike": {"aws:SourceVpc": ["vpc-1"]}}},
            {**READ, "Condition": {"StringNotLike": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}},
            Shift.NARROWED,
        ),
        (
            {**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}},
            {**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "9999"}}},
            Shift.CHANGED,
        ),
        (when("StringEquals", "repo:org/*"), when("StringEquals", "repo:org/evil"), Shift.CHANGED),
        (when("StringEqualsIgnoreCase", "Org/*"), when("StringEqualsIgnoreCase", "org/a"), Shift.CHANGED),
        (when("StringLike", "repo:org/*"), when("StringLike", "repo:org/app"), Shift.NARROWED),
        (when("ForAnyValue:StringLikeIfExists", "a"), when("ForAnyValue:StringLikeIfExists", "?"), Shift.WIDENED),
        (when("StringNotLike", "repo:org/*"), when("StringNotLike", "repo:org/app"), Shift.WIDENED),
        (when("StringNotEquals", "repo:org/*"), when("StringNotEquals", "repo:org/app"), Shift.CHANGED),
        (when("ArnEquals", f"{ROLES}*"), when("ArnEquals", f"{ROLES}app"), Shift.NARROWED),
        (when("ArnLike", "arn:aws:*"), when("ArnLike", f"{ROLES}app"), Shift.CHANGED),
        (when("ArnNotLike", f"{ROLES}*"), when("ArnNotLike", f"{ROLES}app"), Shift.WIDENED),
        (trusted(f"{ROLES}*"), trusted(f"{ROLES}app"), Shift.CHANGED),
        (trusted("*"), trusted(f"{ROLES}app"), Shift.NARROWED),
        (NO_DELETE, {**NO_DELETE, "Action": "s3:DeleteObject"}, Shift.WIDENED),
        (NO_DELETE, {**NO_DELETE, "Effect": "Allow"}, Shift.WIDENED),
        (READ, {**READ, "Effect": "Deny", "Action": "s3:*"}, Shift.NARROWED),
        (NO_DELETE, {**NO_DELETE, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}, Shift.WIDENED),
        (TRUST, {**TRUST, "Principal": {"Service": "ec2.amazonaws.com", "AWS": "*"}}, Shift.WIDENED),
        (TRUST, {**TRUST, "Principal": {"Service": "lambda.amazonaws.com"}}, Shift.CHANGED),
        (
            {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"},
            Shift.WIDENED,
        ),
        (
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["s3:*"], "Resource": "*"},
            Shift.CHANGED,
        ),
    ],
)
def test_whether_a_statement_allows_more(before: Any, after: Any, expected: Shift) -> None:
    assert change(before, after) == expected


def test_a_label_alone_changes_nothing() -> None:
    assert compared(document(READ), document({**READ, "Sid": "Other"})).statements == ()


def test_a_sid_decides_which_statement_is_which() -> None:
    one, other = {**READ, "Sid": "A"}, {**TRUST, "Sid": "A"}
    assert change(one, other) == Shift.CHANGED


def test_a_document_that_came_or_went() -> None:
    assert [each.change for each in compared(None, document(READ)).statements] == [Shift.ADDED]
    assert [each.change for each in compared(document(READ), None).statements] == [Shift.REMOVED]


def test_another_version_is_told() -> None:
    older = {**document(READ), "Version": "2008-10-17"}
    assert compared(document(READ), older).rest == ("Version",)


def test_what_is_not_known_is_told_as_such() -> None:
    (statement,) = compared(
        document({**READ, "Resource": Unknown("Ref Data")}), document({**READ, "Resource": "*"})
    ).statements
    assert statement.elements[0].gone == ("(unknown: Ref Data)",)


@pytest.mark.parametrize(
    "value", [None, "text", {"Statement": "x"}, {"Statement": [1]}, {"Statement": [{"Sid": "x"}]}, []]
)
def test_what_is_no_policy_document_is_none(value: Any) -> None:
    assert compare_documents(value, None) is None
    assert compare_documents(document(READ), value) is None or value is None


texts = st.sampled_from(["s3:GetObject", "s3:*", "*", "iam:Pass?ole", "logs:Put"])
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.sampled_from(["A", "B"]),
        "Action": st.lists(texts, max_size=3),
        "NotAction": st.lists(texts, max_size=2),
        "Resource": st.lists(texts, max_size=2),
        "Principal": st.dictionaries(st.sampled_from(["AWS", "Service"]), st.lists(texts, max_size=2)),
        "Condition": st.dictionaries(
            texts, st.dictionaries(texts, st.lists(texts, max_size=2), max_size=2), max_size=2
        ),
    },
)
documents = st.lists(statements, max_size=4).map(lambda some: document(*some))


@given(documents, documents)
def test_every_statement_is_counted_once(intended: Any, actual: Any) -> None:
    found = compared(intended, actual)
    counts = {each: sum(one.change is each for one in found.statements) for each in Shift}
    matched = len(found.statements) - counts[Shift.ADDED] - counts[Shift.REMOVED]
    assert matched + counts[Shift.REMOVED] + found.unchanged <= len(intended["Statement"])
    assert matched + counts[Shift.ADDED] + found.unchanged <= len(actual["Statement"])


@given(documents)
def test_a_document_does_not_differ_from_itself(one: Any) -> None:
    assert compared(one, one).statements == ()


MIRRORED = {Shift.ADDED: Shift.REMOVED, Shift.WIDENED: Shift.NARROWED, Shift.CHANGED: Shift.CHANGED}


@given(statements, statements)
def test_back_again_is_the_opposite(one: Any, other: Any) -> None:
    there = compared(document(one), document(other)).statements
    back = compared(document(other), document(one)).statements
    mirrored = MIRRORED | {after: before for before, after in MIRRORED.items()}
    assert sorted(mirrored[each.change] for each in there) == sorted(each.change for each in back)
