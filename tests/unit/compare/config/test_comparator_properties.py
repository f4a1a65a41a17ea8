"""What holds for every pair of states, whatever is in them."""

from __future__ import annotations

import copy
import json
import random as randoms
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.model.drift import Comparison, DriftKind
from setpoint.model.paths import covers

Compare = Callable[..., Comparison]
Leaf = tuple[list[str | int], Any]

words = st.text("abcXYZ-", min_size=1, max_size=6)
word_lists = st.lists(words, min_size=1, max_size=3)

statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": word_lists, "Resource": word_lists},
    optional={
        "Principal": st.fixed_dictionaries({}, optional={"AWS": word_lists, "Service": word_lists}),
        "Condition": st.fixed_dictionaries({"StringEquals": st.fixed_dictionaries({"aws:x": word_lists})}),
    },
)
documents = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": st.lists(statements, min_size=1, max_size=3)}
)


def named(key: str, values: dict[str, Any]) -> Any:
    """Lists of elements that have a name of their own each."""
    elements = st.fixed_dictionaries({key: words, **values})
    return st.lists(elements, max_size=3, unique_by=lambda each: each[key])


things = st.fixed_dictionaries(
    {},
    optional={
        "Address": words,
        "Enabled": st.booleans(),
        "Port": st.integers(0, 9999),
        "Ratio": st.floats(0.25, 100).map(lambda number: round(number, 2)),
        "Policy": documents,
        "Tags": named("Key", {"Value": words}),
        "Policies": named("PolicyName", {"PolicyDocument": documents}),
        "Rules": st.lists(st.fixed_dictionaries({"Cidr": words}, optional={"Port": st.integers(0, 99)}), max_size=4),
        "Steps": st.lists(st.fixed_dictionaries({"Name": words}, optional={"Logged": st.booleans()}), max_size=3),
        "Groups": st.lists(words, max_size=4),
        "Block": st.fixed_dictionaries({}, optional={"Acls": st.booleans(), "Mode": words}),
        "Options": st.dictionaries(words, words, max_size=3),
        "Free": st.recursive(words, lambda inner: st.dictionaries(words, inner, max_size=2), max_leaves=4),
    },
)


@given(things)
def test_a_state_never_drifts_from_itself(compare: Compare, thing: Any) -> None:
    comparison = compare(thing, copy.deepcopy(thing))
    assert comparison.drifts == ()
    assert comparison.gaps == ()


@given(things, st.randoms(use_true_random=False))
def test_spelling_never_drifts(compare: Compare, thing: Any, random: randoms.Random) -> None:
    respelt = _respelt(thing, random)
    assert compare(thing, respelt).drifts == ()
    assert compare(respelt, thing).drifts == ()


@given(things, st.data())
def test_a_changed_leaf_is_reported_once_at_or_above_its_path(
    compare: Compare, thing: Any, data: st.DataObject
) -> None:
    leaves = [leaf for leaf in _leaves(thing, []) if leaf[0][-1] not in ("Key", "PolicyName")]
    if not leaves:
        return
    steps, value = data.draw(st.sampled_from(leaves))
    live = copy.deepcopy(thing)
    _put(live, steps, _another(value))
    [drift] = compare(thing, live).drifts
    assert drift.kind is DriftKind.CHANGED
    assert covers(drift.path, _path(thing, steps))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
)
odd_things = st.dictionaries(
    st.sampled_from(
        ["Address", "Enabled", "Port", "Tags", "Policies", "Rules", "Policy", "Block", "Options", "Free", "?"]
    ),
    json_values,
)


@settings(max_examples=300)
@given(odd_things, odd_things)
def test_no_json_is_too_odd(compare: Compare, intended: Any, actual: Any) -> None:
    compare(intended, actual)
    assert compare(intended, copy.deepcopy(intended)).drifts == ()


def test_no_json_is_too_deep(compare: Compare) -> None:
    deep: Any = "x"
    for _ in range(240):
        deep = {"a": deep}
    assert compare({"Free": deep}, {"Free": deep}).drifts == ()
    assert len(compare({}, {"Free": deep}).drifts) == 1


def _respelt(thing: Any, random: randoms.Random) -> Any:
    """The same state with other orders, texts for values and single values for lists."""
    respelt = copy.deepcopy(thing)
    for name in ("Tags", "Policies", "Rules", "Groups"):
        random.shuffle(respelt.get(name, []))
    for name in ("Enabled", "Port", "Ratio"):
        if name in respelt:
            respelt[name] = str(respelt[name])
    if len(respelt.get("Groups", [])) == 1:
        respelt["Groups"] = respelt["Groups"][0]
    if "Policy" in respelt:
        respelt["Policy"] = json.dumps(_respelt_document(respelt["Policy"], random))
    for policy in respelt.get("Policies", []):
        policy["PolicyDocument"] = _respelt_document(policy["PolicyDocument"], random)
    return respelt


def _respelt_document(document: Any, random: randoms.Random) -> Any:
    statements = document["Statement"]
    random.shuffle(statements)
    for number, statement in enumerate(statements):
        statement["Sid"] = f"s{number}"
        statement["Action"] = [action.swapcase() for action in statement["Action"]]
        for name in ("Action", "Resource"):
            random.shuffle(statement[name])
            if len(statement[name]) == 1:
                [statement[name]] = statement[name]
    return {**document, "Statement": statements[0] if len(statements) == 1 else statements}


def _leaves(value: Any, steps: list[str | int]) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, [*steps, name])
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _leaves(member, [*steps, index])
    else:
        yield steps, value


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 10_000 if isinstance(value, int | float) else f"{value}.changed"


def _put(value: Any, steps: list[str | int], new: Any) -> None:
    for step in steps[:-1]:
        value = value[step]
    value[steps[-1]] = new


def _path(thing: Any, steps: list[str | int]) -> str:
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f"[{step}]" if path == "Options" else f".{step}" if path else step
    return path
