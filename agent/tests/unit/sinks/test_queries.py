"""What a filter of MongoDB is made of."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.sinks.queries import longest_text, nodes_of, read_query

DOCUMENTS: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["$where", "$or", "$in", "$function"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


def test_keys_values_and_code() -> None:
    query = read_query({"name": "blue", "$or": [{"size": {"$gt": "large"}}, {"$where": "this.a == 1"}]})
    assert set(query.keys) == {"name", "$or", "size", "$gt"}
    assert "blue" in query.values
    assert "large" not in query.values
    assert query.code == ["this.a == 1"]


def test_pipelines_and_code_inside_of_expressions() -> None:
    body = {"$function": {"body": "function() {}", "args": [], "lang": "js"}}
    query = read_query([{"$match": {"name": "blue"}}, {"$project": {"shade": body}}])
    assert "blue" in query.values
    assert query.code == ["js", "function() {}"]


def test_an_identifier_in_the_place_of_a_filter() -> None:
    assert read_query("blue").values == ["blue"]


def test_the_text_that_tells_most() -> None:
    assert longest_text({"a": ["x", {"b": "blue"}]}) == "blue"
    assert longest_text({"name": 1}) == "name"
    assert longest_text([]) == ""


@given(DOCUMENTS)
@settings(deadline=None)
def test_any_document_is_read(document: Any) -> None:
    query = read_query(document)
    assert all(isinstance(each, str) for each in (*query.keys, *query.code))
    assert isinstance(longest_text(document), str)
    assert sum(1 for _ in nodes_of(document)) <= 512
