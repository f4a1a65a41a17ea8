"""Schemas, and ways that never end in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.checks.exposure.graphql_schema import Field, Schema, endless, nested, read_schema


def field(name: str, kind: str, *, is_list: bool = False) -> Field:
    return Field(name, kind, is_list, "")


def test_single_fields_before_lists() -> None:
    schema = Schema(
        "Query",
        {
            "Query": (field("orders", "Order", is_list=True), field("me", "Person")),
            "Order": (field("lines", "Line", is_list=True),),
            "Line": (field("order", "Order"),),
            "Person": (field("name", "String"), field("boss", "Person")),
        },
    )
    way = endless(schema)
    assert way is not None
    assert nested(way, 3) == "{me{boss{boss{__typename}}}}"


def test_no_way_around() -> None:
    assert endless(Schema("Query", {"Query": (field("news", "Story"),), "Story": (field("id", "ID"),)})) is None


names = st.sampled_from(["Query", "A", "B", "C", "String"])
fields = st.lists(st.builds(Field, st.sampled_from("abc"), names, st.booleans(), st.just("")), max_size=3).map(tuple)


@given(st.fixed_dictionaries({"Query": fields, "A": fields, "B": fields, "C": fields}), st.integers(1, 30))
def test_what_is_endless_goes_as_deep_as_asked(types: dict[str, tuple[Field, ...]], depth: int) -> None:
    way = endless(Schema("Query", types))
    if way is not None:
        query = nested(way, depth)
        assert query.count("{") == query.count("}") == depth + 1
        assert way[1][-1].type == (way[0][-1].type if way[0] else "Query")


words = st.sampled_from(["__schema", "queryType", "name", "types", "fields", "args", "type", "kind", "ofType", "Query"])
answers = st.recursive(st.none() | words, lambda each: st.lists(each) | st.dictionaries(words, each), max_leaves=30)


@given(answers)
def test_any_answer_can_be_read(data: object) -> None:
    schema = read_schema(data)
    assert schema is None or schema.fields[schema.root]
