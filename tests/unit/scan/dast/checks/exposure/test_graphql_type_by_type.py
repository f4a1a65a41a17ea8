"""Schemas told one type after the other, by honest targets and by others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.checks.exposure.graphql_type_by_type import MOST_ROUNDS, schema_by_types

TYPES: Mapping[str, Mapping[str, Any]] = {
    "Root": {"name": "Root", "fields": [{"name": "me", "type": {"kind": "NON_NULL", "ofType": {"name": "Person"}}}]},
    "Person": {"name": "Person", "fields": [{"name": "id", "type": {"name": "ID"}}]},
}


def asked_in(query: str) -> list[str]:
    return re.findall(r'__type\(name:"([^"]*)"\)', query)


def test_types_that_are_reached_and_no_others() -> None:
    def data(query: str) -> Mapping[str, Any]:
        return {f"a{number}": TYPES.get(name) for number, name in enumerate(asked_in(query))}

    schema = schema_by_types(data, "Root", "Mutation")
    assert [each["name"] for each in schema["types"]] == ["Root", "Person"]
    assert schema_by_types(data, "Query", "Mutation") == {}


names = st.sampled_from(["Root", "A", "B", 'A"){x} b:__type(name:"B', "__Schema", ""]) | st.text(max_size=5)
types = st.fixed_dictionaries({"name": names, "ofType": st.none() | st.fixed_dictionaries({"name": names})})
told = st.fixed_dictionaries(
    {"name": names, "fields": st.lists(st.fixed_dictionaries({"name": names, "type": types}), max_size=3)}
)


@given(st.lists(told | st.none() | st.text(max_size=3), min_size=1, max_size=4))
def test_whatever_is_answered_ends_and_is_never_a_part_of_a_query(answers: list[Any]) -> None:
    queries: list[str] = []

    def data(query: str) -> Mapping[str, Any]:
        queries.append(query)
        return {f"a{number}": answers[number % len(answers)] for number in range(30)}

    schema_by_types(data, "Root", "Mutation")
    assert len(queries) <= MOST_ROUNDS
    assert all(re.fullmatch(r"[A-Za-z]\w*", name) for query in queries for name in asked_in(query))
