"""The comparator as a whole: what is the same, what changed, and entities that are missing, unmanaged or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.model.drift import Comparison, DriftKind, GapKind
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema
from setpoint.model.urn import Urn

Compare = Callable[..., Comparison]
Differences = Callable[..., dict[str, str]]

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "a:B", "Resource": "*"}
POLICY: dict[str, Any] = {"Version": "2012-10-17", "Statement": [ALLOW]}
POLICY_AS_TEXT = """{"Version": "2012-10-17", "Id": "label", "Statement": {
    "Sid": "label", "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["A:b"], "Resource": ["*"]
}}"""
OLDER_POLICY = {**POLICY, "Version": "2008-10-17"}


# What is the same


@pytest.mark.parametrize(
    ("intended", "actual"),
    [
        ({"Enabled": "true"}, {"Enabled": True}),
        ({"Enabled": "False"}, {"Enabled": False}),
        ({"Port": "5432"}, {"Port": 5432}),
        ({"Port": 5}, {"Port": 5.0}),
        ({"Ratio": "0.50"}, {"Ratio": 0.5}),
        ({"Address": 5}, {"Address": "5"}),
        ({"Address": True}, {"Address": "true"}),
        ({"Groups": "one"}, {"Groups": ["one"]}),
        ({"Groups": ["one", "two"]}, {"Groups": ["two", "one"]}),
        ({"Engine": "MySQL"}, {"Engine": "mysql"}),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.0.45"}),
        ({"Free": '{"a": [1]}'}, {"Free": {"a": [1.0]}}),
        ({"Free": {"a": 90, "b": False}}, {"Free": {"a": "90", "b": "false"}}),
        ({"Options": {"a": 1}}, {"Options": {"a": "1"}}),
        ({"Policy": POLICY}, {"Policy": POLICY_AS_TEXT}),
        (
            {"Rules": [{"Cidr": "a", "Port": "1"}, {"Cidr": "b"}]},
            {"Rules": [{"Cidr": "b", "Description": ""}, {"Port": 1, "Cidr": "a"}]},
        ),
        ({"Tags": [{"Key": "a", "Value": "1"}]}, {"Tags": [{"Key": "aws:x"}, {"Key": "a", "Value": "1"}]}),
        ({"Address": ""}, {}),
        ({"Rules": [], "Block": {}, "Tags": None}, {}),
        ({}, {"Rules": [], "Block": {}, "Tags": None, "Address": ""}),
        ({"Arn": "declared"}, {"Arn": "returned"}),
        ({"Port": 443}, {}),
        ({"Rules": [{"Cidr": "a"}]}, {"Rules": [{"Cidr": "a", "Port": -1}]}),
        ({"Block": {"Acls": None}}, {}),
    ],
)  # fmt: skip
def test_no_drift(differences: Differences, intended: Any, actual: Any) -> None:
    assert differences(intended, actual) == {}


# What a declared value may become


@pytest.mark.parametrize(
    ("intended", "actual", "path"),
    [
        ({"Enabled": True}, {"Enabled": False}, "Enabled"),
        ({"Enabled": True}, {"Enabled": 1}, "Enabled"),
        ({"Port": 5432}, {"Port": 5433}, "Port"),
        ({"Address": "x"}, {}, "Address"),
        ({"Address": "x"}, {"Address": ""}, "Address"),
        ({"Address": ""}, {"Address": "x"}, "Address"),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.01"}, "EngineVersion"),
        ({"EngineVersion": "8.0.45"}, {"EngineVersion": "8.0"}, "EngineVersion"),
        ({"Block": {"Mode": "x"}}, {"Block": {"Mode": "y"}}, "Block.Mode"),
        ({"Block": {"Deep": {"Size": 4}}}, {}, "Block.Deep.Size"),
        ({"Block": {"Deep": {"Size": "3"}}}, {}, "Block.Deep.Size"),
        ({"Steps": [{"Name": "a", "Logged": False}]}, {"Steps": [{"Name": "a"}]}, "Steps[a].Logged"),
        ({"Block": {"Mode": "x"}}, {"Block": "odd"}, "Block"),
        ({"Groups": ["one"]}, {"Groups": []}, "Groups"),
        ({"Groups": ["one"]}, {}, "Groups"),
        ({"Groups": ["one"]}, {"Groups": ["one", "one"]}, "Groups"),
        ({"Groups": []}, {"Groups": ["one"]}, "Groups"),
        ({"Groups": []}, {"Groups": ["everyone"]}, "Groups"),
        ({"Groups": ["everyone"]}, {"Groups": []}, "Groups"),
        ({"Rules": [{"Cidr": "a"}]}, {"Rules": [{"Cidr": "a"}, {"Cidr": "0.0.0.0/0"}]}, "Rules"),
        ({"Rules": [{"Cidr": "a"}]}, {"Rules": [{"Cidr": "0.0.0.0/0"}]}, "Rules[0].Cidr"),
        ({"Steps": [{"Name": "a"}, {"Name": "b"}]}, {"Steps": [{"Name": "b"}, {"Name": "b"}]}, "Steps[0].Name"),
        ({"Tags": [{"Key": "a", "Value": "1"}]}, {"Tags": [{"Key": "a", "Value": "2"}]}, "Tags[a].Value"),
        ({"Tags": [{"Key": "a", "Value": "1"}]}, {"Tags": []}, "Tags[a]"),
        (
            {"Policies": [{"PolicyName": "p", "PolicyDocument": POLICY}]},
            {"Policies": [{"PolicyName": "p", "PolicyDocument": OLDER_POLICY}]},
            "Policies[p].PolicyDocument",
        ),
        ({"Policy": POLICY}, {}, "Policy"),
        ({"Policy": POLICY}, {"Policy": "not json"}, "Policy"),
        ({"Policy": "text"}, {"Policy": "other text"}, "Policy"),
        ({"Policy": {"rules": [1, 2]}}, {"Policy": {"rules": [2, 1]}}, "Policy"),
        ({"Policy": {"rule": 1}}, {"Policy": {"rule": True}}, "Policy"),
        ({"Options": {"a": "1"}}, {"Options": {"a": "2"}}, "Options[a]"),
        ({"Free": {"a": [1, 2]}}, {"Free": {"a": [2, 1, 1]}}, "Free.a"),
        ({"Unheard": {"Of": 1}}, {"Unheard": {"Of": 2}}, "Unheard.Of"),
    ],
)  # fmt: skip
def test_a_declared_value_that_differs_is_changed(
    differences: Differences, intended: Any, actual: Any, path: str
) -> None:
    assert differences(intended, actual) == {path: "changed"}


def test_a_changed_list_is_told_whole_and_in_canonical_order(compare: Compare) -> None:
    [drift] = compare({"Groups": ["b", "a"]}, {"Groups": ["c", "a"]}).drifts
    assert (drift.intended, drift.actual) == (["a", "b"], ["a", "c"])


def test_a_protection_that_is_gone_is_changed_though_its_default_is_on(differences: Differences) -> None:
    assert differences({"Enabled": True, "Block": {"Acls": True}}, {}) == {
        "Enabled": "changed",
        "Block.Acls": "changed",
    }


# Whole entities


def test_a_declared_entity_that_does_not_exist_is_missing(comparator: ConfigComparator, urn: Urn) -> None:
    intended = Resource(urn, {"Port": "1", "Arn": "x", "Password": "x"}, "template")
    [drift] = comparator.compare(intended, None).drifts
    assert (drift.kind, drift.path, drift.intended, drift.actual) == (DriftKind.MISSING, "", {"Port": 1}, None)


def test_an_entity_that_nobody_declared_is_unmanaged(comparator: ConfigComparator, urn: Urn) -> None:
    actual = Resource(urn, {"Port": "1", "Arn": "x"}, "aws", unread={"Tags": "denied"})
    comparison = comparator.compare(None, actual)
    [drift] = comparison.drifts
    assert (drift.kind, drift.path, drift.intended, drift.actual) == (DriftKind.UNMANAGED, "", None, {"Port": 1})
    assert [gap.path for gap in comparison.gaps] == ["Tags"]


def test_what_the_provider_made_is_never_unmanaged(comparator: ConfigComparator, urn: Urn) -> None:
    assert comparator.compare(None, Resource(urn, {}, "aws", provided_by="ec2")).drifts == ()


@pytest.mark.parametrize("exists", [True, False])
def test_an_entity_whose_name_is_not_known_cannot_be_told(
    comparator: ConfigComparator, urn: Urn, *, exists: bool
) -> None:
    intended = Resource(urn, {"Port": 1}, "template", unidentified="its physical id is not known")
    comparison = comparator.compare(intended, Resource(urn, {"Port": 2}, "aws") if exists else None)
    assert comparison.drifts == ()
    assert [(gap.path, gap.kind, gap.reason) for gap in comparison.gaps] == [
        ("", GapKind.UNRESOLVED, "its physical id is not known")
    ]


def test_nothing_against_nothing_is_a_mistake(comparator: ConfigComparator) -> None:
    with pytest.raises(ValueError, match="neither side"):
        comparator.compare(None, None)


def test_a_type_without_schema_is_compared_as_it_stands(comparator: ConfigComparator) -> None:
    urn = Urn.aws("aws", "111122223333", "eu-west-1", "AWS::New::Type", "x")

    def paths(intended: Any, actual: Any) -> list[str]:
        comparison = comparator.compare(Resource(urn, intended, "t"), Resource(urn, actual, "aws"))
        return [drift.path for drift in comparison.drifts]

    assert paths({"A": {"B": [1, {"C": "x"}]}}, {"A": {"B": ["1", {"C": "x"}]}}) == []
    assert paths({"A": {"B": [1, {"C": "x"}]}}, {"A": {"B": [1, {"C": "y"}], "D": 1}}) == ["A.B[1].C", "A.D"]


def test_the_version_is_that_of_rules_and_schema(comparator: ConfigComparator) -> None:
    def version(number: str) -> str:
        schema = ResourceSchema(type="T", version=number, primary_identifier=(), kinds={})
        return ConfigComparator(lambda _: schema).version("T")

    assert version("1") == version("1") != version("2")
    assert comparator.version("AWS::New::Type") != comparator.version("AWS::Test::Thing")
