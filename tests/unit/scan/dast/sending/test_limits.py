from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.model.dast import Profile
from setpoint.scan.dast.sending.limits import limits_of


def test_the_safe_profile_sends_ten_requests_a_second() -> None:
    assert limits_of(Profile.SAFE, None, None).rate == 10


def test_other_numbers_may_be_set() -> None:
    limits = limits_of(Profile.SAFE, 2.5, 100)
    assert (limits.rate, limits.budget) == (2.5, 100)


@pytest.mark.parametrize(
    ("rate", "budget"), [(0, None), (-1, None), (float("nan"), None), (float("inf"), None), (None, 0), (None, -5)]
)
def test_numbers_that_no_scan_can_keep_to_are_refused(rate: float | None, budget: int | None) -> None:
    with pytest.raises(InputError):
        limits_of(Profile.SAFE, rate, budget)
