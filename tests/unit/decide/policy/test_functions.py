from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.policy.functions import (
    ALL_PORTS,
    FUNCTIONS,
    account_of,
    any_port,
    is_public_cidr,
    limited_by,
    port_count,
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


@given(JSON, JSON)
def test_no_argument_makes_a_function_raise(first: Any, second: Any) -> None:
    for name, function in FUNCTIONS.items():
        function(*((first, second) if name in ("any_port", "limited_by") else (first,)))
