from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask, Response, redirect, request
from markupsafe import escape

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace
from setpoint.scan.dast.checks.reflection.reflected import ReflectedScripts

SEARCH = Operation("GET", "/search", (Part(PartPlace.QUERY, "q", example="shoes"),))


def found(bench: Any) -> set[tuple[str, str]]:
    faults = list(ReflectedScripts().run(bench))
    assert all(each.cwe == 79 and each.proof for each in faults)
    return {(each.path, each.part) for each in faults}


def page(template: str) -> Flask:
    app = Flask(__name__)

    @app.get("/search")
    def search() -> str:
        q = request.args.get("q", "")
        return template.replace("MARK", q).replace("'quoted JSON'", json.dumps(q))

    return app


@pytest.mark.parametrize(
    "template",
    [
        "<h1>Results for MARK</h1>",
        "<title>MARK</title>",
        '<input name="q" value="MARK">',
        "<input name='q' value='MARK'>",
        "<input name=q value=MARK>",
        "<script>var q = 'MARK';</script>",
        "<script>track(`MARK`)</script>",
        "<!-- query: MARK -->",
        "<script>var q = 'quoted JSON';</script>",
        "<button onclick=\"again('MARK')\">again</button>",
        '<a href="MARK">back</a>',
    ],
)
def test_whatever_the_value_lands_in(serve: Any, workbench: Any, template: str) -> None:
    bench = workbench(serve(page(f"<html><body>{template}</body></html>")), SEARCH)
    assert found(bench) == {("/search", "query:q")}


def filtered(value: str, sort: str) -> str:
    match sort:
        case "one pass":
            return value.replace("<script>", "").replace("<img", "")
        case "quotes of Python":
            return value.replace("<", "&lt;").replace('"', "&quot;")
        case "capitals":
            return value.upper()
        case _:
            raise AssertionError(sort)


@pytest.mark.parametrize(
    ("template", "sort"),
    [
        ("<p>{}</p>", "one pass"),
        ("<input value='{}'>", "quotes of Python"),
        ("<p>{}</p>", "capitals"),
        ("<script>a('{}')</script>", "quotes of Python"),
    ],
)
def test_filters_that_take_out_too_little(serve: Any, workbench: Any, template: str, sort: str) -> None:
    app = Flask(__name__)

    @app.get("/search")
    def search() -> str:
        return template.format(filtered(request.args.get("q", ""), sort))

    assert found(workbench(serve(app), SEARCH)) == {("/search", "query:q")}


def test_pages_that_encode_what_they_show(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/search")
    def search() -> str:
        q = escape(request.args.get("q", ""))
        link = q if q.startswith("https://") else ""
        return f'<title>{q}</title><p title="{q}">{q}</p><a href="{link}">a</a><textarea>{q}</textarea><!-- {q} -->'

    @app.errorhandler(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return f"<p>{escape(request.path)} is not here</p>", 404

    assert found(workbench(serve(app), SEARCH)) == set()


def test_what_no_browser_takes_for_a_page(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/json")
    def data() -> dict[str, str]:
        return {"q": request.args.get("q", "")}

    @app.get("/text")
    def text() -> Response:
        return Response(request.args.get("q", ""), content_type="text/plain")

    @app.get("/file")
    def file() -> Response:
        return Response(
            request.args.get("q", ""), content_type="text/html", headers={"content-disposition": "attachment"}
        )

    @app.get("/moved")
    def moved() -> Any:
        answer = redirect("/text")
        answer.set_data(request.args.get("q", ""))
        return answer

    operations = [Operation("GET", f"/{name}", SEARCH.parts) for name in ("json", "text", "file", "moved")]
    assert found(workbench(serve(app), *operations)) == set()


def test_json_that_is_called_a_page(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/search")
    def search() -> str:
        return f'{{"query": "{request.args.get("q", "")}"}}'

    assert found(workbench(serve(app), SEARCH)) == {("/search", "query:q")}


def test_parts_of_every_place(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/users/<name>")
    def user(name: str) -> str:
        return f"<p>{name}</p>"

    @app.post("/find")
    def find() -> str:
        return f"<p>{request.form['term']}</p>"

    @app.post("/preview")
    def preview() -> str:
        return f"<p>{request.get_json()['text']['body']}</p>"

    bench = workbench(
        serve(app),
        Operation("GET", "/users/{name}", (Part(PartPlace.PATH, "name", example="ann", is_required=True),)),
        Operation("POST", "/find", (Part(PartPlace.BODY, "term", example="a"),), BodyForm.FORM),
        Operation("POST", "/preview", (Part(PartPlace.BODY, "/text/body", example="a"),), BodyForm.JSON),
    )
    assert found(bench) == {("/users/{name}", "path:name"), ("/find", "body:term"), ("/preview", "body:/text/body")}


def test_parameters_that_nobody_told_of_and_pages_that_are_not_there(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        hidden = "".join(f'<input type="hidden" name="{name}">' for name in request.args if name.startswith(("z", "x")))
        return f"<p>{request.args.get('message', 'Welcome')}</p>{hidden}"

    @app.errorhandler(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return f"<p>{request.path} is not here</p>", 404

    assert found(workbench(serve(app), Operation("GET", "/"))) == {
        ("/", "query:message"),
        ("/", "query:*"),
        ("*", "path:*"),
    }


def test_what_is_around_all_pages_is_told_once(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/")
    @app.get("/about")
    @app.get("/news")
    def page_of_many() -> str:
        return f"<nav>{request.args.get('message', '')}</nav>"

    @app.errorhandler(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return f"<p>{request.path} is not here</p>", 404

    item = Operation("GET", "/items/{id}", (Part(PartPlace.PATH, "id", example="1", is_required=True),))
    pages = [Operation("GET", path) for path in ("/", "/about", "/news")]
    faults = list(ReflectedScripts().run(workbench(serve(app), item, *pages)))
    assert {(each.path, each.part, each.examples) for each in faults} == {
        ("*", "path:*", ("GET /items/{id}",)),
        ("*", "query:message", ("GET /", "GET /about", "GET /news")),
    }


def test_a_plan_sends_nothing(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(page("<p>MARK</p>")), SEARCH)
    assert sum(each.about for each in ReflectedScripts().plan(bench)) > 0
    assert bench.sender.exchanges == []
