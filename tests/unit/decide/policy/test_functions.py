from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.policy.functions import (
    ALL_PORTS,
    FUNCTIONS,
    account_of,
    any_action,
    any_port,
    bound_by,
    is_public_cidr,
    limited_by,
    port_count,
    serves_anyone,
    usable_under,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("principal", "account"),
    [
        ("111122223333", "111122223333"),
        ("arn:aws:iam::111122223333:root", "111122223333"),
        ("arn:aws-cn:sts::111122223333:assumed-role/deploy/session", "111122223333"),
        ("*", "*"),
        ("AROAEXAMPLEID", ""),
        ("arn:aws", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_account_of(principal: Any, account: str) -> None:
    assert account_of(principal) == account


@pytest.mark.parametrize(
    ("cidr", "public"),
    [
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("128.0.0.0/1", True),
        ("2000::/3", True),
        ("10.0.0.0/8", False),
        ("54.0.0.0/8", False),
        ("203.0.113.7/32", False),
        ("fc00::/7", False),
        (" 0.0.0.0/0 ", True),
        ("anywhere", True),
        ("", False),
        (None, False),
    ],
)
def test_is_public_cidr(cidr: Any, *, public: bool) -> None:
    assert is_public_cidr(cidr) is public


@pytest.mark.parametrize(
    ("rule", "opens"),
    [
        ({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}, True),
        ({"IpProtocol": "TCP", "FromPort": 0, "ToPort": 65535}, True),
        ({"IpProtocol": "6", "FromPort": 20, "ToPort": 30}, True),
        ({"IpProtocol": "tcp", "FromPort": 23, "ToPort": 100}, False),
        ({"IpProtocol": "-1", "FromPort": 80, "ToPort": 80}, True),
        ({"IpProtocol": "tcp", "FromPort": None, "ToPort": None}, True),
        ({"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1}, True),
        ({"IpProtocol": "tcp", "FromPort": "a", "ToPort": "b"}, True),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, False),
        ({"IpProtocol": None, "FromPort": None, "ToPort": None}, True),
        ({}, True),
        ("tcp", True),
    ],
)
def test_any_port(rule: Any, *, opens: bool) -> None:
    assert any_port(rule, [22, 3389]) is opens


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}, 1),
        ({"IpProtocol": "udp", "FromPort": 1000, "ToPort": 1999}, 1000),
        ({"IpProtocol": "-1"}, ALL_PORTS),
        ({"IpProtocol": "tcp"}, ALL_PORTS),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, 0),
        ({"IpProtocol": "tcp", "FromPort": 9, "ToPort": 8}, 0),
    ],
)
def test_port_count(rule: Any, count: int) -> None:
    assert port_count(rule) == count


@pytest.mark.parametrize(
    ("condition", "limited"),
    [
        ({"stringequals": {"aws:principalorgid": ["o-a1b2c3d4e5"]}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, True),
        ({"foranyvalue:stringlike": {"aws:principalorgid": ["o-a1b2c3d4e5/*"]}}, True),
        ({"arnlike": {"aws:sourcearn": ["arn:aws:iam::111122223333:role/app-*"]}}, True),
        ({"ipaddress": {"aws:sourceip": ["203.0.113.0/24"]}}, True),
        ({"ipaddress": {"aws:sourceip": ["203.0.113.7"]}}, True),
        ({"ipaddress": {"aws:sourceip": ["203.0.113.0/24", "0.0.0.0/1"]}}, False),
        ({"notipaddress": {"aws:sourceip": ["203.0.113.0/24"]}}, False),
        ({"stringnotequals": {"aws:principalorgid": ["o-a1b2c3d4e5"]}}, False),
        ({"stringequalsifexists": {"aws:principalorgid": ["o-a1b2c3d4e5"]}}, False),
        ({"forallvalues:stringequals": {"aws:principalorgid": ["o-a1b2c3d4e5"]}}, False),
        ({"arnlike": {"aws:sourcearn": ["arn:aws:iam::*:role/app"]}}, False),
        ({"stringlike": {"aws:principalorgid": ["*"]}}, False),
        ({"stringequals": {"aws:principalorgid": ["${aws:PrincipalOrgID}"]}}, False),
        ({"stringequals": {"aws:principalorgid": []}}, False),
        ({"bool": {"aws:securetransport": ["true"]}}, False),
        ({}, False),
        (None, False),
        ({"stringequals": "o-a1b2c3d4e5"}, False),
    ],
)
def test_limited_by(condition: Any, *, limited: bool) -> None:
    assert limited_by(condition, ["aws:PrincipalOrgID", "aws:SourceArn", "aws:SourceIp"]) is limited


@pytest.mark.parametrize(
    ("actions", "wanted", "taken_in"),
    [
        (["iam:passrole"], ["iam:PassRole"], True),
        (["s3:getobject", "iam:pass*"], ["iam:PassRole"], True),
        (["iam:p?ssrole"], ["iam:PassRole"], True),
        (["*"], ["iam:PassRole"], True),
        (["iam:*"], ["iam:*"], True),
        (["*:*"], ["iam:*"], True),
        (["iam:get*"], ["iam:*"], False),
        (["iam:get*"], ["iam:PassRole", "iam:PutRolePolicy"], False),
        (["iam:[p]assrole"], ["iam:PassRole"], False),
        (["iam:passrolex"], ["iam:PassRole"], False),
        ([], ["iam:PassRole"], False),
        (["iam:passrole"], [], False),
        ("iam:passrole", "iam:PassRole", True),
        ([5], ["iam:PassRole"], True),
        (["*a" * 30], ["a" * 60 + "b"], False),
    ],
)
def test_any_action(actions: Any, wanted: Any, *, taken_in: bool) -> None:
    assert any_action(actions, wanted) is taken_in


GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"
OWN_CLUSTER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2"


@pytest.mark.parametrize(
    ("provider", "condition", "anyone"),
    [
        (GITHUB, {}, True),
        (GITHUB, {"stringequals": {"token.actions.githubusercontent.com:aud": ["sts.amazonaws.com"]}}, True),
        (GITHUB, {"stringequals": {SUBJECT: ["repo:octo-org/octo-repo:ref:refs/heads/main"]}}, False),
        (GITHUB, {"stringlike": {SUBJECT: ["repo:octo-org/*"]}}, False),
        (GITHUB, {"stringlike": {SUBJECT: ["repo:octo-org/*", "repo:*"]}}, True),
        (GITHUB, {"stringlike": {SUBJECT: ["repo:octo-org*"]}}, True),
        (GITHUB, {"stringlike": {SUBJECT: ["*"]}}, True),
        (GITHUB, {"stringlikeifexists": {SUBJECT: ["repo:octo-org/*"]}}, True),
        (GITHUB, {"forallvalues:stringlike": {SUBJECT: ["repo:octo-org/*"]}}, True),
        ("cognito-identity.amazonaws.com", {}, True),
        (
            "cognito-identity.amazonaws.com",
            {"stringequals": {"cognito-identity.amazonaws.com:aud": ["eu-west-1:4f1c"]}},
            False,
        ),
        (OWN_CLUSTER, {}, False),
        ("arn:aws:iam::111122223333:saml-provider/company", {}, False),
        ("*", {}, True),
        (None, {}, True),
    ],
)
def test_serves_anyone(provider: Any, condition: Any, *, anyone: bool) -> None:
    assert serves_anyone(provider, condition) is anyone


@pytest.mark.parametrize(
    ("expression", "licences", "bound"),
    [
        ("AGPL-3.0-only", ["AGPL-*"], True),
        ("agpl-3.0-only", ["AGPL-3.0-Only"], True),
        ("LGPL-3.0-only", ["GPL-*"], False),
        ("AGPL-3.0-only OR MIT", ["AGPL-*"], False),
        ("AGPL-3.0-only OR SSPL-1.0", ["AGPL-*", "SSPL-*"], True),
        ("AGPL-3.0-only OR MIT AND SSPL-1.0", ["AGPL-*", "SSPL-*"], True),
        ("MIT AND AGPL-3.0-only", ["AGPL-*"], True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"], False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only*"], True),
        ("MIT", "MIT", True),
        (None, ["AGPL-*"], False),
        (7, ["AGPL-*"], True),
    ],
)
def test_bound_by(expression: Any, licences: Any, *, bound: bool) -> None:
    assert bound_by(expression, licences) is bound


@pytest.mark.parametrize(
    ("expression", "licences", "usable"),
    [
        ("MIT", ["MIT"], True),
        ("GPL-3.0-only OR MIT", ["MIT"], True),
        ("GPL-3.0-only AND MIT", ["MIT"], False),
        ("BSD-3-Clause AND (GPL-3.0-only OR MIT)", ["MIT", "BSD-*"], True),
        ("", ["*"], False),
        (None, ["*"], False),
        (7, ["*"], False),
    ],
)
def test_usable_under(expression: Any, licences: Any, *, usable: bool) -> None:
    assert usable_under(expression, licences) is usable


@given(JSON, JSON)
def test_no_argument_makes_a_function_raise(first: Any, second: Any) -> None:
    for name, function in FUNCTIONS.items():
        takes_two = name in ("any_action", "any_port", "bound_by", "limited_by", "serves_anyone", "usable_under")
        function(*((first, second) if takes_two else (first,)))
