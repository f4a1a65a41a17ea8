"""What has to hold whatever is granted and whatever was used."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.compare.identity.rightsize.accounts import ACCOUNT, ACTIONS, ROLE, account, document, sized, use

from setpoint.compare.identity.aws.evaluation import Answer, Policies, evaluate
from setpoint.compare.identity.aws.request import Caller, CallerKind, Context, Request
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_reading import read_policy

ARNS = (
    "arn:aws:s3:::papers",
    "arn:aws:s3:::papers/a/x",
    "arn:aws:s3:::other/2026/x",
    f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders",
    f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders/index/by-day",
    f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:web",
    f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1",
    f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/s-1",
    "*",
)
RECORDED = (*ARNS, "arn:aws:s3:::papers/a/*", "arn:aws:s3:::other/2026/*", "arn:aws:s3:::${aws:username}/*")
RANK = {Answer.EXPLICIT_DENY: 0, Answer.IMPLICIT_DENY: 0, Answer.CONDITIONAL: 1, Answer.ALLOWED: 2}

actions = st.sampled_from(sorted(ACTIONS))
patterns = actions | st.sampled_from(["*", "s3:*", "s3:Get*", "s3:*Object", "ec2:*", "lambda:*", "dynamodb:*"])
resources = st.sampled_from(
    [*ARNS, "arn:aws:s3:::papers/*", "arn:aws:s3:::p*", "arn:aws:s3:::*/a/*", "arn:aws:s3:::${aws:username}/*",
     f"arn:aws:lambda:*:{ACCOUNT}:function:*", "arn:aws:ec2:*:*:*/*"]
)  # fmt: skip
conditions = st.none() | st.sampled_from(
    [
        {"StringEquals": {"aws:SourceVpc": "one"}},
        {"StringNotEquals": {"aws:SourceVpc": ["one", "${aws:username}"]}, "bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        {"StringEquals": {"aws:SourceVpc": "one"}, "stringequals": {"aws:sourcevpc": "two"}},
    ]
)
statements = st.builds(
    lambda effect, act, acts, res, rest, condition: {
        "Effect": effect, act: acts, res: rest, **({"Condition": condition} if condition else {})
    },
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "Action", "NotAction"]),
    st.lists(patterns, min_size=1, max_size=3),
    st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]),
    st.lists(resources, min_size=1, max_size=3),
    conditions,
)  # fmt: skip
documents = st.builds(
    lambda listed, version: document(*listed, version=version),
    st.lists(statements, min_size=1, max_size=4),
    st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]),
)
uses = st.lists(st.builds(use, actions, st.sampled_from(RECORDED)), max_size=5)
contexts = st.dictionaries(
    st.sampled_from(["aws:sourcevpc", "aws:username", "aws:securetransport", "iam:passedtoservice"]),
    st.sampled_from([("one",), ("two",), ("true",), ("papers",), ("lambda.amazonaws.com",), ()]),
)


@settings(max_examples=300)
@given(
    st.lists(documents, min_size=1, max_size=2),
    uses,
    actions,
    st.sampled_from(ARNS),
    contexts,
    st.booleans(),
    st.booleans(),
)
def test_nothing_is_granted_that_was_not(
    inline: list[Any], used: list[Any], action: str, arn: str, context: Any, complete: bool, keep_reads: bool
) -> None:
    of = account({f"policy-{number}": each for number, each in enumerate(inline)})
    found = sized(of, *used, keep_reads=keep_reads, more_seen=())
    assert found.proof.lost == ()
    request = Request(Caller(ROLE, ACCOUNT, CallerKind.ROLE), action, arn, ACCOUNT, Context(context, complete=complete))
    replaced = {each.policy for each in found.replaced}
    left = [each for each in of.identity_policies(of.roles[0]) if each not in replaced]
    written = [
        NamedPolicy(str(number), read_policy(orjson.loads(orjson.dumps(each)), PolicyKind.IDENTITY, "written"))
        for number, each in enumerate(found.written)
    ]
    before = evaluate(request, Policies(identity=of.identity_policies(of.roles[0])))
    after = evaluate(request, Policies(identity=(*left, *written)))
    assert RANK[after.answer] <= RANK[before.answer]


@given(st.lists(documents, min_size=1, max_size=2), uses)
def test_the_same_in_whatever_order_it_was_used(inline: list[Any], used: list[Any]) -> None:
    of = account({f"policy-{number}": each for number, each in enumerate(inline)})
    assert sized(of, *used).written == sized(of, *reversed(used)).written
