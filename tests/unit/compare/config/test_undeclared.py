"""What nobody declared: told leaf by leaf, or folded as a default, empty, generated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.model.drift import Comparison, DriftKind, Fold
from setpoint.model.resource import Resource
from setpoint.model.schema import Default, Kind, ResourceSchema
from setpoint.model.urn import Urn

Compare = Callable[..., Comparison]
Differences = Callable[..., dict[str, str]]

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "a:B", "Resource": "*"}
POLICY: dict[str, Any] = {"Version": "2012-10-17", "Statement": [ALLOW]}


def test_what_nobody_declared_is_told_leaf_by_leaf(differences: Differences) -> None:
    actual = {"Block": {"Mode": "x", "Deep": {"Size": 9}}, "Address": "y", "Rules": [{"Cidr": "z"}]}
    assert differences({}, actual) == dict.fromkeys(["Address", "Block.Deep.Size", "Block.Mode", "Rules"], "undeclared")


def test_an_element_that_nobody_declared_is_told_by_its_name(differences: Differences) -> None:
    intended = {"Policies": [{"PolicyName": "p", "PolicyDocument": POLICY}]}
    actual = {"Policies": [*intended["Policies"], {"PolicyName": "q", "PolicyDocument": POLICY}]}
    assert differences(intended, actual) == {"Policies[q]": "undeclared"}
    assert differences({}, intended) == {"Policies[p]": "undeclared"}


def test_two_elements_of_one_name_are_compared_as_a_list(differences: Differences) -> None:
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert differences({"Tags": twice}, {"Tags": twice[::-1]}) == {}
    assert differences({"Tags": twice}, {"Tags": twice[:1]}) == {"Tags": "changed"}


def test_defaults_empties_and_generated_values_are_folded_with_their_reason(compare: Compare) -> None:
    actual = {
        "Enabled": True,
        "Port": 443,
        "Groups": ["everyone"],
        "Block": {"Acls": True},
        "Rules": [],
        "Window": "sun:01:00",
        "ThingName": "one",
    }
    comparison = compare({}, actual)
    assert comparison.drifts == ()
    assert comparison.folds == (
        Fold("Block.Acls", actual=True, rule="default (page)"),
        Fold("Enabled", actual=True, rule="default (page)"),
        Fold("Groups", ["everyone"], "default (page)"),
        Fold("Port", 443, "default (page)"),
        Fold("Rules", [], "empty"),
        Fold("ThingName", "one", "identity (primary identifier)"),
        Fold("Window", "sun:01:00", "generated (page)"),
    )


def test_a_value_beside_its_default_is_not_folded(differences: Differences) -> None:
    assert differences({}, {"Enabled": False, "Port": 444, "Block": {"Acls": False}}) == dict.fromkeys(
        ["Block.Acls", "Enabled", "Port"], "undeclared"
    )


def test_a_default_of_true_inside_an_object_explains_nothing_where_the_object_is_undeclared(
    differences: Differences,
) -> None:
    assert differences({}, {"Block": {"Auto": True, "Deep": {"Size": 3}}}) == {"Block.Auto": "undeclared"}
    assert differences({"Block": {"Mode": "x"}}, {"Block": {"Mode": "x", "Auto": True}}) == {}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_an_empty_default_explains_nothing(empty: Any) -> None:
    kinds, defaults = {"Label": Kind.STRING}, {"Label": Default(empty, "page")}
    schema = ResourceSchema(type="T", version="1", primary_identifier=(), kinds=kinds, defaults=defaults)
    comparator = ConfigComparator(lambda _: schema)
    urn = Urn.aws("aws", "111122223333", "eu-west-1", "T", "x")
    live = Resource(urn, {"Label": "x"}, "aws")
    assert [drift.kind for drift in comparator.compare(Resource(urn, {}, "t"), live).drifts] == [DriftKind.UNDECLARED]
    for declared in ({"Label": ""}, {"Label": "y"}):
        assert [drift.kind for drift in comparator.compare(Resource(urn, declared, "t"), live).drifts] == [
            DriftKind.CHANGED
        ]


def test_a_default_may_hold_the_account_it_is_in() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:<partition>:iam::<account-id>:root"}}]}'
    kinds, defaults = {"KeyPolicy": Kind.DOCUMENT}, {"KeyPolicy": Default(text, "page")}
    schema = ResourceSchema(type="T", version="1", primary_identifier=(), kinds=kinds, defaults=defaults)
    urn = Urn.aws("aws-cn", "111122223333", "cn-north-1", "T", "x")
    for account, drifts in (("111122223333", 0), ("444455556666", 1)):
        live = {"Statement": {"Effect": "Allow", "Principal": {"AWS": f"arn:aws-cn:iam::{account}:root"}}}
        comparison = ConfigComparator(lambda _: schema).compare(
            Resource(urn, {}, "template"), Resource(urn, {"KeyPolicy": live}, "aws")
        )
        assert len(comparison.drifts) == drifts
