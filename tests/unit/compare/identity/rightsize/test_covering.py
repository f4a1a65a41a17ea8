"""Whether patterns include each other, held against what texts fit them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.identity.aws.patterns import Tokens, matcher, resource_tokens
from setpoint.compare.identity.rightsize.covering import covers, overlaps, pattern_tokens, widened

patterns = st.text("ab:*?", max_size=6).map(pattern_tokens)
texts = st.text("ab:", max_size=6)


@given(patterns, patterns, texts)
def test_what_fits_the_special_one_fits_the_general_one(general: Tokens, special: Tokens, text: str) -> None:
    if covers(general, special) and matcher(special)(text):
        assert matcher(general)(text)


@given(patterns, patterns, texts)
def test_what_fits_both_shows_that_they_overlap(one: Tokens, other: Tokens, text: str) -> None:
    if matcher(one)(text) and matcher(other)(text):
        assert overlaps(one, other)
        assert overlaps(other, one)


@given(patterns)
def test_a_pattern_includes_itself(pattern: Tokens) -> None:
    assert covers(pattern, pattern)


@pytest.mark.parametrize(
    ("general", "special", "expected"),
    [
        ("*", "arn:aws:s3:::b/*", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*", True),
        ("arn:aws:s3:::b/a/*", "arn:aws:s3:::b/*", False),
        ("arn:aws:s3:::b?", "arn:aws:s3:::b*", False),
        ("arn:aws:s3:::b*", "arn:aws:s3:::b?", True),
        ("arn:aws:ec2:*:1:instance/*", "arn:aws:ec2:eu-west-1:1:instance/i-1", True),
        ("arn:aws:ec2:*:1:instance/*", "arn:aws:ec2:eu-west-1:*:instance/i-1", False),
    ],
)
def test_of_arns(general: str, special: str, *, expected: bool) -> None:
    assert covers(pattern_tokens(general), pattern_tokens(special)) is expected


def test_a_variable_may_be_any_text() -> None:
    own = widened(resource_tokens("arn:aws:s3:::home/${aws:username}/*", variables=True))
    assert overlaps(own, pattern_tokens("arn:aws:s3:::home/bob/x"))
    assert not overlaps(own, pattern_tokens("arn:aws:s3:::papers/bob/x"))
