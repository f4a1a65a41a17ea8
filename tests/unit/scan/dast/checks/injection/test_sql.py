"""A shop on SQLite, as it is often written and as it should be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.sql import SqlInjection

Found = Callable[..., list[Fault]]
ITEMS = [(1, "red shoe", 30, "shoes"), (2, "blue shoe", 10, "shoes"), (3, "apple", 20, "food")]


def shop(*, is_faulty: bool, shows_errors: bool = True) -> Flask:  # noqa: C901  # one route after another
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price INTEGER, kind TEXT)")
    database.execute("CREATE TABLE users (name TEXT, password TEXT)")
    database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT)")
    database.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", ITEMS)
    database.execute("INSERT INTO users VALUES ('root', 'no-such-password')")

    def rows(statement: str, *values: Any) -> list[Any]:
        """`{}` stands for a value: bound, or put into the text."""
        try:
            if not is_faulty:
                for quoted in ("'%{}%'", "'{}'", "{}"):
                    statement = statement.replace(quoted, "?")
                return database.execute(statement, values).fetchall()
            return database.execute(statement.format(*values)).fetchall()
        except sqlite3.Error:
            if shows_errors:
                raise
            return []

    def items(found: list[Any]) -> Response:
        return jsonify([dict(zip(("id", "name", "price", "kind"), each, strict=True)) for each in found])

    @app.get("/items/<item>")
    def one(item: str) -> Any:
        found = rows("SELECT * FROM items WHERE id = {}", item)
        return items(found) if found else (jsonify(error="not found"), 404)

    @app.get("/items")
    def listed() -> Any:
        kind, sort = request.args.get("kind", "shoes"), request.args.get("sort", "id")
        if not is_faulty and sort not in {"id", "name", "price"}:
            sort = "id"
        statement = "SELECT * FROM items WHERE kind = '{}' ORDER BY "
        return items(rows(statement + sort.replace("{", ""), kind))

    @app.get("/search")
    def search() -> Any:
        word = request.args.get("q", "")
        bound = f"%{word}%" if not is_faulty else word
        found = rows("SELECT * FROM items WHERE (name LIKE '%{}%') ORDER BY id", bound)
        lines = "".join(f"<li>{each[1]}</li>" for each in found)
        return f"<h1>Results for {word.replace('<', '&lt;')}</h1><ul>{lines}</ul>"

    @app.post("/login")
    def login() -> Any:
        user, password = request.form.get("user", ""), request.form.get("password", "")
        found = rows("SELECT name FROM users WHERE name = '{}' AND password = '{}'", user, password)
        return (f"welcome {found[0][0]}", 200) if found else ("wrong user or password", 401)

    @app.post("/notes")
    def note() -> Any:
        rows("INSERT INTO notes (title) VALUES ('{}')", request.get_json()["title"])
        (number, title) = database.execute("SELECT id, title FROM notes ORDER BY id DESC").fetchone()
        return jsonify(id=number, title=title), 201

    return app


OPERATIONS = (
    Operation("GET", "/items/{item}", (Part(PartPlace.PATH, "item", example=2),)),
    Operation(
        "GET", "/items", (Part(PartPlace.QUERY, "kind", example="shoes"), Part(PartPlace.QUERY, "sort", example="id"))
    ),
    Operation("GET", "/search", (Part(PartPlace.QUERY, "q", example="shoe"),)),
    Operation(
        "POST",
        "/login",
        (Part(PartPlace.BODY, "user", example="someone"), Part(PartPlace.BODY, "password", example="something")),
        body=BodyForm.FORM,
    ),
    Operation("POST", "/notes", (Part(PartPlace.BODY, "/title", example="milk"),), body=BodyForm.JSON),
)


@pytest.mark.parametrize("shows_errors", [True, False])
def test_every_place_of_a_statement(found: Found, shows_errors: bool) -> None:
    faults = found(SqlInjection, shop(is_faulty=True, shows_errors=shows_errors), *OPERATIONS)

    assert {(each.path, each.part) for each in faults} == {
        ("/items/{item}", "path:item"),
        ("/items", "query:kind"),
        ("/items", "query:sort"),
        ("/search", "query:q"),
        ("/login", "body:user"),
        ("/login", "body:password"),
        ("/notes", "body:/title"),
    }
    assert {each.cwe for each in faults} == {89}
    assert {each.certainty for each in faults if each.path == "/notes"} == {Certainty.CONFIRMED}
    assert all(each.proof and each.difference for each in faults)


@pytest.mark.parametrize("shows_errors", [True, False])
def test_bound_parameters_are_no_fault(found: Found, shows_errors: bool) -> None:
    assert found(SqlInjection, shop(is_faulty=False, shows_errors=shows_errors), *OPERATIONS) == []


def sorted_rows(statement: str, *, allowed: frozenset[str] = frozenset(), on_error: str = "raise") -> Flask:
    """`{}` stands for `sort`; what is not `allowed`, where something is, is taken for nothing."""
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price INTEGER, kind TEXT)")
    database.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", ITEMS)

    @app.get("/rows")
    def rows() -> Any:
        sort = request.args.get("sort", request.args.get("dir", ""))
        ordered = statement.format(sort) if sort and (sort in allowed or not allowed) else "id"
        try:
            found = database.execute(f"SELECT * FROM items ORDER BY {ordered}").fetchall()
        except sqlite3.Error:
            if on_error == "raise":
                raise
            found = database.execute("SELECT * FROM items").fetchall()
        return jsonify([dict(zip(("id", "name", "price", "kind"), each, strict=True)) for each in found])

    return app


@pytest.mark.parametrize("on_error", ["raise", "as it stands"])
@pytest.mark.parametrize(("name", "statement"), [("sort", "{}"), ("sort", "{} DESC"), ("dir", "name {}")])
def test_an_order_of_which_no_example_is_known(found: Found, name: str, statement: str, on_error: str) -> None:
    operation = Operation("GET", "/rows", (Part(PartPlace.QUERY, name),))

    (fault,) = found(SqlInjection, sorted_rows(statement, on_error=on_error), operation)

    assert fault.part == f"query:{name}"


@pytest.mark.parametrize("example", [None, "name", "price"])
def test_an_order_taken_from_a_fixed_list_is_no_fault(found: Found, example: str | None) -> None:
    app = sorted_rows("{}", allowed=frozenset({"id", "name", "price"}))

    assert found(SqlInjection, app, Operation("GET", "/rows", (Part(PartPlace.QUERY, "sort", example=example),))) == []


@pytest.mark.parametrize(
    ("statement", "example", "schema"),
    [
        ("SELECT * FROM items WHERE id IN ({})", "1,2", {}),
        ("SELECT * FROM items ORDER BY name {}", "asc", {"enum": ["asc", "desc"]}),
        ("SELECT * FROM items ORDER BY {}", "name", {}),
        ("SELECT * FROM items LIMIT {}", 2, {"type": "integer"}),
        ("SELECT * FROM items WHERE price > {}", 15, {"type": "number"}),
        ("SELECT * FROM items WHERE (kind = 'food' OR kind = '{}') AND price > 5\nORDER BY id", "shoes", {}),
        ('SELECT * FROM items WHERE kind = "{}"', "shoes", {}),
        ("SELECT count(*) FROM items WHERE lower(name) LIKE lower('{}%')", "red", {}),
        ("SELECT (SELECT 1 FROM items WHERE kind = '{}' LIMIT 1)", "nothing", {}),
    ],
)
def test_wherever_the_value_stands(found: Found, statement: str, example: Json, schema: dict[str, Json]) -> None:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price INTEGER, kind TEXT)")
    database.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", ITEMS)

    @app.get("/rows")
    def rows() -> Any:
        try:
            return jsonify(database.execute(statement.format(request.args["by"])).fetchall())
        except sqlite3.Error:
            return jsonify(error="not possible"), 400

    operation = Operation("GET", "/rows", (Part(PartPlace.QUERY, "by", schema, example),))
    (fault,) = found(SqlInjection, app, operation)

    assert fault.certainty is Certainty.DIFFERENTIAL
