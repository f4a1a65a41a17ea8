"""A GraphQL schema whose resolvers ask a database, with what they are given as a text or bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import Fault, Operation
from setpoint.scan.dast.checks.injection.graphql_sql import GraphQLSqlInjection

Found = Callable[..., list[Fault]]
TEXT: dict[str, Any] = {"kind": "SCALAR", "name": "String", "ofType": None}
ITEMS: dict[str, Any] = {"kind": "LIST", "name": None, "ofType": {"kind": "OBJECT", "name": "Item", "ofType": None}}
SCHEMA = {
    "queryType": {"name": "Query"},
    "types": [
        {
            "kind": "OBJECT",
            "name": "Query",
            "fields": [
                {"name": "items", "args": [{"name": "named", "defaultValue": None, "type": TEXT}], "type": ITEMS}
            ],
        },
        {"kind": "OBJECT", "name": "Item", "fields": [{"name": "name", "args": [], "type": TEXT}]},
    ],
}


def api(*, is_faulty: bool, is_open: bool = True) -> Flask:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE items (name TEXT)")
    database.executemany("INSERT INTO items VALUES (?)", [("kettle",), ("pot",)])

    @app.post("/graphql")
    def graphql() -> Any:
        given = request.get_json()
        if "__schema" in given["query"]:
            return jsonify(data={"__schema": SCHEMA}) if is_open else jsonify(errors=[{"message": "not here"}])
        assert given["query"] == "query($value: String!){items(named: $value){name}}"
        name = given["variables"]["value"]
        try:
            if is_faulty:
                found = database.execute(f"SELECT name FROM items WHERE name = '{name}'").fetchall()
            else:
                found = database.execute("SELECT name FROM items WHERE name = ?", [name]).fetchall()
        except sqlite3.Error:
            return jsonify(data={"items": None}, errors=[{"message": "something went wrong"}])
        return jsonify(data={"items": [{"name": each[0]} for each in found]})

    return app


QUERIES = Operation("POST", "/graphql")


def test_a_variable_that_becomes_part_of_a_statement(found: Found) -> None:
    (fault,) = found(GraphQLSqlInjection, api(is_faulty=True), QUERIES)

    assert (fault.kind, fault.cwe, fault.path, fault.part) == ("sql-injection", 89, "/graphql", "body:/items/named")


@pytest.mark.parametrize(("is_faulty", "is_open"), [(False, True), (True, False)])
def test_a_bound_variable_or_a_closed_schema_shows_nothing(found: Found, is_faulty: bool, is_open: bool) -> None:
    assert found(GraphQLSqlInjection, api(is_faulty=is_faulty, is_open=is_open), QUERIES) == []
