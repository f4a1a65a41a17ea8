from __future__ import annotations

from typing import Any

import pytest
from tests.unit.compare.identity.aws.spelling import allow, request, when

from setpoint.compare.identity.aws.conditions import CompiledCondition
from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.truth import Outcome, Truth
from setpoint.model.iam import PolicyKind
from setpoint.model.iam_reading import read_policy

KEY = "x:Key"


def outcome(
    operator: str, wanted: Any, context: dict[str, Any], *, complete: bool = True, version: str = "2012-10-17"
) -> Outcome:
    document = {"Version": version, "Statement": allow(**when(operator, KEY, wanted))}
    read = read_policy(document, PolicyKind.IDENTITY, "document")
    condition = CompiledCondition(read.statements[0].conditions[0], variables=read.has_variables)
    return condition.met(Facts(request(context=context, complete=complete)))


def met(operator: str, wanted: Any, *given: str) -> bool:
    return outcome(operator, wanted, {KEY.upper(): given} if given else {}).truth is Truth.YES


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "Blue", "Blue", True),
        ("StringEquals", "Blue", "blue", False),
        ("StringEquals", "B*", "Blue", False),
        ("StringEquals", ["Red", "Blue"], "Blue", True),
        ("StringNotEquals", "Blue", "blue", True),
        ("StringNotEquals", ["Red", "Blue"], "Blue", False),
        ("StringNotEquals", ["Red", "Blue"], "Green", True),
        ("StringEqualsIgnoreCase", "Blue", "bLUE", True),
        ("StringNotEqualsIgnoreCase", "Blue", "bLUE", False),
        ("StringLike", "home/*/a?", "home/x/y/ab", True),
        ("StringLike", "home/*", "Home/x", False),
        ("StringLike", "", "", True),
        ("StringNotLike", "home/*", "away", True),
        ("stringlike", "home/*", "home/", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, "1e1", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericNotEquals", "10", "ten", True),
        ("NumericLessThan", 3600, "3599", True),
        ("NumericLessThan", "3600", "3600", False),
        ("NumericLessThanEquals", "3600", "3600", True),
        ("NumericGreaterThan", "-1", "-0.5", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericGreaterThan", "1", "NaN", False),
        ("NumericGreaterThan", "ten", "11", False),
        ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
        ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01", True),
        ("DateNotEquals", "2026", "2026-01-01T00:00:01Z", True),
        ("DateLessThan", "2026-06-30T23:59:59Z", "2026-06-30T23:59:58.5Z", True),
        ("DateGreaterThan", "2026-06-30", "2026-06-29T23:00:00-02:00", True),
        ("DateGreaterThanEquals", "2026-06", "2026-06-01T00:00Z", True),
        ("DateLessThanEquals", "1767225600", "1767225600.5", False),
        ("DateLessThan", "2026-02-30", "2020-01-01", False),
        ("DateLessThan", "99999999999999999", "2020-01-01", False),
        ("Bool", "true", "True", True),
        ("Bool", True, "true", True),
        ("Bool", "false", "true", False),
        ("Bool", "yes", "yes", False),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "BinaryValueInBase64", True),
        ("BinaryEquals", "QmluYXJ5", "qmluYXJ5", False),
        ("BinaryEquals", "not base 64!", "not base 64!", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.9/24", "203.0.113.1", True),
        ("IpAddress", "203.0.113.9", "203.0.113.9", True),
        ("IpAddress", "203.0.113.9", "203.0.113.8", False),
        ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "203.0.113.0/24", "nowhere", False),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
        ("NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
        ("ArnEquals", "arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-build", True),
        ("ArnLike", "arn:aws:iam::*:role/ci", "arn:aws:iam::111122223333:role/ci", True),
        ("ArnLike", "arn:aws:iam::*:role/CI", "arn:aws:iam::111122223333:role/ci", False),
        ("ArnLike", "*", "arn:aws:iam::111122223333:role/ci", True),
        ("ArnLike", "arn:aws:iam:*", "arn:aws:iam::111122223333:role/ci", False),
        ("ArnLike", "arn:aws:iam::*:role/ci", "ci", False),
        (
            "ArnLike",
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            False,
        ),
        (
            "StringLike",
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            True,
        ),
        ("ArnNotEquals", "arn:aws:iam::111122223333:role/ci", "arn:aws:iam::111122223333:role/cd", True),
        ("ArnNotLike", "arn:aws:iam::*:role/c?", "arn:aws:iam::111122223333:role/cd", False),
        ("Null", "false", "x", True),
        ("Null", True, "x", False),
    ],
)
def test_operators(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert met(operator, wanted, given) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("NotIpAddress", True),
        ("ArnNotLike", True),
        ("NumericNotEquals", True),
        ("DateNotEquals", True),
        ("Bool", False),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
def test_a_key_that_is_absent(operator: str, expected: bool) -> None:
    assert met(operator, "true") is expected


def test_a_key_without_values_is_absent() -> None:
    assert outcome("Null", "true", {KEY: ()}).truth is Truth.YES
    assert outcome("Null", ["true", "false"], {KEY: ()}).truth is Truth.YES
    assert outcome("Null", "false", {}).truth is Truth.NO


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAllValues:StringEquals", ("",), True),
        ("ForAnyValue:StringEquals", ("c", "b"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAnyValue:StringEquals", ("",), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("StringEquals", ("c", "b"), True),
        ("StringNotEquals", ("c", "b"), False),
        ("ForAllValues:StringLikeIfExists", ("a", "c"), False),
    ],
)
def test_keys_of_several_values(operator: str, given: tuple[str, ...], expected: bool) -> None:
    assert met(operator, ["a", "b"], *given) is expected


def test_no_value_in_the_policy_fits_nothing() -> None:
    assert not met("StringEquals", [], "a")
    assert met("StringNotEquals", [], "a")


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "home/${aws:username}", "home/bob", Truth.YES),
        ("StringLike", "${aws:UserName}/*", "bob/x", Truth.YES),
        ("StringLike", "${aws:userid}/*", "bob/x", Truth.NO),
        ("StringNotLike", "${aws:userid}/*", "bob/x", Truth.NO),
        ("StringNotLike", "${aws:userid, 'nobody'}/*", "bob/x", Truth.YES),
        ("StringLike", ["${aws:userid}/*", "bob/*"], "bob/x", Truth.YES),
        ("ArnLike", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::bob", Truth.YES),
        ("StringEquals", "${*}${?}${$}", "*?$", Truth.YES),
        ("StringLike", "a${*}", "ab", Truth.NO),
        ("NumericEquals", "${aws:username}", "bob", Truth.NO),
    ],
)
def test_variables(operator: str, wanted: Any, given: str, expected: Truth) -> None:
    assert outcome(operator, wanted, {KEY: given}).truth is expected


def test_an_absent_variable_does_not_matter_where_the_key_is_absent_and_need_not_exist() -> None:
    assert outcome("StringLikeIfExists", "${aws:userid}/*", {}).truth is Truth.YES
    assert outcome("StringNotLike", "${aws:userid}/*", {}).truth is Truth.NO


def test_the_older_version_has_no_variables() -> None:
    assert outcome("StringEquals", "${aws:username}", {KEY: "bob"}, version="2008-10-17").truth is Truth.NO
    assert outcome("StringEquals", "${aws:username}", {KEY: "${aws:username}"}, version="2008-10-17").truth is Truth.YES


@pytest.mark.parametrize(
    ("operator", "wanted", "context", "expected"),
    [
        ("StringEquals", "a", {}, Outcome(Truth.MAYBE, ("x:key",))),
        ("Null", "true", {}, Outcome(Truth.MAYBE, ("x:key",))),
        ("StringEqualsIfExists", "a", {}, Outcome(Truth.MAYBE, ("x:key",))),
        ("ForAllValues:StringEquals", "a", {}, Outcome(Truth.MAYBE, ("x:key",))),
        ("StringLike", "${aws:userid}/*", {KEY: "a/b"}, Outcome(Truth.MAYBE, ("aws:userid",))),
        ("StringLike", "${aws:userid}/*", {KEY: "a"}, Outcome(Truth.NO)),
        ("StringEquals", ["${aws:userid}", "a"], {KEY: "a"}, Outcome(Truth.YES)),
        ("StringNotLike", "${aws:userid}/*", {KEY: "a"}, Outcome(Truth.MAYBE, ("aws:userid",))),
        ("StringNotLike", ["${aws:userid}/*", "a"], {KEY: "a"}, Outcome(Truth.NO)),
    ],
)
def test_what_is_unknown_leaves_it_open(operator: str, wanted: Any, context: Any, expected: Outcome) -> None:
    assert outcome(operator, wanted, context, complete=False) == expected


def test_some_keys_follow_from_the_caller_and_the_resource() -> None:
    facts = Facts(request(complete=False))
    assert facts.known("aws:username") == ("bob",)
    assert facts.known("aws:principaltype") == ("User",)
    assert facts.known("aws:principalaccount") == ("111122223333",)
    assert facts.known("aws:resourceaccount") == ("111122223333",)
    assert facts.known("aws:principalisawsservice") == ("false",)
    assert facts.known("aws:principalservicename") == ()
    assert facts.known("aws:sourceip") is None
    session = Facts(request("arn:aws:sts::111122223333:assumed-role/deploy/x", complete=False))
    assert session.known("aws:principalarn") == ("arn:aws:iam::111122223333:role/deploy",)
    assert session.known("aws:username") == ()
    assert Facts(request("*", complete=False)).known("aws:principalarn") == ()
    assert Facts(request("*", complete=False)).known("aws:principalaccount") == ("anonymous",)
    service = Facts(request("sns.amazonaws.com", complete=False))
    assert service.known("aws:principalservicename") == ("sns.amazonaws.com",)
    federated = Facts(request("arn:aws:sts::111122223333:federated-user/bob", complete=False))
    assert federated.known("aws:principaltype") == ("FederatedUser",)
