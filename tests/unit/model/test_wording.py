"""Numbers and spans as people read them."""

from __future__ import annotations

import pytest

from setpoint.model.wording import counted, span


@pytest.mark.parametrize(("number", "told"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1000, "1,000 days")])
def test_a_number_agrees_with_what_is_counted(number: int, told: str) -> None:
    assert counted(number, "day") == told


@pytest.mark.parametrize(("number", "told"), [(1, "1 policy"), (2, "2 policies")])
def test_not_every_plural_is_an_s(number: int, told: str) -> None:
    assert counted(number, "policy", "policies") == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, "0.0s"),
        (0.2, "0.2s"),
        (4.4, "4s"),
        (59.6, "1m"),
        (60.0, "1m"),
        (3_725.0, "1h 2m"),
        (172_800.0, "2d"),
        (273_600.0, "3d 4h"),
    ],
)
def test_a_span_is_told_by_its_two_largest_units(seconds: float, told: str) -> None:
    assert span(seconds) == told
