from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Unknown
from setpoint.model.documents import DOCUMENT_KINDS, canonical_document
from setpoint.model.paths import lookup
from setpoint.model.schema import Kind

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def statement(**changes: Any) -> Any:
    """The only statement of a canonical document."""
    document = canonical_document({"Version": "2012-10-17", "Statement": [{**ALLOW, **changes}]})
    [only] = document["Statement"]
    return only


def test_every_path_of_the_canonical_form_is_there() -> None:
    document = canonical_document({"Statement": {"Effect": "Allow"}})
    for path, kind in DOCUMENT_KINDS.items():
        if not path.endswith("[*]"):
            assert list(lookup(document, path)), path
        if kind is Kind.LIST:
            assert all(isinstance(value, list) for value in lookup(document, path)), path


def test_text_and_object_are_the_same_document() -> None:
    document = {"Version": "2012-10-17", "Statement": [ALLOW]}
    assert canonical_document(json.dumps(document)) == canonical_document(document)


def test_a_document_without_version_has_the_old_one() -> None:
    assert canonical_document({"Statement": []})["Version"] == "2008-10-17"


def test_everyone_is_one_principal_however_it_is_written() -> None:
    assert statement(Principal="*") == statement(Principal={"AWS": "*"}) == statement(Principal={"AWS": ["*", "*"]})


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_an_account_is_its_root_in_its_partition(partition: str) -> None:
    document = {"Statement": [{**ALLOW, "Principal": {"AWS": "123456789012"}}]}
    canonical = canonical_document(document, partition)
    assert canonical["Statement"][0]["Principal"]["AWS"] == [f"arn:{partition}:iam::123456789012:root"]


def test_actions_are_lower_case_and_resources_are_not() -> None:
    only = statement(Action=["s3:PutObject", "S3:putobject"], Resource=["arn:aws:s3:::B", "arn:aws:s3:::b"])
    assert only["Action"] == ["s3:putobject"]
    assert only["Resource"] == ["arn:aws:s3:::B", "arn:aws:s3:::b"]


def test_conditions_are_lists_of_text_under_lower_case_names() -> None:
    condition = {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:Max-Keys": 10.0}}
    assert statement(Condition=condition)["Condition"] == {
        "bool": {"aws:securetransport": ["false"]},
        "numericlessthan": {"s3:max-keys": ["10"]},
    }


def test_only_conditions_on_truth_ignore_the_case_of_their_values() -> None:
    condition = {"ForAnyValue:BoolIfExists": {"a": "True"}, "StringEquals": {"b": "True"}}
    assert statement(Condition=condition)["Condition"] == {
        "foranyvalue:boolifexists": {"a": ["true"]},
        "stringequals": {"b": ["True"]},
    }


def test_condition_keys_that_would_become_one_are_kept_apart() -> None:
    condition = {"StringEquals": {"aws:Tag/A": "1", "aws:tag/a": "2"}}
    assert statement(Condition=condition)["Condition"]["stringequals"] == {"aws:Tag/A": ["1"], "aws:tag/a": ["2"]}


def test_what_iam_does_not_know_is_kept() -> None:
    assert statement(Comment="why")["Comment"] == "why"


@pytest.mark.parametrize(
    "value", ["not json", "17", "", None, 5, [], {}, {"Version": "2012-10-17"}, {"Statement": "x"}, {"Statement": [1]}]
)
def test_what_is_no_policy_document_stays_as_it_is(value: Any) -> None:
    assert canonical_document(value) == value


def test_json_text_that_is_no_policy_is_parsed() -> None:
    assert canonical_document('{"rules": [1]}') == {"rules": [1]}


def test_what_is_not_known_stays_where_it_stands() -> None:
    unknown = Unknown("Fn::GetAtt Role.Arn")
    assert statement(Principal=unknown)["Principal"] == unknown
    assert statement(Resource=["arn:aws:s3:::b", unknown])["Resource"] == ["arn:aws:s3:::b", unknown]
    assert canonical_document({"Statement": [unknown]})["Statement"] == [unknown]


texts = st.text("ab:*", max_size=4)
members = st.one_of(texts, st.lists(texts, max_size=3))
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": texts,
        "Action": members,
        "NotAction": members,
        "Resource": members,
        "Principal": st.one_of(st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service"]), members)),
        "Condition": st.dictionaries(
            texts, st.dictionaries(texts, st.one_of(members, st.booleans(), st.integers(0, 9)))
        ),
    },
)
documents = st.fixed_dictionaries({"Statement": st.lists(statements, max_size=3)}, optional={"Id": texts})


@given(documents)
def test_canonical_is_idempotent(document: Any) -> None:
    canonical = canonical_document(document)
    assert canonical_document(canonical) == canonical


@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_statements_means_nothing(document: Any, random: Any) -> None:
    shuffled = random.sample(document["Statement"], len(document["Statement"]))
    assert canonical_document({**document, "Statement": shuffled}) == canonical_document(document)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()),
    lambda children: st.one_of(st.lists(children), st.dictionaries(st.text(), children)),
)


@given(json_values)
def test_no_json_is_too_odd(value: Any) -> None:
    canonical_document(value)
    canonical_document({"Statement": value})
    canonical_document({"Statement": {"Effect": value, "Principal": value, "Action": value, "Condition": value}})
