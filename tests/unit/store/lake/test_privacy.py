"""What the rules take out is out; everything else stays."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Json
from setpoint.model.event import Event
from setpoint.store.lake.privacy import PREFIX, Action, Pseudonymiser, Rule

KEY = b"k" * 32
NOW = datetime(2026, 7, 15, tzinfo=UTC)

NAMES = st.sampled_from(["user", "email", "ip", "name", "x"])
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
STEPS = st.lists(NAMES | st.sampled_from(["*", "0", "1"]), max_size=3)


def _event(data: Json, kind: str = "org.example.login", **attributes: Json) -> Event:
    document = {"specversion": "1.0", "id": "1", "source": "/s", "type": kind, **attributes, "data": data}
    return Event("/s", "1", kind, NOW, str(attributes.get("subject", "")), "", orjson.dumps(document))


def _clean(event: Event, *rules: Rule, key: bytes = KEY) -> Json:
    return orjson.loads(Pseudonymiser(rules, key).clean(event).line)


def _data(data: Json, *rules: Rule, key: bytes = KEY) -> Json:
    return _clean(_event(data), *rules, key=key)["data"]


def _at(value: Json, steps: list[str]) -> list[Json]:
    """Every value at a path: the test's own, plain way of following one."""
    if not steps:
        return [value]
    step, *rest = steps
    if isinstance(value, dict):
        below = list(value.values()) if step == "*" else [value[step]] if step in value else []
    elif isinstance(value, list):
        below = value if step == "*" else [value[int(step)]] if step.isdecimal() and int(step) < len(value) else []
    else:
        below = []
    return [found for each in below for found in _at(each, rest)]


def _path(steps: list[str]) -> str:
    return ".".join(["data", *steps])


@given(VALUES, STEPS)
def test_no_hashed_value_is_left(data: Json, steps: list[str]) -> None:
    for value in _at({"data": _data(data, Rule(_path(steps), Action.HASH))}, ["data", *steps]):
        assert value is None or (isinstance(value, str) and value.startswith(PREFIX))


@given(VALUES, STEPS)
def test_a_dropped_value_is_gone_and_no_other_is(data: Json, steps: list[str]) -> None:
    event = _event({"kept": data, "data": data})
    rule = Rule(".".join(["data", "data", *steps]), Action.DROP)
    left = _clean(event, rule)["data"]
    assert left["kept"] == data
    found = _at(data, steps)
    if not any(value is not None for value in found):
        assert left["data"] == data
    if "*" in steps or not any(step.isdecimal() for step in steps):
        remaining = _at(left, ["data", *steps])
        assert all(value is None for value in remaining)


@given(VALUES, STEPS, st.sampled_from(Action), st.integers(0, 5))
def test_twice_is_as_once(data: Json, steps: list[str], action: Action, keep: int) -> None:
    if action is not Action.HASH and any(step.isdecimal() for step in steps):
        return  # what came after one that was dropped (as what cannot be cut is, too) now stands in its place
    pseudonymiser = Pseudonymiser([Rule(_path(steps), action, keep=keep)], KEY)
    once = pseudonymiser.clean(_event(data))
    assert pseudonymiser.clean(once) == once


@given(VALUES)
def test_what_no_rule_is_about_stays_as_it_is(data: Json) -> None:
    event = _event(data)
    assert Pseudonymiser([], KEY).clean(event) is event
    others = [Rule("data", Action.DROP, ("org.other.*",)), Rule("data", Action.HASH, ("login",))]
    assert Pseudonymiser(others, KEY).clean(event) is event
    assert _clean(event, Rule("nothing.like.it", Action.DROP)) == orjson.loads(event.line)


@given(st.text(), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_pseudonym_depends_on_the_value_and_the_key_alone(value: str, one: bytes, other: bytes) -> None:
    rule = Rule("data.*", Action.HASH)
    a, b = _data([value, value], rule, key=one)
    assert a == b == _data({"user": value}, rule, key=one)["user"]
    assert (a == _data([value], rule, key=other)[0]) == (one == other)


def test_different_values_have_different_pseudonyms() -> None:
    values = ["1", 1, 1.5, True, False, "", [], {}, [1], {"a": 1}, "true"]
    assert len(set(_data(values, Rule("data[*]", Action.HASH)))) == len(values)


def test_a_value_that_only_looks_like_a_pseudonym_is_hashed() -> None:
    forged = f"{PREFIX}{'0' * 48}"
    assert _data([forged], Rule("data[*]", Action.HASH)) != [forged]
    of_another_key = _data(["x"], Rule("data[*]", Action.HASH), key=b"o" * 32)
    assert _data(of_another_key, Rule("data[*]", Action.HASH)) != of_another_key


@pytest.mark.parametrize(
    ("value", "keep", "left"),
    [
        ("203.0.113.77", 0, "203.0.113.0"),
        ("203.0.113.77", 20, "203.0.113.0"),
        ("2001:db8:1:2:3::4", 0, "2001:db8:1::"),
        ("fe80::1%eth0", 0, "fe80::"),
        ("::ffff:203.0.113.77", 0, "::"),
        ("Ada Lovelace", 3, "Ada"),
        ("Ada", 3, "Ada"),
        ("Ada", 0, "gone"),
        ("203.0.113.77:443", 0, "gone"),
        (2001, 4, "gone"),
        (["a"], 4, "gone"),
        (None, 4, None),
    ],
)
def test_what_is_truncated_keeps_its_beginning(value: Json, keep: int, left: Json) -> None:
    data = _data({"v": value}, Rule("data.v", Action.TRUNCATE, keep=keep))
    assert data.get("v", "gone") == left


@given(st.ip_addresses())
def test_an_address_becomes_its_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    [left] = _data([str(address)], Rule("data[*]", Action.TRUNCATE))
    bits = 24 if address.version == 4 else 48
    assert ipaddress.ip_address(left) in ipaddress.ip_network(f"{left}/{bits}")
    assert address in ipaddress.ip_network(f"{left}/{bits}")


def test_a_path_may_name_keys_indexes_and_all_of_them() -> None:
    data = {"a.b": "1", "list": ["2", "3"], "users": [{"mail": "4"}, {"mail": "5", "id": 6}]}
    rules = [Rule(path, Action.DROP) for path in ("data[a.b]", "data.list[1]", "data.users[*].mail", "data.list.x")]
    assert _data(data, *rules) == {"list": ["2"], "users": [{}, {"id": 6}]}


def test_a_subject_is_taken_out_of_the_event_too() -> None:
    event = _event({}, subject="ada@example.org")
    hashed = Pseudonymiser([Rule("subject", Action.HASH)], KEY).clean(event)
    assert hashed.subject.startswith(PREFIX)
    assert b"ada" not in hashed.line
    dropped = Pseudonymiser([Rule("subject", Action.DROP)], KEY).clean(event)
    assert dropped.subject == ""


def test_a_key_that_stands_twice_hides_nothing() -> None:
    line = b'{"id":"1","source":"/s","type":"t","data":{"user":"ada@example.org"},"data":{"user":null}}'
    event = Event("/s", "1", "t", NOW, "", "", line)
    assert b"ada" not in Pseudonymiser([Rule("data.user", Action.HASH)], KEY).clean(event).line


def test_rules_follow_one_another() -> None:
    rules = [Rule("data.user", Action.HASH, ("org.*",)), Rule("data.user.mail", Action.DROP)]
    assert _data({"user": {"mail": "x"}}, *rules)["user"].startswith(PREFIX)
