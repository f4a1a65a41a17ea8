from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.config.causes import causes
from setpoint.model.canonical import canonical_bytes
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.urn import Urn

URN = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::Test::Thing", "one")


def changed(path: str, intended: Any, actual: Any, within: str = "") -> Drift:
    return Drift(URN, DriftKind.CHANGED, path, intended, actual, within)


def undeclared(path: str, actual: Any, within: str = "") -> Drift:
    return Drift(URN, DriftKind.UNDECLARED, path, None, actual, within)


def test_an_object_that_is_gone_is_one_cause_and_shows_all_that_was_in_it() -> None:
    (cause,) = causes(
        [changed("Block.Acls", True, None, within="Block"), changed("Block.Deep.Size", 3, None, within="Block")]
    )
    assert (cause.path, cause.intended, cause.actual) == ("Block", {"Acls": True, "Deep.Size": 3}, None)
    assert cause.because == "2 of its properties are gone"


def test_a_switch_of_several_members_is_one_cause() -> None:
    (cause,) = causes([changed(f"Block.{name}", True, False, within="Block") for name in ("Acls", "Policy")])
    assert (cause.intended, cause.actual) == ({"Acls": True, "Policy": True}, {"Acls": False, "Policy": False})


def test_an_object_that_nobody_declared_is_one_cause() -> None:
    (cause,) = causes([undeclared("Cors.MaxAge", 5, within="Cors"), undeclared("Cors.Origin", "*", within="Cors")])
    assert (cause.path, cause.intended, cause.actual) == ("Cors", None, {"MaxAge": 5, "Origin": "*"})


def test_the_same_change_at_each_element_of_a_list_is_one_cause() -> None:
    drifts = [changed(f"Steps[{index}].Logged", True, False) for index in range(3)]
    (cause,) = causes(drifts)
    assert (cause.path, cause.because) == ("Steps[0].Logged", "the same at 3 elements: Steps[*].Logged")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("arn:aws:iam::1:role/app-a", "arn:aws:iam::1:role/app-b"), ("role/app-a", "role/app-b")),
        (("vpc-1234", "vpc-5678"), ({"Vpc": "vpc-1234"}, {"Vpc": "vpc-5678"})),
        (("vpc-1234", "vpc-5678"), (["x", "vpc-1234"], ["x", "vpc-5678"])),
    ],
)
def test_one_name_in_the_place_of_another_is_one_cause(one: Any, other: Any) -> None:
    (cause,) = causes([changed("A", *one), changed("B", *other)])
    assert "became" in cause.because
    assert "in 2 places" in cause.because


@pytest.mark.parametrize(
    "drifts",
    [
        pytest.param([changed(f"{each}.Status", "Enabled", "Suspended") for each in "AB"], id="words"),
        pytest.param([undeclared("Rules[a]", {"Port": 22}), undeclared("Rules[b]", {"Port": 80})], id="two rules"),
        pytest.param([changed("Tags[a]", {"Key": "a"}, None), changed("Tags[b]", {"Key": "b"}, None)], id="two tags"),
        pytest.param([changed("Block.Size", 1, 2), changed("Block.Mode", "a", "b")], id="two settings"),
        pytest.param([changed("Size", 1, 2), undeclared("Size", 2)], id="two kinds"),
        pytest.param([changed("Site.Log.To", "a", None), changed("Site.Acl", "b", None)], id="two that are gone"),
        pytest.param([undeclared("Site.Names", ["a"]), undeclared("Site.Staging", True)], id="two that came"),
        pytest.param([changed(f"Site.{each}", True, False) for each in "AB"], id="two switches"),
        pytest.param([undeclared(f"Site.Rules[{each}]", each, within="Site") for each in "ab"], id="two new rules"),
    ],
)  # fmt: skip
def test_what_only_looks_alike_stays_apart(drifts: list[Drift]) -> None:
    found = causes(drifts)
    assert [len(each.drifts) for each in found] == [1, 1]
    assert not any(each.because for each in found)


steps = st.sampled_from(["A", "Block", "Deep", "Rules[0]", "Rules[1]", "Rules[web]", "Size"])
paths = st.lists(steps, min_size=1, max_size=4).map(".".join)
leaves = (
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["vpc-1234", "vpc-5678", "a/vpc-1234", "Enabled"])
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(steps, inner, max_size=2))
drifts = st.lists(
    st.builds(Drift, st.just(URN), st.sampled_from(list(DriftKind)), paths, values, values, st.just("") | steps),
    max_size=12,
    unique_by=lambda each: (each.kind, each.path),
)


def spelt(drift: Drift) -> bytes:
    return canonical_bytes([drift.kind, drift.path, drift.intended, drift.actual])


@given(drifts)
def test_every_difference_is_in_exactly_one_cause(found: list[Drift]) -> None:
    assert sorted(spelt(drift) for each in causes(found) for drift in each.drifts) == sorted(map(spelt, found))


@given(drifts, st.randoms(use_true_random=False))
def test_their_order_means_nothing(found: list[Drift], shuffle: random.Random) -> None:
    moved = list(found)
    shuffle.shuffle(moved)
    assert causes(moved) == causes(found)


@given(drifts)
def test_a_cause_is_of_one_kind_and_says_why_it_is_one(found: list[Drift]) -> None:
    for each in causes(found):
        assert {drift.kind for drift in each.drifts} == {each.kind}
        assert (each.because == "") == (len(each.drifts) == 1)
        if len(each.drifts) > 1 and each.path != each.drifts[0].path:
            assert list((each.intended or {}).values()) == [
                one.intended for one in each.drifts if one.intended is not None
            ]
            assert list((each.actual or {}).values()) == [one.actual for one in each.drifts if one.actual is not None]
