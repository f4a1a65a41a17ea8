"""What a waiver covers, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.waiver import Waiver, check

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URN = "aws:123456789012:eu-west-1:AWS::S3::Bucket:logs"


def waiver(**changes: object) -> Waiver:
    given = Waiver("w1", URN, "*", "*", "known", "team-a", "T-1", NOW, NOW + timedelta(days=30))
    return replace(given, **changes)  # type: ignore[arg-type]  # the names are checked by replace itself


@pytest.mark.parametrize(
    ("scope", "policy", "path", "covered"),
    [
        (URN, "*", "*", True),
        ("aws:*:AWS::S3::Bucket:*", "*", "*", True),
        ("aws:*:AWS::S3::Bucket:other", "*", "*", False),
        ("*", "exposure/*", "*", False),
        ("*", "drift/changed", "*", True),
        ("*", "drift/changed", "Tags[*]", True),
        ("*", "*", "Tags", False),
        ("*", "*", "Tags*", True),
        ("*", "drift/chang?d", "T?gs[*]", True),
    ],
)
def test_what_is_covered(scope: str, policy: str, path: str, *, covered: bool) -> None:
    assert waiver(scope=scope, policy=policy, path=path).covers(URN, "drift/changed", "Tags[team]") is covered


def test_an_expired_one_counts_nowhere_from_that_second() -> None:
    given = waiver()
    assert given.is_active(NOW)
    assert given.is_active(given.expires_at - timedelta(microseconds=1))
    assert not given.is_active(given.expires_at)
    assert not given.is_active(NOW - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"owner": ""}, "needs a owner"),
        ({"scope": ""}, "needs a scope"),
        ({"expires_at": NOW}, "expired already"),
        ({"expires_at": NOW + timedelta(days=367)}, "more than a year"),
    ],
)
def test_what_nobody_should_be_able_to_enter(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        check(waiver(**changes), where="setpoint.yaml:4")


@given(st.text(), st.text())
def test_a_glob_without_signs_covers_only_itself(one: str, other: str) -> None:
    plain = one.replace("*", "").replace("?", "")
    assert waiver(scope=plain).is_about(plain)
    assert waiver(scope=plain).is_about(other) == (plain == other)
    assert waiver(scope="*").is_about(other)
