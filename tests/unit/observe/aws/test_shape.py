from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import canonical_bytes
from setpoint.observe.aws.shape import document, encodable, filled, ordered, tags

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(min_codepoint=1)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_tags_are_sorted_and_without_those_of_aws() -> None:
    listed = [
        {"Key": "service", "Value": "payments"},
        {"Key": "aws:cloudformation:stack-name", "Value": "x"},
        {"Key": "empty"},
    ]
    assert tags(listed) == [{"Key": "empty", "Value": ""}, {"Key": "service", "Value": "payments"}]
    assert tags([{"TagKey": "a", "TagValue": "b"}], key="TagKey", value="TagValue") == [{"Key": "a", "Value": "b"}]
    assert tags([{"Key": "aws:x", "Value": "y"}]) is None


def test_document() -> None:
    assert document('{"Version": "2012-10-17"}') == {"Version": "2012-10-17"}
    assert document({"Version": "2012-10-17"}) == {"Version": "2012-10-17"}
    assert document("{not json") == "{not json"


def test_filled_keeps_false_and_zero() -> None:
    assert filled({"a": False, "b": 0, "c": None, "d": "", "e": [], "f": "x"}) == {"a": False, "b": 0, "f": "x"}


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=3), max_size=6), st.randoms())
def test_order_does_not_matter(values: list[dict[str, int]], random: Random) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    assert ordered(shuffled) == ordered(values)


@given(any_json)
def test_whatever_json_can_say_can_be_written_down(value: object) -> None:
    canonical_bytes(encodable(value))


def test_what_can_be_written_down_stays_as_it_is() -> None:
    value = {"a": ["é", 2**63, -(2**63), 1.5, None, True]}
    assert encodable(value) is value
    assert encodable({"\ud800": [2**64, "a\udfff"]}) == {r"\ud800": ["18446744073709551616", r"a\udfff"]}
