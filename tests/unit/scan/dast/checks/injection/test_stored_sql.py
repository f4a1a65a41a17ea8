"""Cards whose fields become a part of a statement that writes, and that a list or their own page shows afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, redirect, request

from setpoint.model.dast import BodyForm, Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.checks.injection.stored_sql import StoredSqlInjection

Found = Callable[..., list[Fault]]
HOLDER = Part(PartPlace.BODY, "/holder", example="Ada")
KIND = Part(PartPlace.BODY, "/kind", {"type": "string", "enum": ["standard", "gold"]}, "standard")
LIMIT = Part(PartPlace.BODY, "/limit", {"type": "integer"}, 500)
PASSWORD = Part(PartPlace.BODY, "/password", example="secret")


def cards(*, is_faulty: bool, faulty_field: str = "kind", answer: str = "ok") -> Flask:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE cards (id INTEGER PRIMARY KEY, holder TEXT, kind TEXT, amount INTEGER)")
    database.execute("INSERT INTO cards VALUES (1, 'Own', 'standard', 5)")

    def placed(name: str, value: Any) -> tuple[str, list[Any]]:
        """Bound, or a part of the statement."""
        if not is_faulty or name != faulty_field:
            return "?", [value]
        return (str(value) if name == "limit" else f"'{value}'"), []

    def fields() -> tuple[list[str], list[Any]]:
        given = request.get_json(silent=True) or request.form.to_dict()
        texts, values = zip(*(placed(each, given.get(each)) for each in ("holder", "kind", "limit")), strict=True)
        return list(texts), [each for group in values for each in group]

    @app.post("/cards")
    @app.post("/cards/order")
    def make() -> Any:
        texts, values = fields()
        made = database.execute(f"INSERT INTO cards (holder, kind, amount) VALUES ({', '.join(texts)})", values)
        return redirect(f"/cards/{made.lastrowid}") if answer == "redirect" else (jsonify(made=True), 201)

    @app.put("/mine")
    def update() -> Any:
        texts, values = fields()
        database.execute(
            f"UPDATE cards SET holder = {texts[0]}, kind = {texts[1]} WHERE id = 1",
            values[: f"{texts[0]}{texts[1]}".count("?")],
        )
        return jsonify(ok=True)

    @app.get("/cards")
    def listed() -> Any:
        return jsonify(database.execute("SELECT * FROM cards ORDER BY id DESC LIMIT 3").fetchall())

    @app.get("/cards/<int:card>")
    def one(card: int) -> Any:
        return jsonify(database.execute("SELECT * FROM cards WHERE id = ?", [card]).fetchone())

    @app.get("/mine")
    def mine() -> Any:
        return jsonify(database.execute("SELECT * FROM cards WHERE id = 1").fetchone())

    return app


def operations(method: str, path: str, shown: str) -> tuple[Operation, ...]:
    return Operation(method, path, (HOLDER, KIND, LIMIT), body=BodyForm.JSON), Operation("GET", shown)


@pytest.mark.parametrize("field", ["holder", "kind", "limit"])
@pytest.mark.parametrize(
    ("method", "path", "shown"), [("POST", "/cards", "/cards"), ("POST", "/cards/order", "/cards")]
)
def test_a_list_shows_what_the_database_worked_out(
    found: Found, field: str, method: str, path: str, shown: str
) -> None:
    (fault,) = found(StoredSqlInjection, cards(is_faulty=True, faulty_field=field), *operations(method, path, shown))

    assert (fault.kind, fault.path, fault.part) == ("sql-injection", path, f"body:/{field}")
    assert fault.certainty is Certainty.CONFIRMED
    assert [each.sent.method for each in fault.proof] == [method, "GET"]


def test_an_own_page_shows_it_after_an_update(found: Found) -> None:
    (fault,) = found(StoredSqlInjection, cards(is_faulty=True), *operations("PUT", "/mine", "/mine"))

    assert fault.part == "body:/kind"


def test_where_the_write_leads_to(found: Found) -> None:
    app = cards(is_faulty=True, answer="redirect")

    (fault,) = found(StoredSqlInjection, app, Operation("POST", "/cards", (HOLDER, KIND, LIMIT), body=BodyForm.JSON))

    assert fault.proof[-1].sent.url.rpartition("/")[0].endswith("/cards")


@pytest.mark.parametrize(("method", "path", "shown"), [("POST", "/cards", "/cards"), ("PUT", "/mine", "/mine")])
def test_what_is_bound_is_kept_as_it_is(found: Found, method: str, path: str, shown: str) -> None:
    assert found(StoredSqlInjection, cards(is_faulty=False), *operations(method, path, shown)) == []


def test_what_the_answer_itself_told_is_told_once(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE notes (title TEXT)")

    @app.post("/notes")
    def make() -> Any:
        database.execute(f"INSERT INTO notes VALUES ('{request.get_json()['title']}')")
        return jsonify(database.execute("SELECT title FROM notes ORDER BY rowid DESC").fetchone()), 201

    @app.get("/notes")
    def listed() -> Any:
        return jsonify(database.execute("SELECT title FROM notes").fetchall())

    title = Part(PartPlace.BODY, "/title", example="milk")
    bench = workbench(serve(app), Operation("POST", "/notes", (title,), body=BodyForm.JSON), Operation("GET", "/notes"))

    faults = [fault for check in (SqlInjection, StoredSqlInjection) for fault in check().run(bench)]

    assert [each.part for each in faults] == ["body:/title"]


def test_no_password_holds_a_payload(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    passwords: list[str] = []

    @app.post("/users")
    def register() -> Any:
        passwords.append(request.get_json()["password"])
        return jsonify(ok=True), 201

    post = Operation("POST", "/users", (HOLDER, PASSWORD), body=BodyForm.JSON)
    bench = workbench(serve(app), post)

    list(StoredSqlInjection().run(bench))

    assert not any("'*" in each or "||" in each for each in passwords)
