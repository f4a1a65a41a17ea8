"""Cards whose text is written by one operation and becomes a part of another one's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, jsonify, render_template_string, request

from setpoint.model.dast import BodyForm, Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.stored_template import StoredTemplateInjection

Found = Callable[..., list[Fault]]
OPERATIONS = (
    Operation(
        "PUT",
        "/card",
        (Part(PartPlace.BODY, "/title", example="Hello"), Part(PartPlace.BODY, "/text", example="Dear Ada")),
        body=BodyForm.JSON,
    ),
    Operation("GET", "/card"),
)


def cards(*, is_faulty: bool) -> Flask:
    app = Flask(__name__)
    card = {"title": "Hello", "text": "Dear Ada"}

    @app.put("/card")
    def write() -> Any:
        card.update(request.get_json())
        return jsonify(ok=True)

    @app.get("/card")
    def read() -> Any:
        page = "<h1>{{ title }}</h1>" + (card["text"] if is_faulty else "{{ text }}")
        return render_template_string(page, **card)

    return app


def test_what_was_written_is_run(found: Found) -> None:
    (fault,) = found(StoredTemplateInjection, cards(is_faulty=True), *OPERATIONS)

    assert (fault.kind, fault.method, fault.part) == ("template-injection", "PUT", "body:/text")
    assert fault.certainty is Certainty.CONFIRMED
    assert [each.sent.method for each in fault.proof] == ["PUT", "GET"]


def test_what_was_written_is_shown_as_it_is(found: Found) -> None:
    assert found(StoredTemplateInjection, cards(is_faulty=False), *OPERATIONS) == []
