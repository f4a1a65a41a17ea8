"""A patch leads from one value to the other, whatever they are, and touches no more than it has to."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[4]))  # pytest's importlib mode puts no folder on the path

from hypothesis import given
from hypothesis import strategies as st
from tests.cloud_control import apply

from setpoint.act.revert.patch import patch, with_declared

scalars = st.booleans() | st.integers(-5, 5) | st.text("ab~/ ", max_size=3)
values = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text("ab~/", min_size=1, max_size=3), children, max_size=3)
    ),
)
models = st.dictionaries(st.text("abc~/", min_size=1, max_size=3), values, max_size=4)


@given(models, models)
def test_applied_to_the_one_it_makes_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    document = copy.deepcopy(before)
    apply(document, [dict(each) for each in patch(before, after)])
    assert document == after


@given(models)
def test_between_equals_there_is_nothing_to_do(model: dict[str, Any]) -> None:
    assert patch(model, copy.deepcopy(model)) == []


def test_a_value_that_is_none_is_absent() -> None:
    assert patch({"A": 1}, {"A": None}) == [{"op": "remove", "path": "/A"}]
    assert patch({"A": None}, {"A": 1}) == [{"op": "add", "path": "/A", "value": 1}]


def test_names_are_escaped() -> None:
    assert patch({"a/b~c": 1}, {"a/b~c": 2}) == [{"op": "replace", "path": "/a~1b~0c", "value": 2}]


def test_a_list_is_replaced_whole() -> None:
    before, after = {"A": {"L": [1, 2], "B": 1}}, {"A": {"L": [2, 1], "B": 1}}
    assert patch(before, after) == [{"op": "replace", "path": "/A/L", "value": [2, 1]}]


def test_only_what_differs_is_as_declared() -> None:
    before = {"On": False, "Size": 3, "Deep": {"A": 1, "B": 2}}
    declared = {"On": True, "Deep": {"A": 9, "C": 4}}
    assert with_declared(before, declared, ["P.On", "P.Deep.A"], {}) == {
        "On": True,
        "Size": 3,
        "Deep": {"A": 9, "B": 2},
    }
    assert with_declared(before, declared, ["P"], {}) == declared
    assert with_declared(None, declared, ["P.On"], {}) == declared


def test_of_elements_with_names_those_stay_that_nobody_declared() -> None:
    before = [{"Key": "by", "Value": "hand"}, {"Key": "service", "Value": "x"}]
    declared = [{"Key": "service", "Value": "shop"}]
    tags = with_declared(before, declared, ["Tags[service].Value"], {"Tags": "Key"})
    assert tags == [{"Key": "by", "Value": "hand"}, {"Key": "service", "Value": "shop"}]
    assert with_declared(before, declared, ["Tags[service].Value"], {}) == declared
