"""What an agent inside saw, places that no document lists, and what is asked no further."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, make_response, request

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Certainty, Fault, Operation, Part, PartPlace, Profile, Sent
from setpoint.scan.dast.checks.injection.checks import CHECKS
from setpoint.scan.dast.checks.injection.sql import SqlInjection
from setpoint.scan.dast.interface import Check

Found = Callable[..., list[Fault]]
ITEM = Operation("GET", "/items", (Part(PartPlace.QUERY, "kind", example="shoes"), Part(PartPlace.QUERY, "page")))


class Agent:
    """Tells of every request that it saw this of one part."""

    def __init__(self, *told: Mapping[str, Json]) -> None:
        self._told = told
        self._markers: list[str] = []

    def marked(self, request: Sent) -> tuple[Sent, str]:
        self._markers.append(f"probe-{len(self._markers)}")
        return replace(request, headers=(*request.headers, ("x-probe", self._markers[-1]))), self._markers[-1]

    def of(self, marker: str) -> Sequence[Mapping[str, Json]]:
        return self._told if marker in self._markers else ()


def test_what_an_agent_saw_is_confirmed(found: Found) -> None:
    app = Flask(__name__)
    app.add_url_rule("/items", view_func=lambda: "always the same")
    agent = Agent(
        {
            "type": "sql-injection",
            "sink": "sqlite3.Cursor.execute",
            "origins": [{"part": "query", "name": "kind"}],
            "frames": [{"file": "shop.py", "line": 7, "function": "items"}],
        }
    )

    (fault,) = found(SqlInjection, app, ITEM, evidence=agent)

    assert (fault.part, fault.certainty) == ("query:kind", Certainty.CONFIRMED)
    assert "sqlite3.Cursor.execute at shop.py:7" in fault.difference


def test_headers_that_no_document_lists(found: Found) -> None:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE visits (agent TEXT)")

    @app.get("/")
    def home() -> str:
        database.execute(f"INSERT INTO visits VALUES ('{request.headers.get('user-agent')}')")
        return "welcome"

    (fault,) = found(SqlInjection, app, Operation("GET", "/"))

    assert fault.part == "header:user-agent"


def test_cookies_that_nobody_is_given(found: Found) -> None:
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE texts (language TEXT, text TEXT)")
    database.executemany("INSERT INTO texts VALUES (?, ?)", [("en", "welcome"), ("de", "willkommen")])

    @app.get("/")
    def home() -> Any:
        language = request.cookies.get("language", "en")
        rows = database.execute(f"SELECT text FROM texts WHERE language = '{language}'").fetchall()
        answer = make_response(jsonify(rows))
        answer.set_cookie("language", "en")
        answer.set_cookie("session", "abc")
        return answer

    (fault,) = found(SqlInjection, app, Operation("GET", "/"))

    assert fault.part == "cookie:language"


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_told_of_what_answers_whatever_it_likes(found: Found, check: Callable[[], Check]) -> None:
    """Filters by look, answers with numbers of their own, errors for everything."""
    app = Flask(__name__)
    asked: list[str] = []

    @app.get("/items")
    def items() -> Any:
        text = request.args.get("kind", "")
        asked.append(text)
        if "'" in text or " AND " in text:
            return "an attack", 403
        return jsonify(number=len(asked), shown=text.upper(), length=len(text), kind=text)

    assert found(check, app, ITEM) == []


def test_own_objects_are_written_back(found: Found) -> None:
    app = Flask(__name__)
    titles: list[str] = []

    @app.put("/note")
    def write() -> Any:
        titles.append(request.get_json()["title"])
        return jsonify(title=titles[-1])

    put = Operation("PUT", "/note", (Part(PartPlace.BODY, "/title", example="milk"),), body=BodyForm.JSON)

    assert found(SqlInjection, app, put) == []
    assert len(set(titles)) > 1
    assert titles[-1] == "milk"


def test_no_other_rows_are_written(serve: Any, workbench: Any) -> None:
    """Even where every statement can be changed at will."""
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE notes (id TEXT, title TEXT, text TEXT)")
    others = [("a", "milk", "whole"), ("c", "bread", "dark"), ("0", "salt", "")]
    database.executemany("INSERT INTO notes VALUES (?, ?, ?)", [*others, ("own", "tea", "green")])

    @app.put("/notes/<note>")
    def write(note: str) -> Any:
        given = request.get_json()
        database.execute(
            f"UPDATE notes SET title = '{given['title']}', text = '{given['text']}' WHERE id = '{note}' AND 1 = 1"
        )
        return jsonify(given)

    @app.post("/notes")
    def make() -> Any:
        database.execute(f"INSERT INTO notes VALUES ('new', '{request.get_json()['title']}', '')")
        return jsonify(ok=True), 201

    title, text = Part(PartPlace.BODY, "/title", example="tea"), Part(PartPlace.BODY, "/text", example="green")
    put = Operation("PUT", "/notes/{note}", (Part(PartPlace.PATH, "note"), title, text), body=BodyForm.JSON)
    post = Operation("POST", "/notes", (title,), body=BodyForm.JSON)
    bench = workbench(serve(app), put, post, owned=lambda operation, _caller: {operation.parts[0]: "own"})

    faults = [fault for check in CHECKS for fault in check().run(bench)]

    assert {(each.kind, each.part) for each in faults} >= {
        ("sql-injection", "body:/title"),
        ("sql-injection", "body:/text"),
    }
    assert database.execute("SELECT * FROM notes WHERE id IN ('a', 'c', '0')").fetchall() == others
    assert database.execute("SELECT DISTINCT title, text FROM notes WHERE id = 'own'").fetchall() == [("tea", "green")]


@pytest.mark.parametrize("check", CHECKS)
def test_a_passive_scan_sends_nothing(workbench: Any, check: Callable[[], Check]) -> None:
    bench = workbench("http://127.0.0.1:9", ITEM, profile=Profile.PASSIVE)

    assert list(check().run(bench)) == []
    assert list(check().plan(bench)) == []
    assert bench.sender.exchanges == []
