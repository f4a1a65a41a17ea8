from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.identity.aws.patterns import (
    Variable,
    action_matcher,
    filled,
    matcher,
    resource_tokens,
    tokens_of,
)

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:pay:live"


def fits(pattern: str, text: str) -> bool:
    return matcher(resource_tokens(pattern, variables=False))(text)


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        ARN,
        "arn:aws:lambda:*",
        "arn:aws:lambda:eu-west-?:111122223333:function:*",
        "arn:aws:lambda:*:111122223333:function:pay:*",
        "arn:aws:lambda:*:*:function:p*y:live",
        "arn:*:lambda:*:*:*",
        "arn:aws:lambda:eu-*:*:function:*:live",
    ],
)
def test_a_pattern_fits_an_arn(pattern: str) -> None:
    assert fits(pattern, ARN)


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:lambda:eu*west-1:function:pay:live",
        "arn:aws:lambda:eu-west-1:111122223333:function:p*live",
        "arn:aws:lambda:eu-west-1:111122223333:function:pay?live",
        "arn:aws:lambda:eu-west-1:111122223333:function:PAY:live",
        "arn:aws:lambda:eu-west-1:111122223333:function:pay",
        "arn:aws:lambda:eu-west-1:111122223333:function:pay:liv",
    ],
)
def test_a_wildcard_inside_a_segment_stays_in_it_and_letters_keep_their_case(pattern: str) -> None:
    assert not fits(pattern, ARN)


def test_a_star_goes_across_slashes() -> None:
    assert fits("arn:aws:s3:::papers/*/plan", "arn:aws:s3:::papers/2026/q1/plan")
    assert fits("arn:aws:s3:::pap*plan", "arn:aws:s3:::papers/2026/q1/plan")


@pytest.mark.parametrize("pattern", ["S3:getobject", "s3:Get*", "s3:G?tObject", "*", "*:*", "s3:*Object"])
def test_actions_are_not_case_sensitive(pattern: str) -> None:
    assert action_matcher([pattern])("s3:getobject")


@pytest.mark.parametrize("pattern", ["s3:Put*", "s3:GetObject?", "s3express:*", "s3:*Objects"])
def test_other_actions_do_not_fit(pattern: str) -> None:
    assert not action_matcher([pattern])("s3:getobject")


def test_variables_and_what_stands_for_special_signs() -> None:
    tokens = tokens_of("a${*}b${?}c${$}d*${aws:UserName, 'no body'}${ aws:userid}", variables=True)
    assert [each for each in tokens if isinstance(each, Variable)] == [
        Variable("aws:username", "no body", "${aws:UserName, 'no body'}"),
        Variable("aws:userid", None, "${ aws:userid}"),
    ]
    assert tokens[0] == "a*b?c$d"


def test_a_value_with_wildcards_stands_for_itself() -> None:
    tokens, missing = filled(tokens_of("home/${aws:username}", variables=True), lambda _key: ("*",))
    assert tokens is not None
    assert missing == ()
    assert matcher(tokens)("home/*")
    assert not matcher(tokens)("home/bob")


@pytest.mark.parametrize(
    ("values", "fitting", "missing"),
    [(("bob",), "bob", ()), ((), "anyone", ()), (None, "whatever", ("aws:username",))],
)
def test_a_variable_is_its_value_or_its_default_or_unknown(
    values: tuple[str, ...] | None, fitting: str, missing: tuple[str, ...]
) -> None:
    tokens, unknown = filled(tokens_of("${aws:username, 'anyone'}", variables=True), lambda _key: values)
    assert tokens is not None
    assert matcher(tokens)(fitting)
    assert unknown == missing


@pytest.mark.parametrize("values", [(), ("a", "b")])
def test_a_variable_without_one_value_fits_nothing(values: tuple[str, ...]) -> None:
    assert filled(tokens_of("${aws:tagkeys}*", variables=True), lambda _key: values) == (None, ())


def test_before_the_name_a_variable_is_plain_text() -> None:
    text = "arn:aws:iam::${aws:principalaccount}:user/${aws:username}"
    variables = [each for each in resource_tokens(text, variables=True) if isinstance(each, Variable)]
    assert [each.key for each in variables] == ["aws:username"]


def test_many_stars_cost_no_more_than_the_text_is_long() -> None:
    tokens = tokens_of("*a" * 200 + "b")
    begun = time.process_time()
    assert not matcher(tokens)("a" * 20_000)
    assert time.process_time() - begun < 2


def _plainly(pattern: str, text: str) -> bool:
    """The definition, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_plainly(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and _plainly(pattern[1:], text[1:])


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_globs_match_as_they_are_defined(pattern: str, text: str) -> None:
    assert matcher(tokens_of(pattern))(text) == _plainly(pattern, text)


def _in_segments(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        crosses = not rest.lstrip("*") or rest.lstrip("*").startswith(":")
        ends = (end for end in range(len(text) + 1) if crosses or ":" not in text[:end])
        return any(_in_segments(rest, text[end:]) for end in ends)
    return bool(text) and (head == text[0] or (head == "?" and text[0] != ":")) and _in_segments(rest, text[1:])


@given(st.text("ab*?:", max_size=8), st.text("ab:", max_size=8))
def test_resources_match_as_they_are_defined(pattern: str, text: str) -> None:
    assert fits(pattern, text) == _in_segments(pattern, text)
