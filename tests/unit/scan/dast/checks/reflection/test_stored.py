from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, redirect, request
from markupsafe import escape

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.stored import StoredScripts

ANN = Caller("ann", "user", 1)
COMMENT = Operation(
    "POST",
    "/comments",
    (Part(PartPlace.BODY, "author", example="Ann"), Part(PartPlace.BODY, "text", example="Fine")),
    BodyForm.FORM,
)
WALL = Operation("GET", "/comments")


def found(bench: Any) -> set[tuple[str, str]]:
    return {(each.path, each.part) for each in StoredScripts().run(bench)}


def wall(shown: Callable[[dict[str, str]], str], check: Callable[[str], bool] = lambda _text: True) -> Flask:
    app = Flask(__name__)
    comments: list[dict[str, str]] = []

    @app.post("/comments")
    def write() -> Any:
        if not check(request.form["author"]):
            return "<p>Not a name</p>", 400
        comments.append(request.form.to_dict())
        return redirect("/comments")

    @app.get("/comments")
    def read() -> str:
        return "<html><body>" + "".join(shown(each) for each in comments) + "</body></html>"

    return app


@pytest.mark.parametrize(
    "shown",
    [
        lambda each: f"<p>{escape(each['author'])}: {each['text']}</p>",
        lambda each: f"<p title='{each['text']}'>{escape(each['author'])}</p>",
        lambda each: f"<script>show('{each['text']}')</script>",
        lambda each: f"<!-- {each['text']} --><p>{escape(each['author'])}</p>",
    ],
)
def test_what_is_kept_and_shown_as_it_came(serve: Any, workbench: Any, shown: Callable[[dict[str, str]], str]) -> None:
    assert found(workbench(serve(wall(shown)), COMMENT, WALL)) == {("/comments", "body:text")}


def test_a_field_that_takes_letters_only_does_not_hide_another(serve: Any, workbench: Any) -> None:
    app = wall(lambda each: f"<p>{each['author']}: {each['text']}</p>", str.isalnum)
    assert found(workbench(serve(app), COMMENT, WALL)) == {("/comments", "body:text")}


def test_what_is_encoded_where_it_is_shown(serve: Any, workbench: Any) -> None:
    app = wall(lambda each: f"<p title='{escape(each['author'])}'>{escape(each['text'])}</p>")
    assert found(workbench(serve(app), COMMENT, WALL)) == set()


PROFILE = Operation(
    "PUT",
    "/users/{id}",
    (
        Part(PartPlace.PATH, "id", example="1", is_required=True),
        Part(PartPlace.BODY, "/bio", example="Hello"),
        Part(PartPlace.BODY, "/website", {"type": "string", "format": "uri"}, "https://ann.example/"),
    ),
    BodyForm.JSON,
)


@pytest.mark.parametrize("is_checked", [False, True])
def test_an_own_object_by_another_operation_and_as_it_was_afterwards(
    serve: Any, workbench: Any, is_checked: bool
) -> None:
    app = Flask(__name__)
    user = {"bio": "Hello", "website": "https://ann.example/"}

    @app.put("/users/<int:_number>")
    def write(_number: int) -> Any:
        given = request.get_json()
        if is_checked and not given["website"].startswith("https://"):
            return {"error": "website"}, 422
        user.update(given)
        return user

    @app.get("/users/<int:_number>/page")
    def read(_number: int) -> str:
        return f'<a href="{escape(user["website"])}">{escape(user["bio"])}</a>'

    page = Operation("GET", "/users/{id}/page", PROFILE.parts[:1])
    bench = workbench(serve(app), PROFILE, page, owned=lambda operation, _caller: {operation.parts[0]: "1"})
    assert found(bench) == (set() if is_checked else {("/users/{id}", "body:/website")})
    assert user == {"bio": "Hello", "website": "https://ann.example/"}


@pytest.mark.parametrize("address", ["/notes/{id}", "/pages/notes/{id}/print"])
def test_a_page_of_what_was_made(serve: Any, workbench: Any, address: str) -> None:
    app = Flask(__name__)
    notes: dict[int, str] = {}

    @app.post("/notes")
    def write() -> dict[str, int]:
        notes[len(notes) + 1] = request.get_json()["text"]
        return {"id": len(notes)}

    @app.get(address.replace("{id}", "<int:number>"))
    def read(number: int) -> Any:
        return f"<p>{notes[number]}</p>" if number in notes else ("<p>Nothing</p>", 404)

    note = Operation("POST", "/notes", (Part(PartPlace.BODY, "/text", example="a"),), BodyForm.JSON)
    read_note = Operation("GET", address, (Part(PartPlace.PATH, "id", example="999", is_required=True),))
    assert found(workbench(serve(app), note, read_note)) == {("/notes", "body:/text")}


def test_objects_of_others_are_left_alone(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(Flask(__name__)), PROFILE, WALL)
    assert found(bench) == set()
    assert {each.sent.method for each in bench.sender.exchanges} <= {"GET"}
