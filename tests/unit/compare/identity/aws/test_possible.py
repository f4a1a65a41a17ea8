from __future__ import annotations

import time
from typing import Any

import pytest
from tests.unit.compare.identity.aws.spelling import ACCOUNT, BOB, allow, deny, policy, when

from setpoint.compare.identity.aws import automaton
from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Policies
from setpoint.compare.identity.aws.possible import AnyLike, OneOf, Possibility, ResourceQuestion, can_on_some
from setpoint.compare.identity.aws.request import Context

ACTION = "lambda:UpdateFunctionCode"
FUNCTIONS = f"arn:aws:lambda:*:{ACCOUNT}:function:"
ANY = AnyLike(f"{FUNCTIONS}*", ACCOUNT)


def possibility(*statements: Any, question: ResourceQuestion = ANY, complete: bool = True, **more: Any) -> Possibility:
    policies = Policies(identity=(policy(*statements),), **more)
    return can_on_some(caller_of(BOB, where=""), ACTION, question, policies, Context(complete=complete))


def test_an_example_is_given_and_looks_like_what_was_asked_for() -> None:
    found = possibility(allow("lambda:*", f"{FUNCTIONS}dev-*"), deny("*", f"{FUNCTIONS}dev-a*"))
    assert found.answer is Answer.ALLOWED
    assert found.example_resource.startswith("arn:aws:lambda:")
    assert ":function:dev-" in found.example_resource


@pytest.mark.parametrize(
    "statements",
    [
        [allow("lambda:*"), deny("lambda:*", f"{FUNCTIONS}*")],
        [allow("lambda:*"), deny("lambda:*", "arn:aws:lambda:*")],
        [allow("lambda:*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::*"}],
        [allow("lambda:*", f"{FUNCTIONS}dev-*"), deny("lambda:*", f"{FUNCTIONS}d*")],
        [allow("lambda:*", f"{FUNCTIONS}???"), deny("lambda:*", f"{FUNCTIONS}?*")],
    ],
)
def test_a_denial_that_covers_all_leaves_nothing(statements: list[Any]) -> None:
    assert possibility(*statements).answer is Answer.EXPLICIT_DENY


@pytest.mark.parametrize(
    "statements",
    [
        [allow("lambda:*", f"arn:aws:lambda:*:{ACCOUNT}:layer:*")],
        [allow("lambda:Get*", f"{FUNCTIONS}*")],
        [allow("lambda:*", "arn:aws:lambda:*:999999999999:function:*")],
        [{"Effect": "Allow", "Action": "lambda:*", "NotResource": "arn:aws:lambda:*"}],
    ],
)
def test_what_is_allowed_elsewhere_does_not_count(statements: list[Any]) -> None:
    assert possibility(*statements) == Possibility(Answer.IMPLICIT_DENY)


def test_a_gap_between_denials_is_found() -> None:
    found = possibility(
        allow("lambda:*"),
        {"Effect": "Deny", "Action": "*", "NotResource": [f"{FUNCTIONS}a*b*c", "arn:aws:s3:::*"]},
        deny("*", f"{FUNCTIONS}abc"),
    )
    assert found.answer is Answer.ALLOWED
    assert found.example_resource.endswith((":axbc", ":abxc", ":aabc", ":abbc", ":abcc"))


def test_limits_and_policies_of_the_resource_count() -> None:
    boundary = policy(allow("lambda:*", f"{FUNCTIONS}x-*"), kind="boundary")
    assert possibility(allow("*"), boundary=boundary).example_resource.endswith(":x-")
    assert possibility(allow("*", f"{FUNCTIONS}y*"), boundary=boundary).answer is Answer.IMPLICIT_DENY


def test_one_of_those_that_exist() -> None:
    question = OneOf((FUNCTIONS.replace("*", "x") + "a", FUNCTIONS.replace("*", "x") + "b"), ACCOUNT)
    found = possibility(allow("lambda:*", f"{FUNCTIONS}b"), question=question)
    assert found == Possibility(Answer.ALLOWED, f"arn:aws:lambda:x:{ACCOUNT}:function:b")
    assert possibility(allow("lambda:*", f"{FUNCTIONS}c"), question=question).answer is Answer.IMPLICIT_DENY
    assert possibility(allow("*"), question=OneOf((), ACCOUNT)).answer is Answer.IMPLICIT_DENY


def test_what_is_unknown_stays_conditional_with_an_example() -> None:
    found = possibility(allow("*", **when("Bool", "aws:MultiFactorAuthPresent", "true")), complete=False)
    assert found.answer is Answer.CONDITIONAL
    assert found.missing == ("aws:multifactorauthpresent",)
    assert found.example_resource
    partly = possibility(
        allow("*", f"{FUNCTIONS}a", **when("Bool", "aws:MultiFactorAuthPresent", "true")),
        allow("*", f"{FUNCTIONS}b"),
        complete=False,
    )
    assert partly.answer is Answer.ALLOWED
    assert partly.example_resource.endswith(":b")


def test_too_many_cases_are_not_called_a_denial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "MAX_STATES", 20)
    found = possibility(allow("lambda:*", f"{FUNCTIONS}dev-*"), deny("*", f"{FUNCTIONS}dev-a*"))
    assert found == Possibility(Answer.CONDITIONAL)


def test_many_overlapping_patterns_are_decided_in_time() -> None:
    denials = [deny("*", f"{FUNCTIONS}*{letter}*{letter}{letter}*") for letter in "abcdefghij"]
    begun = time.process_time()
    found = possibility(allow("lambda:*", f"{FUNCTIONS}*aa*bb*"), *denials)
    assert found.answer in {Answer.CONDITIONAL, Answer.EXPLICIT_DENY, Answer.ALLOWED}
    assert time.process_time() - begun < 10
