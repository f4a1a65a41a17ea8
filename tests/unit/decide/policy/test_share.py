from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.policy.share import sharing_groups
from setpoint.model.paths import split

READS = st.lists(
    st.sets(st.sampled_from(["Port", "Tags[*].Key", "Rules[*].Name", "Rules[*].Port", "Trust.Action"]), min_size=1).map(
        tuple
    ),
    max_size=8,
)


def _groups(*reads: tuple[str, ...]) -> list[list[tuple[str, ...]]]:
    return sharing_groups(reads, lambda each: each)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (("Port",), ("Iops",), True),
        (("Port",), ("Port", "Iops"), True),
        (("Rules[*].Name",), ("Rules[*].Name", "Port"), True),
        (("Rules[*].Name",), ("Rules[*].Port",), False),
        (("Rules[*].Name", "Rules[*].Port"), ("Rules[*].Name",), False),
        (("Rules",), ("Rules[*].Name",), False),
    ],
)
def test_those_share_that_read_the_same_of_what_both_read(
    first: tuple[str, ...], second: tuple[str, ...], *, together: bool
) -> None:
    assert _groups(first, second) == ([[first, second]] if together else [[first], [second]])


def test_a_third_may_join_either() -> None:
    narrow, wide, port = ("Rules[*].Name",), ("Rules[*].Name", "Rules[*].Port"), ("Port",)
    assert _groups(narrow, wide, port, wide) == [[narrow, port], [wide, wide]]


@given(READS)
def test_nobody_sees_more_of_a_property_than_they_read(reads: list[tuple[str, ...]]) -> None:
    groups = _groups(*reads)
    assert sorted(each for group in groups for each in group) == sorted(reads)
    for group in groups:
        for one, other in combinations(group, 2):
            shared = {split(path)[0] for path in one} & {split(path)[0] for path in other}
            assert {path for path in one if split(path)[0] in shared} == {
                path for path in other if split(path)[0] in shared
            }
