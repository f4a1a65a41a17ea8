from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.compare.config import ConfigComparator
from setpoint.model.canonical import Unknown
from setpoint.model.drift import Comparison, DriftKind, Fold, GapKind
from setpoint.model.resource import Resource
from setpoint.model.schema import Default, Kind, ResourceSchema
from setpoint.model.urn import Urn

Compare = Callable[..., Comparison]
Differences = Callable[..., dict[str, str]]

UNKNOWN = Unknown("Fn::GetAtt Other.Id: it does not exist yet")
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


# What nobody declared


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


# What cannot be told


def test_what_is_not_known_is_a_gap_and_the_rest_is_compared(compare: Compare) -> None:
    comparison = compare(
        {"Address": UNKNOWN, "Port": 1, "Block": {"Mode": UNKNOWN}, "Steps": [{"Name": UNKNOWN, "Logged": True}]},
        {"Address": "x", "Port": 2, "Block": {"Mode": "y"}, "Steps": [{"Name": "z", "Logged": True}]},
    )
    assert [drift.path for drift in comparison.drifts] == ["Port"]
    assert [gap.path for gap in comparison.gaps] == ["Address", "Block.Mode", "Steps[0].Name"]
    assert {(gap.kind, gap.reason) for gap in comparison.gaps} == {(GapKind.UNRESOLVED, UNKNOWN.reason)}


def test_an_unknown_element_stands_for_one_element_at_most(compare: Compare) -> None:
    intended = {"Groups": ["a", UNKNOWN]}
    for live in (["a"], ["a", "b"], ["b", "a"]):
        comparison = compare(intended, {"Groups": live})
        assert comparison.drifts == (), live
        assert [gap.path for gap in comparison.gaps] == ["Groups"]
    for live in (["b"], ["a", "b", "c"], []):
        assert [drift.path for drift in compare(intended, {"Groups": live}).drifts] == ["Groups"], live


def test_an_element_known_in_part_matches_what_it_can(compare: Compare) -> None:
    intended = {"Rules": [{"Cidr": UNKNOWN, "Port": 1}, {"Cidr": "a", "Port": 1}]}
    comparison = compare(intended, {"Rules": [{"Cidr": "a", "Port": 1}, {"Cidr": "b", "Port": 1}]})
    assert comparison.drifts == ()
    assert [gap.path for gap in comparison.gaps] == ["Rules[*].Cidr"]
    changed = compare(intended, {"Rules": [{"Cidr": "a", "Port": 1}, {"Cidr": "b", "Port": 2}]})
    assert [drift.path for drift in changed.drifts] == ["Rules[1].Port"]


def test_a_document_known_in_part_is_a_gap_unless_what_is_known_differs(compare: Compare) -> None:
    intended = {"Policy": {**POLICY, "Statement": [{**ALLOW, "Principal": {"AWS": UNKNOWN}}]}}
    fitting = compare(intended, {"Policy": {**POLICY, "Statement": [{**ALLOW, "Principal": {"AWS": "123456789012"}}]}})
    assert fitting.drifts == ()
    assert [(gap.path, gap.reason) for gap in fitting.gaps] == [("Policy", UNKNOWN.reason)]
    for changed in ({**ALLOW, "Action": "*"}, {**ALLOW, "Principal": {"AWS": ["123456789012", "*"]}}):
        drifts = compare(intended, {"Policy": {**POLICY, "Statement": [changed]}}).drifts
        assert [drift.path for drift in drifts] == ["Policy"]


def test_what_was_not_read_is_a_gap_and_nothing_below_it_is_compared(compare: Compare) -> None:
    comparison = compare(
        {"Block": {"Acls": True}, "Port": 1},
        {"Block": {"Mode": "live only"}, "Port": 2, "Policies": [{"PolicyName": "p"}]},
        unread={"Block": "s3:GetBlock denied", "Policies[*].PolicyDocument": "iam:GetRolePolicy throttled"},
    )
    assert [drift.path for drift in comparison.drifts] == ["Policies[p]", "Port"]
    assert [(gap.path, gap.kind, gap.reason) for gap in comparison.gaps] == [
        ("Block", GapKind.UNREAD, "s3:GetBlock denied"),
        ("Policies[*].PolicyDocument", GapKind.UNREAD, "iam:GetRolePolicy throttled"),
    ]


def test_one_unread_element_leaves_its_neighbours_compared(differences: Differences) -> None:
    policies = [{"PolicyName": name, "PolicyDocument": POLICY} for name in ("p", "q")]
    live = [{"PolicyName": name} for name in ("p", "q")]
    unread = {"Policies[p].PolicyDocument": "iam:GetRolePolicy throttled"}
    assert differences({"Policies": policies}, {"Policies": live}, unread=unread) == {
        "Policies[q].PolicyDocument": "changed"
    }


def test_what_is_never_returned_is_a_gap_only_where_it_is_declared(compare: Compare) -> None:
    [gap] = compare({"Password": "digest"}, {}).gaps
    assert (gap.path, gap.kind) == ("Password", GapKind.NEVER_RETURNED)
    assert compare({}, {}).gaps == ()


def test_what_is_not_read_is_a_gap_only_where_it_is_declared(compare: Compare) -> None:
    comparison = compare({"Metrics": [{"Id": "all"}]}, {})
    assert comparison.drifts == ()
    assert [(gap.path, gap.kind) for gap in comparison.gaps] == [("Metrics", GapKind.NOT_READ)]


def test_what_is_not_read_as_a_rule_is_compared_where_it_was_read(compare: Compare) -> None:
    [drift] = compare({}, {"Metrics": [{"Id": "all"}]}).drifts
    assert (drift.path, drift.kind) == ("Metrics", DriftKind.UNDECLARED)
    changed = compare({"Metrics": [{"Id": "all"}]}, {"Metrics": [{"Id": "some"}]})
    assert [(drift.path, drift.kind) for drift in changed.drifts] == [("Metrics[0].Id", DriftKind.CHANGED)]
    assert changed.gaps == ()


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
