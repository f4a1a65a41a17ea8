"""What cannot be told: a gap with its reason, while the rest is compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from setpoint.model.canonical import Unknown
from setpoint.model.drift import Comparison, DriftKind, GapKind

Compare = Callable[..., Comparison]
Differences = Callable[..., dict[str, str]]

UNKNOWN = Unknown("Fn::GetAtt Other.Id: it does not exist yet")
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "a:B", "Resource": "*"}
POLICY: dict[str, Any] = {"Version": "2012-10-17", "Statement": [ALLOW]}


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
