from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.act.revert.values import as_text, tag_changes, typed, unknowns, with_elements, with_members
from setpoint.model.canonical import Unknown
from setpoint.model.schema import Kind, ResourceSchema

tag_lists = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=5).map(
    lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()]
)


def test_values_take_the_types_of_the_schema() -> None:
    kinds = {
        "MultiAZ": Kind.BOOLEAN,
        "Iops": Kind.INTEGER,
        "Port": Kind.STRING,
        "Rules": Kind.LIST,
        "Rules[*]": Kind.OBJECT,
        "Rules[*].FromPort": Kind.INTEGER,
        "Policy": Kind.DOCUMENT,
        "Policy.Statement[*].Sid": Kind.STRING,
    }
    schema = ResourceSchema("T", "1", ("Name",), kinds)
    assert typed("true", "MultiAZ", schema) is True
    assert typed(True, "MultiAZ", schema) is True
    assert typed("3000", "Iops", schema) == 3000
    assert typed(5432, "Port", schema) == "5432"
    assert typed([{"FromPort": "-1"}, {"FromPort": 22}], "Rules", schema) == [{"FromPort": -1}, {"FromPort": 22}]
    assert typed({"Statement": [{"Sid": 1}]}, "Policy", schema) == {"Statement": [{"Sid": 1}]}
    assert typed("not a number", "Iops", schema) == "not a number"
    assert typed("true", "MultiAZ", None) == "true"


def test_unknowns_are_found_anywhere() -> None:
    assert [each.reason for each in unknowns({"a": [1, {"b": Unknown("one")}], "c": Unknown("two")})] == ["one", "two"]
    assert not list(unknowns({"a": [1, "x", None]}))


def test_what_nobody_declared_stays() -> None:
    assert with_members({"a": 1, "b": 2}, {"b": 3}) == {"a": 1, "b": 3}
    assert with_members(None, {"b": 3}) == {"b": 3}
    kept = with_elements("Key")([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], [{"Key": "b", "Value": "3"}])
    assert kept == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "3"}]


def test_documents_are_sent_as_text() -> None:
    assert as_text({"Version": "2012-10-17"}) == '{"Version":"2012-10-17"}'
    assert as_text('{"Version": "2012-10-17"}') == '{"Version": "2012-10-17"}'


@given(tag_lists, tag_lists)
def test_tag_changes_lead_from_one_list_to_the_other(before: list[dict[str, str]], after: list[dict[str, str]]) -> None:
    changes = tag_changes(before, after)
    state = {tag["Key"]: tag["Value"] for tag in before}
    for tag in changes.put:
        assert state.get(tag["Key"]) != tag["Value"], "needless"
        state[tag["Key"]] = tag["Value"]
    for key in changes.removed:
        del state[key]
    assert state == {tag["Key"]: tag["Value"] for tag in after}
