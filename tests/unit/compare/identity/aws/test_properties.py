"""What has to hold whatever the policies say."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.compare.identity.aws.spelling import ACCOUNT, BOB, ROLE, ROOT, SESSION, deny, policy

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Policies, evaluate
from setpoint.compare.identity.aws.possible import AnyLike, OneOf, can_on_some
from setpoint.compare.identity.aws.request import Context, Request
from setpoint.model.iam import NamedPolicy

NAMES = ("a", "b", "ab", "ba", "aab")
ARNS = tuple(f"arn:aws:s3:::{name}" for name in NAMES)
DENIALS = {Answer.EXPLICIT_DENY, Answer.IMPLICIT_DENY}
RANK = {Answer.EXPLICIT_DENY: 0, Answer.IMPLICIT_DENY: 0, Answer.CONDITIONAL: 1, Answer.ALLOWED: 2}
CONTEXTS = st.dictionaries(st.sampled_from(["x:a", "x:b"]), st.sampled_from([("a",), ("b",), ("a", "b"), ("",)]))

conditions = st.builds(
    lambda quantifier, operator, if_exists, key, value: {f"{quantifier}{operator}{if_exists}": {key: value}},
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]),
    st.sampled_from(["", "IfExists"]),
    st.sampled_from(["x:a", "x:b"]),
    st.sampled_from(["a", "b*", "${x:b}", "${x:a, 'b'}", ["a", "${x:b}*"]]),
) | st.sampled_from([{"Null": {"x:a": "true"}}, {"Null": {"x:b": "false"}}])
patterns = st.sampled_from(["*", *(f"arn:aws:s3:::{name}" for name in ("a*", "*b", "a?", "ab", "*", "${x:b}*", "*a*"))])
statements = st.builds(
    lambda effect, act, acts, res, rest, condition: {
        "Effect": effect,
        act: acts,
        res: rest,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.sampled_from(["*", "s3:*", "s3:Get*", "ec2:*"]),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.lists(patterns, min_size=1, max_size=2),
    st.none() | conditions,
)
documents = st.lists(statements, min_size=1, max_size=4)
of_resources = st.builds(
    lambda statement, key, who: {**statement, key: who},
    statements,
    st.sampled_from(["Principal", "Principal", "NotPrincipal"]),
    st.sampled_from(["*", {"AWS": BOB}, {"AWS": ROOT}, {"AWS": [ROLE]}, {"AWS": [SESSION, ROLE, ROOT]}]),
)


def _policies(identity: Any, resource: Any, boundary: Any, scp: Any) -> Policies:
    return Policies(
        identity=(policy(*identity),),
        resource=(policy(*resource, kind="resource"),) if resource else None,
        boundary=policy(*boundary, kind="boundary") if boundary else None,
        scps=((policy(*scp, kind="scp"),),) if scp else None,
    )


all_policies = st.builds(
    _policies,
    documents,
    st.none() | st.lists(of_resources, min_size=1, max_size=3),
    st.none() | documents,
    st.none() | documents,
)
requests = st.builds(
    lambda principal, arn, owner, context, complete: Request(
        caller_of(principal, where=""), "s3:GetObject", arn, owner, Context(context, complete)
    ),
    st.sampled_from([BOB, SESSION, ROLE, ROOT]),
    st.sampled_from(ARNS),
    st.sampled_from([ACCOUNT, "444455556666"]),
    CONTEXTS,
    st.booleans(),
)


@given(requests, all_policies, statements)
@settings(max_examples=150)
def test_adding_a_denial_never_allows_more(request: Request, policies: Policies, statement: Any) -> None:
    more = replace(policies, identity=(*policies.identity, policy({**statement, "Effect": "Deny"})))
    assert RANK[evaluate(request, more).answer] <= RANK[evaluate(request, policies).answer]


@given(requests, all_policies, documents)
@settings(max_examples=150)
def test_a_boundary_never_allows_more(request: Request, policies: Policies, boundary: Any) -> None:
    bounded = replace(policies, boundary=policy(*boundary, kind="boundary"))
    without = evaluate(request, replace(policies, boundary=None))
    assert RANK[evaluate(request, bounded).answer] <= RANK[without.answer]


@given(requests, all_policies, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(request: Request, policies: Policies, random: Any) -> None:
    def shuffled(one: NamedPolicy) -> NamedPolicy:
        order = list(one.document.statements)
        random.shuffle(order)
        return NamedPolicy(one.name, replace(one.document, statements=tuple(order)))

    other = replace(policies, identity=tuple(shuffled(each) for each in policies.identity))
    assert evaluate(request, other).answer is evaluate(request, policies).answer


@given(requests, all_policies)
@settings(max_examples=200)
def test_what_is_not_known_never_turns_a_denial_into_an_allowance(request: Request, policies: Policies) -> None:
    """Every way to complete the context agrees with what was said of the incomplete one."""
    partial = replace(request, context=Context(request.context.values, complete=False))
    said = evaluate(partial, policies).answer
    choices = [
        [request.context.values.get(key)] if key in request.context.values else [None, ("a",), ("b", "a")]
        for key in ("x:a", "x:b")
    ]
    for a, b in product(*choices):
        values = {key: value for key, value in (("x:a", a), ("x:b", b)) if value is not None}
        whole = evaluate(replace(request, context=Context(values, complete=True)), policies).answer
        assert said is Answer.CONDITIONAL or (said is Answer.ALLOWED) is (whole is Answer.ALLOWED)
        assert said is not Answer.EXPLICIT_DENY or whole is Answer.EXPLICIT_DENY


@given(requests, documents)
def test_a_denial_of_everything_wins(request: Request, identity: Any) -> None:
    policies = Policies(identity=(policy(*identity, deny("*")),))
    assert evaluate(request, policies).answer is Answer.EXPLICIT_DENY


@given(requests, all_policies)
@settings(max_examples=150)
def test_the_best_of_all_resources_is_at_least_that_of_each(request: Request, policies: Policies) -> None:
    question = AnyLike("arn:aws:s3:::*", request.resource_account)
    found = can_on_some(request.caller, request.action, question, policies, request.context)
    answers = [evaluate(replace(request, resource=each), policies).answer for each in ARNS]
    assert RANK[found.answer] >= max(RANK[each] for each in answers)
    if found.answer is Answer.ALLOWED:
        assert evaluate(replace(request, resource=found.example_resource), policies).answer is Answer.ALLOWED
    of_these = can_on_some(request.caller, request.action, OneOf(ARNS, question.account), policies, request.context)
    assert RANK[of_these.answer] == max(RANK[each] for each in answers)
