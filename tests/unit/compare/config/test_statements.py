from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.config.statements import Change, DocumentChange, compare_documents
from setpoint.model.canonical import Unknown
from setpoint.model.documents import canonical_document

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
NO_DELETE = {"Effect": "Deny", "Action": ["s3:DeleteObject", "s3:PutObject"], "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}


def document(*statements: Any) -> Any:
    return canonical_document({"Version": "2012-10-17", "Statement": list(statements)})


def compared(intended: Any, actual: Any) -> DocumentChange:
    found = compare_documents(intended, actual)
    assert found is not None
    return found


def change(before: Any, after: Any) -> Change:
    (statement,) = compared(document(before, LOGS), document(LOGS, after)).statements
    return statement.change


def test_statements_are_told_by_what_became_of_them() -> None:
    backdoor = {"Sid": "Backdoor", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    found = compared(document(READ, LOGS, TRUST), document({**READ, "Action": "s3:*"}, LOGS, backdoor))
    assert [(each.name, each.change) for each in found.statements] == [
        ("Allow sts:assumerole", Change.REMOVED),
        ("Backdoor", Change.ADDED),
        ("Read", Change.WIDENED),
    ]
    (action,) = found.statements[2].elements
    assert (action.element, action.gone, action.new) == ("Action", ("s3:getobject",), ("s3:*",))
    assert found.unchanged == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (READ, {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}, Change.WIDENED),
        (READ, {**READ, "Resource": "*"}, Change.WIDENED),
        (READ, {**READ, "Resource": "arn:aws:s3:::data/public/*"}, Change.NARROWED),
        (READ, {**READ, "Action": "s3:PutObject"}, Change.CHANGED),
        (READ, {**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, Change.NARROWED),
        ({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, READ, Change.WIDENED),
        (
            {**READ, "Condition": {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}}},
            {**READ, "Condition": {"StringEquals": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}},
            Change.WIDENED,
        ),
        (
            {**READ, "Condition": {"StringNotLike": {"aws:SourceVpc": ["vpc-1"]}}},
            {**READ, "Condition": {"StringNotLike": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}}},
            Change.NARROWED,
        ),
        (
            {**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}},
            {**READ, "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "9999"}}},
            Change.CHANGED,
        ),
        (NO_DELETE, {**NO_DELETE, "Action": "s3:DeleteObject"}, Change.WIDENED),
        (NO_DELETE, {**NO_DELETE, "Effect": "Allow"}, Change.WIDENED),
        (NO_DELETE, {**NO_DELETE, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}, Change.WIDENED),
        (TRUST, {**TRUST, "Principal": {"Service": "ec2.amazonaws.com", "AWS": "*"}}, Change.WIDENED),
        (TRUST, {**TRUST, "Principal": {"Service": "lambda.amazonaws.com"}}, Change.CHANGED),
        (
            {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"},
            Change.WIDENED,
        ),
        (
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["s3:*"], "Resource": "*"},
            Change.CHANGED,
        ),
    ],
)
def test_whether_a_statement_allows_more(before: Any, after: Any, expected: Change) -> None:
    assert change(before, after) == expected


def test_a_label_alone_changes_nothing() -> None:
    assert compared(document(READ), document({**READ, "Sid": "Other"})).statements == ()


def test_a_sid_decides_which_statement_is_which() -> None:
    one, other = {**READ, "Sid": "A"}, {**TRUST, "Sid": "A"}
    assert change(one, other) == Change.CHANGED


def test_a_document_that_came_or_went() -> None:
    assert [each.change for each in compared(None, document(READ)).statements] == [Change.ADDED]
    assert [each.change for each in compared(document(READ), None).statements] == [Change.REMOVED]


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
    counts = {each: sum(one.change is each for one in found.statements) for each in Change}
    matched = len(found.statements) - counts[Change.ADDED] - counts[Change.REMOVED]
    assert matched + counts[Change.REMOVED] + found.unchanged <= len(intended["Statement"])
    assert matched + counts[Change.ADDED] + found.unchanged <= len(actual["Statement"])


@given(documents)
def test_a_document_does_not_differ_from_itself(one: Any) -> None:
    assert compared(one, one).statements == ()


MIRRORED = {Change.ADDED: Change.REMOVED, Change.WIDENED: Change.NARROWED, Change.CHANGED: Change.CHANGED}


@given(statements, statements)
def test_back_again_is_the_opposite(one: Any, other: Any) -> None:
    there = compared(document(one), document(other)).statements
    back = compared(document(other), document(one)).statements
    mirrored = MIRRORED | {after: before for before, after in MIRRORED.items()}
    assert sorted(mirrored[each.change] for each in there) == sorted(each.change for each in back)
