"""A form whose subject becomes a header of an e-mail."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_string
from typing import Any

from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.mail import MailHeaderInjection

Found = Callable[..., list[Fault]]
FEEDBACK = Operation("POST", "/feedback", (Part(PartPlace.BODY, "subject", example="Thanks"),), body=BodyForm.FORM)


def form(*, is_faulty: bool) -> Flask:
    app = Flask(__name__)

    @app.post("/feedback")
    def feedback() -> Any:
        subject = request.form["subject"]
        written = subject if is_faulty else subject.replace("\r", " ").replace("\n", " ")
        message = message_from_string(f"To: team@example.org\nSubject: {written}\n\nhello")
        recipients = [*message.get_all("to", []), *message.get_all("bcc", [])]
        return jsonify(subject=subject, recipients=recipients)

    return app


def test_a_header_behind_the_value(found: Found) -> None:
    (fault,) = found(MailHeaderInjection, form(is_faulty=True), FEEDBACK)

    assert (fault.kind, fault.cwe, fault.part) == ("mail-header-injection", 93, "body:subject")


def test_a_value_without_ends_of_lines_is_no_fault(found: Found) -> None:
    assert found(MailHeaderInjection, form(is_faulty=False), FEEDBACK) == []
