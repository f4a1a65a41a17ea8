"""What is passed over on the way to a comparison is counted, by the rule that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.config import ConfigComparator
from setpoint.compare.config.tiers import differences, no_differences
from setpoint.model.drift import Comparison, FoldKind, kind_of
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

Compare = Callable[..., Comparison]


def kinds(comparison: Comparison) -> dict[FoldKind, int]:
    counted: dict[FoldKind, int] = {}
    for rule, count in comparison.folded().items():
        counted[kind_of(rule)] = counted.get(kind_of(rule), 0) + count
    return counted


@pytest.mark.parametrize(
    ("intended", "actual", "expected"),
    [
        ({}, {"Arn": "arn"}, {FoldKind.READ_ONLY: 1}),
        ({}, {"Tags": [{"Key": "aws:a", "Value": "1"}]}, {FoldKind.RESERVED: 1, FoldKind.EMPTY: 1}),
        ({"Protocol": "-1"}, {"Protocol": "-1", "FromPort": 0}, {FoldKind.IGNORED: 1}),
        ({"Groups": ["b", "a"]}, {"Groups": ["a", "b"]}, {FoldKind.ORDER: 1}),
        ({"Groups": ["a", "b"]}, {"Groups": ["a", "b"]}, {}),
        ({"Groups": ["a", "b"]}, {"Groups": ["c", "b"]}, {}),
        ({"Free": {"a": [1, 2]}}, {"Free": {"a": [2, 1]}}, {FoldKind.ORDER: 1}),
        ({"Engine": "MySQL"}, {"Engine": "mysql"}, {FoldKind.SPELLING: 1}),
        ({"Port": 443}, {}, {FoldKind.SPELLING: 1}),
        ({}, {"Port": 443, "Label": "none"}, {FoldKind.DEFAULT: 2}),
    ],
)  # fmt: skip
def test_what_was_folded_is_counted(compare: Compare, intended: Any, actual: Any, expected: Any) -> None:
    comparison = compare(intended, actual)
    assert kinds(comparison) == expected


def test_another_spelling_shows_both(compare: Compare) -> None:
    (fold,) = compare({"Engine": "MySQL"}, {"Engine": "mysql"}).folds
    assert (fold.path, fold.intended, fold.actual) == ("Engine", "MySQL", "mysql")


def test_what_is_no_difference_has_no_tier(compare: Compare) -> None:
    comparison = compare({"Engine": "MySQL"}, {"Engine": "mysql", "Port": 443})
    assert [each.path for each in no_differences(comparison)] == ["Engine"]
    assert [each.path for each in differences(comparison)] == ["Port"]


def test_where_it_is_declared_is_kept(comparator: ConfigComparator, urn: Urn) -> None:
    intended = Resource(urn, {"Label": "a"}, "template.yaml:12: Thing")
    assert comparator.compare(intended, None).declared_at == "template.yaml:12: Thing"
    assert comparator.compare(intended, Resource(urn, {}, "aws")).declared_at == "template.yaml:12: Thing"
    assert comparator.compare(None, Resource(urn, {}, "aws")).declared_at == ""


@given(st.lists(st.integers(0, 4).map(str), unique=True, max_size=5), st.randoms(use_true_random=False))
def test_only_another_order_counts_as_one(compare: Compare, groups: list[str], shuffle: Any) -> None:
    moved = list(groups)
    shuffle.shuffle(moved)
    counted = kinds(compare({"Groups": groups or ["x"]}, {"Groups": moved or ["x"]}))
    assert counted.get(FoldKind.ORDER, 0) == int(moved != groups)
