"""Pages made of templates, with the value in the template's text and with the value passed to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, render_template_string, request
from markupsafe import escape

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.template import TemplateInjection

Found = Callable[..., list[Fault]]
GREETING = Operation("GET", "/hello", (Part(PartPlace.QUERY, "name", example="Ada"),))
PREVIEW = Operation("POST", "/preview", (Part(PartPlace.BODY, "/text", example="Dear Ada"),), body=BodyForm.JSON)


def pages(*, is_faulty: bool) -> Flask:
    app = Flask(__name__)

    @app.get("/hello")
    def hello() -> Any:
        name = request.args.get("name", "")
        if is_faulty:
            return render_template_string(f"<p>Hello {escape(name)}</p>")
        return render_template_string("<p>Hello {{ name }}</p>", name=name)

    @app.post("/preview")
    def preview() -> Any:
        text = request.get_json()["text"]
        return jsonify(html=render_template_string(text if is_faulty else "{{ text }}", text=text))

    return app


def test_the_engine_works_out_a_product(found: Found) -> None:
    faults = found(TemplateInjection, pages(is_faulty=True), GREETING, PREVIEW)

    assert {(each.path, each.part, each.cwe) for each in faults} == {
        ("/hello", "query:name", 1336),
        ("/preview", "body:/text", 1336),
    }


def test_values_passed_to_a_template_are_no_fault(found: Found) -> None:
    assert found(TemplateInjection, pages(is_faulty=False), GREETING, PREVIEW) == []


@pytest.mark.parametrize("opening", ["<%=", "${", "{"])
def test_engines_of_other_languages(found: Found, opening: str) -> None:
    """Each knows one pair of delimiters, and fails where one is not closed."""
    app = Flask(__name__)
    closing = {"<%=": "%>", "${": "}", "{": "}"}[opening]

    @app.get("/hello")
    def hello() -> Any:
        text = request.args.get("name", "")
        while opening in text:
            before, _, rest = text.partition(opening)
            inner, ended, after = rest.partition(closing)
            if not ended or not inner.replace("*", "").replace(" ", "").isdecimal():
                return "template error", 500
            one, other = inner.split("*")
            text = f"{before}{int(one) * int(other)}{after}"
        return "template error" if "<%" in text else str(escape(text)), 500 if "<%" in text else 200

    (fault,) = found(TemplateInjection, app, GREETING)

    assert fault.kind == "template-injection"
