"""The same fault as different people build it, each beside its sound twin: shells, templates, Mongo's operators."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, make_response, redirect, request
from markupsafe import escape

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.command import CommandInjection
from setpoint.scan.dast.checks.injection.nosql import NoSqlInjection
from setpoint.scan.dast.checks.injection.template import TemplateInjection

Found = Callable[..., list[Fault]]
HOST = Part(PartPlace.QUERY, "host", example="localhost")
SHELLS = {
    "between double quotes": 'echo "asking {}"',
    "between single quotes": "echo 'asking {}'",
    "in a substitution": "echo $(echo {})",
    "in a substitution between quotes": 'echo "$(echo {})"',
    "between backticks": "echo `echo {}`",
    "in a group": "(echo {})",
    "in a group of an own shell": "sh -c 'echo asking {}'",
    "in a pipe": "echo {} | cat",
    "before others": "echo {} && echo 'done'",
    "with the errors": "echo {} 2>&1",
    "as an option": "echo --host={} --port=80",
}
"""Where the value stands in a command."""


def shell(command: str, *, quotes: bool, refuses: str = "") -> Flask:
    app = Flask(__name__)

    @app.get("/lookup")
    def lookup() -> Any:
        host = request.args.get("host", "")
        if refuses and re.search(refuses, host):
            return "not a host", 400
        line = command.format(shlex.quote(host) if quotes else host)
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)  # noqa: S602  # that is the fault
        return done.stdout

    return app


@pytest.mark.parametrize("command", SHELLS.values(), ids=SHELLS)
def test_wherever_the_value_stands_in_a_command(found: Found, command: str) -> None:
    (fault,) = found(CommandInjection, shell(command, quotes=False), Operation("GET", "/lookup", (HOST,)))

    assert fault.part == "query:host"


@pytest.mark.parametrize("command", ["echo asking {}", "echo {} | cat", "(echo {})", "echo $(echo {})"])
def test_a_quoted_value_is_no_fault(found: Found, command: str) -> None:
    assert found(CommandInjection, shell(command, quotes=True), Operation("GET", "/lookup", (HOST,))) == []


@pytest.mark.parametrize("refuses", [";", "[;&]", "[;&|]", "[;#]", r"\s"])
def test_filters_that_take_out_too_little(found: Found, refuses: str) -> None:
    app = shell("echo asking {}", quotes=False, refuses=refuses)

    (fault,) = found(CommandInjection, app, Operation("GET", "/lookup", (HOST,)))

    assert fault.kind == "command-injection"


def test_a_filter_of_all_that_a_shell_reads_is_no_fault(found: Found) -> None:
    app = shell("echo asking {}", quotes=False, refuses=r"[^a-z0-9.-]")

    assert found(CommandInjection, app, Operation("GET", "/lookup", (HOST,))) == []


ENGINES = {
    "Jinja, Twig": r"\{\{\s*(\d+)\s*\*\s*(\d+)\s*\}\}",
    "FreeMarker, Mako": r"\$\{\s*(\d+)\s*\*\s*(\d+)\s*\}",
    "ERB, EJS": r"<%=\s*(\d+)\s*\*\s*(\d+)\s*%>",
    "Pug, Slim": r"#\{\s*(\d+)\s*\*\s*(\d+)\s*\}",
    "Razor": r"@\(\s*(\d+)\s*\*\s*(\d+)\s*\)",
    "Velocity": r"#set\(\$k=(\d+)\*(\d+)\)\$k",
    "Thymeleaf, inlined": r"\[\[\$\{\s*(\d+)\s*\*\s*(\d+)\s*\}\]\]",
}
"""What each works out; the rest is text to it."""


def engine(pattern: str, *, runs: bool) -> Flask:
    app = Flask(__name__)

    @app.route("/card", methods=["GET", "POST"])
    def card() -> Any:
        text = request.values.get("name", "")
        if runs:
            text = re.sub(pattern, lambda each: str(int(each[1]) * int(each[2])), text)
        return f"<p>Dear {text if runs else escape(text)}</p>"

    return app


CARDS = (
    Operation("GET", "/card", (Part(PartPlace.QUERY, "name", example="Ada"),)),
    Operation("POST", "/card", (Part(PartPlace.BODY, "name", example="Ada"),), BodyForm.FORM),
)


@pytest.mark.parametrize("card", CARDS, ids=["query", "form"])
@pytest.mark.parametrize(
    "pattern",
    [each for name, each in ENGINES.items() if name in {"Jinja, Twig", "FreeMarker, Mako", "Pug, Slim"}],
)
def test_engines_that_take_what_they_do_not_know_for_text(found: Found, pattern: str, card: Operation) -> None:
    (fault,) = found(TemplateInjection, engine(pattern, runs=True), card)

    assert fault.part.endswith("name")


@pytest.mark.parametrize("name", ["ERB, EJS", "Razor", "Velocity", "Thymeleaf, inlined"])
def test_rarer_engines_that_take_what_they_do_not_know_for_text(found: Found, name: str) -> None:
    (fault,) = found(TemplateInjection, engine(ENGINES[name], runs=True), CARDS[0])

    assert fault.kind == "template-injection"


@pytest.mark.parametrize("pattern", ENGINES.values(), ids=ENGINES)
def test_text_that_no_engine_reads_is_no_fault(found: Found, pattern: str) -> None:
    assert found(TemplateInjection, engine(pattern, runs=False), *CARDS) == []


USERS = [{"user": "ada", "password": "lovelace-1"}, {"user": "alan", "password": "turing-2"}]


def matches(value: Any, held: str) -> bool:
    if not isinstance(value, dict):
        return bool(value == held)
    known: dict[str, Callable[[Any], bool]] = {
        "$ne": lambda each: held != each,
        "$eq": lambda each: held == each,
        "$in": lambda each: held in each,
        "$regex": lambda each: re.search(each, held) is not None,
    }
    return all(known[name](each) for name, each in value.items())


def login(*, form: bool, is_faulty: bool, answers: str) -> Flask:
    """As Express reads `user[$ne]=x` of forms (qs), or as JSON has it."""
    app = Flask(__name__)

    def bracketed() -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in request.form.items(multi=True):
            found = re.fullmatch(r"(\w+)\[(\$\w+)\](\[\])?", name)
            if found is None:
                values[name] = value
            else:
                values.setdefault(found[1], {})[found[2]] = [value] if found[3] else value
        return values

    @app.post("/login")
    def check() -> Any:
        given = bracketed() if form else json.loads(request.data or b"{}")
        user, password = given.get("user", ""), given.get("password", "")
        if not is_faulty:
            user, password = str(user), str(password)
        known = [each for each in USERS if matches(user, each["user"]) and matches(password, each["password"])]
        if answers == "redirect":
            return redirect("/home" if known else "/login?failed=1")
        if answers == "cookie":
            return make_response("" if known else ("wrong", 401))
        return jsonify(token="t", user=known[0]["user"]) if known else (jsonify(error="wrong"), 401)

    return app


def login_operation(*, form: bool) -> Operation:
    names = ("user", "password") if form else ("/user", "/password")
    body = BodyForm.FORM if form else BodyForm.JSON
    return Operation("POST", "/login", tuple(Part(PartPlace.BODY, each, example="someone") for each in names), body)


@pytest.mark.parametrize("form", [True, False])
@pytest.mark.parametrize("answers", ["json", "redirect", "cookie"])
def test_operators_at_a_login(found: Found, form: bool, answers: str) -> None:
    faults = found(NoSqlInjection, login(form=form, is_faulty=True, answers=answers), login_operation(form=form))

    assert faults
    assert {each.kind for each in faults} == {"nosql-injection"}


@pytest.mark.parametrize("form", [True, False])
@pytest.mark.parametrize("answers", ["json", "redirect", "cookie"])
def test_text_at_a_login_is_no_fault(found: Found, form: bool, answers: str) -> None:
    assert found(NoSqlInjection, login(form=form, is_faulty=False, answers=answers), login_operation(form=form)) == []
