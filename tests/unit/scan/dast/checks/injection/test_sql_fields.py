"""Updates of an own card, with the names of fields as names of columns, and with those of a fixed list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.sql_fields import SqlInjectionInFieldNames

Found = Callable[..., list[Fault]]
NUMBER = Part(PartPlace.PATH, "card", {"type": "integer"}, 1)
LIMIT = Part(PartPlace.BODY, "/daily", {"type": "integer"}, 40)
LABEL = Part(PartPlace.BODY, "/label", example="travel")
COLUMNS = ("daily", "label")


def bank(keys: Callable[[Any], Any]) -> tuple[Flask, sqlite3.Connection]:
    """`keys`: which names of fields get into the statement."""
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE cards (id INTEGER, daily INTEGER, label TEXT)")
    database.executemany("INSERT INTO cards VALUES (?, ?, ?)", [(1, 40, "travel"), (2, 90, "of another")])

    @app.route("/cards/<int:card>", methods=["POST", "PATCH"])
    def update(card: int) -> Any:
        given = request.get_json()
        names = list(keys(given))
        if not names:
            return jsonify(error="nothing to set"), 400
        statement = f"UPDATE cards SET {', '.join(f'{each} = ?' for each in names)} WHERE id = {card}"
        try:
            database.execute(statement, [given[each] for each in names])
        except sqlite3.Error:
            return jsonify(error="failed"), 500
        return jsonify(updated=names)

    return app, database


def owned(operation: Operation, _caller: Any) -> Any:
    return {NUMBER: 1} if NUMBER in operation.parts else None


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("parts", [(LIMIT,), (LIMIT, LABEL)], ids=["one", "two"])
def test_names_of_fields_in_the_statement(found: Found, method: str, parts: tuple[Part, ...]) -> None:
    app, database = bank(dict)
    update = Operation(method, "/cards/{card}", (NUMBER, *parts), BodyForm.JSON)

    (fault,) = found(SqlInjectionInFieldNames, app, update, owned=owned)

    assert (fault.kind, fault.part, fault.certainty) == ("sql-injection", "body:/*", Certainty.DIFFERENTIAL)
    assert database.execute("SELECT * FROM cards").fetchall() == [(1, 40, "travel"), (2, 90, "of another")]


@pytest.mark.parametrize(
    "keys",
    [
        lambda given: [each for each in given if each in COLUMNS],
        lambda given: list(given) if set(given) <= set(COLUMNS) else [],
    ],
    ids=["others left out", "others refused"],
)
def test_names_of_a_fixed_list_are_no_fault(found: Found, keys: Callable[[Any], Any]) -> None:
    app, _ = bank(keys)
    update = Operation("PATCH", "/cards/{card}", (NUMBER, LIMIT, LABEL), BodyForm.JSON)

    assert found(SqlInjectionInFieldNames, app, update, owned=owned) == []
