"""Values that other values decide: references, and what counts, follows or was assigned beside something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.model.canonical import Unknown
from setpoint.model.drift import Comparison, Fold, GapKind

Compare = Callable[..., Comparison]
Differences = Callable[..., dict[str, str]]

UNKNOWN = Unknown("Fn::GetAtt Other.Id: it does not exist yet")


# References


@pytest.mark.parametrize(
    ("declared", "live", "same"),
    [
        ("1234-abcd", "arn:aws:kms:eu-west-1:111122223333:key/1234-abcd", True),
        ("alias/mine", "arn:aws:kms:eu-west-1:111122223333:alias/mine", True),
        ("1234-abcd", "arn:aws:kms:eu-west-1:999988887777:key/1234-abcd", False),
        ("1234-abcd", "arn:aws:kms:us-east-1:111122223333:key/1234-abcd", False),
        ("1234-abcd", "arn:aws-cn:kms:eu-west-1:111122223333:key/1234-abcd", False),
        ("abcd", "arn:aws:kms:eu-west-1:111122223333:key/1234-abcd", False),
        ("arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:kms:eu-west-1:111122223333:key/2", False),
    ],
)
def test_an_identifier_and_its_arn_are_one_thing_at_home_only(
    differences: Differences, declared: str, live: str, *, same: bool
) -> None:
    assert (differences({"KmsKeyId": declared}, {"KmsKeyId": live}) == {}) is same
    assert (differences({"KmsKeyId": live}, {"KmsKeyId": declared}) == {}) is same
    assert (differences({"Address": declared}, {"Address": live}) == {}) is same


def test_references_inside_unordered_lists_are_recognised(differences: Differences) -> None:
    arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1"
    intended = {"Rules": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]}
    assert differences(intended, {"Rules": [{"GroupId": "sg-2"}, {"GroupId": arn}]}) == {}


def test_a_member_that_was_left_out_of_what_is_declared_has_its_own_default(differences: Differences) -> None:
    for live, unsaid, said in ((True, {}, {"Wall.Front": "undeclared"}), (False, {"Wall.Front": "undeclared"}, {})):
        assert differences({}, {"Wall": {"Front": live}}) == unsaid
        assert differences({"Wall": {"Back": True}}, {"Wall": {"Back": True, "Front": live}}) == said


# What follows from something else


@pytest.mark.parametrize(
    ("intended", "actual", "expected"),
    [
        ({"Protocol": "6", "FromPort": 22}, {"Protocol": "tcp", "FromPort": 22}, {}),
        ({"Protocol": 6}, {"Protocol": "tcp"}, {}),
        ({"Protocol": "TCP"}, {"Protocol": "tcp"}, {}),
        ({"Protocol": "udp"}, {"Protocol": "tcp"}, {"Protocol": "changed"}),
        ({"Protocol": "6", "FromPort": 22}, {"Protocol": "tcp", "FromPort": 23}, {"FromPort": "changed"}),
        ({"Protocol": "-1", "FromPort": 22}, {"Protocol": "-1", "FromPort": -1}, {}),
        ({"Protocol": "-1"}, {"Protocol": "-1", "FromPort": 22}, {}),
        ({"Protocol": "tcp", "FromPort": 22}, {"Protocol": "-1"}, {"Protocol": "changed", "FromPort": "changed"}),
        ({"Protocol": ["odd"], "FromPort": 22}, {"Protocol": ["odd"], "FromPort": 23}, {}),
    ],
)
def test_spellings_and_what_counts_only_beside_some_values(
    differences: Differences, intended: Any, actual: Any, expected: Any
) -> None:
    assert differences(intended, actual) == expected


def test_what_counts_beside_an_unknown_value_is_compared(compare: Compare) -> None:
    comparison = compare({"Protocol": Unknown("why"), "FromPort": 22}, {"Protocol": "tcp", "FromPort": 23})
    assert [drift.path for drift in comparison.drifts] == ["FromPort"]


def test_what_follows_from_a_declared_property_is_folded(compare: Compare) -> None:
    assert compare({"Snapshot": "s-1"}, {"Size": 5}).folds == (Fold("Size", 5, "derived (page)"),)
    assert compare({"Locked": "true"}, {"Locked": True, "Versions": "Enabled"}).drifts == ()


@pytest.mark.parametrize(
    ("intended", "actual", "expected"),
    [
        ({}, {"Size": 5}, {"Size": "undeclared"}),
        ({"Snapshot": ""}, {"Size": 5}, {"Size": "undeclared"}),
        ({"Snapshot": "s-1", "Size": 4}, {"Size": 5}, {"Size": "changed"}),
        ({"Locked": True}, {"Locked": True, "Versions": "Suspended"}, {"Versions": "undeclared"}),
        ({"Locked": "false"}, {"Locked": False, "Versions": "Enabled"}, {"Versions": "undeclared"}),
        ({"Locked": True, "Versions": "Enabled"}, {"Locked": True}, {"Versions": "changed"}),
    ],
)
def test_what_does_not_follow_is_drift(differences: Differences, intended: Any, actual: Any, expected: Any) -> None:
    assert differences(intended, actual) == expected


def test_what_follows_from_the_unknown_is_a_gap(compare: Compare) -> None:
    comparison = compare({"Snapshot": Unknown("no value")}, {"Size": 5})
    assert comparison.drifts == ()
    assert ("Size", "no value") in [(gap.path, gap.reason) for gap in comparison.gaps]


def test_what_may_have_been_exchanged_since_is_a_gap_and_never_clean(compare: Compare) -> None:
    comparison = compare({}, {"Peers": ["p-1"]})
    assert (comparison.drifts, comparison.folds) == ((), ())
    assert [(gap.path, gap.kind, gap.reason) for gap in comparison.gaps] == [
        ("Peers", GapKind.ASSIGNED, "which peer is the first one is not read")
    ]
    assert [drift.path for drift in compare({}, {"Peers": ["p-1", "p-2"]}).drifts] == ["Peers"]
    assert [drift.path for drift in compare({"Peers": ["p-1"]}, {"Peers": ["p-2"]}).drifts] == ["Peers"]


KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234"


def test_a_key_by_default_is_a_gap_only_where_it_may_be_that_key(compare: Compare) -> None:
    [gap] = compare({}, {"OwnKeyId": KEY}).gaps
    assert gap.reason == "which key alias/aws/thing leads to is not read"
    for foreign in (KEY.replace("eu-west-1", "us-east-1"), KEY.replace("111122223333", "444455556666")):
        assert [drift.path for drift in compare({}, {"OwnKeyId": foreign}).drifts] == ["OwnKeyId"]


def test_a_declared_key_that_is_gone_is_drift_though_it_is_the_default(differences: Differences) -> None:
    assert differences({"OwnKeyId": "alias/aws/thing"}, {}) == {"OwnKeyId": "changed"}


def test_of_two_documented_defaults_either_is_one(differences: Differences) -> None:
    assert differences({}, {"Storage": "gp2"}) == differences({}, {"Storage": "gp3"}) == {}
    assert differences({}, {"Storage": "io1"}) == {"Storage": "undeclared"}
    assert differences({"Storage": "gp3"}, {"Storage": "gp2"}) == {"Storage": "changed"}


def test_an_empty_list_stands_for_the_default_only_where_that_is_documented(differences: Differences) -> None:
    assert differences({"Selectors": []}, {"Selectors": ["all"]}) == {}
    assert differences({"Selectors": []}, {"Selectors": ["some"]}) == {"Selectors": "changed"}
    assert differences({"Groups": []}, {"Groups": ["everyone"]}) == {"Groups": "changed"}


DEEP = {"Acls": True, "Mode": "on", "Deep": {"Size": 4}}


@pytest.mark.parametrize(
    ("declared", "live", "within"),
    [
        ({"Block": DEEP}, {}, {"Block.Acls": "Block", "Block.Mode": "Block", "Block.Deep.Size": "Block"}),
        ({"Block": DEEP}, {"Block": {**DEEP, "Deep": None}}, {"Block.Deep.Size": "Block.Deep"}),
        ({"Block": DEEP}, {"Block": {"Acls": True}}, {"Block.Mode": "", "Block.Deep.Size": "Block.Deep"}),
        ({}, {"Block": {"Mode": "on", "Deep": {"Size": 4}}}, {"Block.Mode": "Block", "Block.Deep.Size": "Block"}),
        ({"Block": {"Acls": True}}, {"Block": {"Acls": True, "Mode": "on"}}, {"Block.Mode": ""}),
        (
            {"Wall": {"Front": True, "Back": True}},
            {"Wall": {"Front": False, "Back": False}},
            {"Wall.Front": "Wall", "Wall.Back": "Wall"},
        ),
        (
            {"Block": {"Acls": True, "Auto": True, "Mode": "on"}},
            {"Block": {"Acls": False, "Auto": False, "Mode": "on"}},
            {"Block.Acls": "", "Block.Auto": ""},
        ),
    ],
)
def test_a_difference_says_of_which_object_it_is_a_part_that_differs_as_a_whole(
    compare: Any, declared: Any, live: Any, within: dict[str, str]
) -> None:
    assert {drift.path: drift.within for drift in compare(declared, live).drifts} == within
