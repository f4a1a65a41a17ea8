from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.iam import Condition, Effect, Operator, PolicyKind, Principals, Quantifier, Selection, Statement
from setpoint.model.iam_reading import MAX_BYTES, read_policy

STATEMENT = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}


def read(*statements: Any, kind: str = "identity", **members: Any) -> Any:
    document = {"Version": "2012-10-17", "Statement": list(statements), **members}
    return read_policy(document, PolicyKind(kind), "policies[2].document")


def refused(*statements: Any, kind: str = "identity", **members: Any) -> str:
    with pytest.raises(InputError) as error:
        read(*statements, kind=kind, **members)
    return error.value.where.removeprefix("policies[2].document")


def test_a_document_is_read_whole() -> None:
    found = read(
        {
            "Sid": "One",
            "Effect": "Deny",
            "NotAction": ["iam:*", "S3:Get?bject"],
            "NotResource": "arn:aws:s3:::x",
            "Condition": {"ForAnyValue:stringLikeIfExists": {"aws:TagKeys": ["a", 1, True, 2.0, 0.5]}},
        },
        Id="id",
    )
    condition = Condition(
        Operator.STRING_LIKE, "aws:tagkeys", ("a", "1", "true", "2", "0.5"), Quantifier.ANY, if_exists=True
    )
    assert condition.name == "ForAnyValue:StringLikeIfExists"
    assert found.id == "id"
    assert found.has_variables
    assert found.statements == (
        Statement(
            Effect.DENY,
            Selection(("iam:*", "S3:Get?bject"), negated=True),
            Selection(("arn:aws:s3:::x",), negated=True),
            conditions=(condition,),
            sid="One",
        ),
    )


def test_one_statement_needs_no_list_and_a_document_may_be_text() -> None:
    text = json.dumps({"Statement": STATEMENT})
    found = read_policy(text, PolicyKind.IDENTITY, "document")
    assert len(found.statements) == 1
    assert not found.has_variables


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Principals(aws=("*",))),
        ({"AWS": "111122223333"}, Principals(aws=("111122223333",))),
        (
            {"AWS": ["AROAEXAMPLEEXAMPLE123"], "Service": "x"},
            Principals(aws=("AROAEXAMPLEEXAMPLE123",), service=("x",)),
        ),
        (
            {"Federated": "accounts.google.com", "CanonicalUser": "a"},
            Principals(federated=("accounts.google.com",), canonical_user=("a",)),
        ),
    ],
)
def test_principals(principal: Any, expected: Principals) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    assert read(statement, kind="resource").statements[0].principals == expected


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"Effect": "allow"}, ".Effect"),
        ({"Effect": None}, ".Effect"),
        ({"Effect": {}}, ".Effect"),
        ({"Action": ""}, ".Action"),
        ({"Action": 7}, ".Action"),
        ({"Action": "GetObject"}, ".Action"),
        ({"Action": "s3*:Get"}, ".Action"),
        ({"Action": ["s3:Get*", "s3:"]}, ".Action"),
        ({"NotAction": "s3:*"}, ".NotAction"),
        ({"Resource": "bucket"}, ".Resource"),
        ({"NotResource": "*"}, ".NotResource"),
        ({"Principal": "*"}, ".Principal"),
        ({"NotPrincipal": "*"}, ".NotPrincipal"),
        ({"Actions": "s3:*"}, ""),
        ({"Sid": 7}, ".Sid"),
        ({"Condition": []}, ".Condition"),
        ({"Condition": {"StringEqual": {"a:b": "c"}}}, ".Condition"),
        ({"Condition": {"ForSomeValues:StringEquals": {"a:b": "c"}}}, ".Condition"),
        ({"Condition": {":StringEquals": {"a:b": "c"}}}, ".Condition"),
        ({"Condition": {"NullIfExists": {"a:b": "true"}}}, ".Condition"),
        ({"Condition": {"Null": {"a:b": "maybe"}}}, ".Condition.Null.a:b"),
        ({"Condition": {"StringEquals": "c"}}, ".Condition.StringEquals"),
        ({"Condition": {"StringEquals": {"ab": "c"}}}, ".Condition.StringEquals"),
        ({"Condition": {"StringEquals": {"a:b": {}}}}, ".Condition.StringEquals.a:b"),
        ({"Condition": {"StringEquals": {"a:b": [None]}}}, ".Condition.StringEquals.a:b"),
    ],
)
def test_what_aws_refuses_in_a_statement(change: dict[str, Any], where: str) -> None:
    assert refused(STATEMENT, {**STATEMENT, **change}) == f".Statement[1]{where}"


@pytest.mark.parametrize("missing", ["Effect", "Action", "Resource"])
def test_what_a_statement_needs(missing: str) -> None:
    assert refused({key: value for key, value in STATEMENT.items() if key != missing}) == f".Statement[0].{missing}"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({}, ".Principal"),
        ({"Principal": "111122223333"}, ".Principal"),
        ({"Principal": {"AWS": "bob"}}, ".Principal.AWS"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}}, ".Principal.AWS"),
        ({"Principal": {"Aws": "*"}}, ".Principal"),
        ({"Principal": "*", "NotPrincipal": "*"}, ".NotPrincipal"),
    ],
)
def test_what_aws_refuses_of_principals(change: dict[str, Any], where: str) -> None:
    assert refused({**STATEMENT, **change}, kind="resource") == f".Statement[0]{where}"


def test_a_resource_control_policy_speaks_of_everybody() -> None:
    assert refused({**STATEMENT, "Principal": {"AWS": "111122223333"}}, kind="rcp") == ".Statement[0].Principal"
    assert refused({**STATEMENT, "NotPrincipal": "*"}, kind="rcp") == ".Statement[0].NotPrincipal"
    assert read({**STATEMENT, "Principal": "*"}, kind="rcp").statements


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (None, ""),
        ([], ""),
        ("{", ""),
        ("[1]", ""),
        ({}, ".Statement"),
        ({"Statement": ["x"]}, ".Statement[0]"),
        ({"Statement": STATEMENT, "Version": "2012-10-18"}, ".Version"),
        ({"Statement": STATEMENT, "Version": []}, ".Version"),
        ({"Statement": STATEMENT, "version": "2012-10-17"}, ""),
        ('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}', ""),
        ({"Statement": {**STATEMENT, "Sid": "x" * MAX_BYTES}}, ""),
        ("[" * 500 + "]" * 500, ""),
        ('"' + "x" * 3 * MAX_BYTES + '"', ""),
    ],
)
def test_what_is_no_document(document: Any, where: str) -> None:
    with pytest.raises(InputError) as error:
        read_policy(document, PolicyKind.IDENTITY, "document")
    assert error.value.where == f"document{where}"


def test_aws_may_write_more_than_anybody_else() -> None:
    """`AWSSupportServiceRolePolicy`, which is in the export of every account, has 150 KiB."""
    actions = [f"service-{number}:Describe{'x' * 50}" for number in range(2_500)]
    statements = read({**STATEMENT, "Action": actions}).statements
    assert statements[0].actions.patterns == tuple(actions)


def test_an_empty_list_is_taken() -> None:
    assert read_policy({"Statement": []}, PolicyKind.IDENTITY, "document").statements == ()
    for name in ("Action", "Resource"):
        assert read({**STATEMENT, name: []}).statements
    assert read({**STATEMENT, "Principal": {"AWS": []}}, kind="resource").statements


def test_sids_are_unique_in_policies_of_iam() -> None:
    twice = [{**STATEMENT, "Sid": "x"}] * 2
    assert refused(*twice) == ".Statement[1].Sid"
    assert read(*({**each, "Principal": "*"} for each in twice), kind="resource").statements


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Principal", "Condition", "AWS", "Null", "a:b"]
            )
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.sampled_from(PolicyKind))
def test_whatever_is_given_is_read_or_refused(value: Any, kind: PolicyKind) -> None:
    for document in (value, {"Statement": value}, {"Statement": [{**STATEMENT, "Condition": value}]}):
        where = "document"
        try:
            read_policy(document, kind, "document")
        except InputError as error:
            where = error.where
        assert where.startswith("document")
