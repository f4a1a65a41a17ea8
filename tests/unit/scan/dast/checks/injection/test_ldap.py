"""A directory of people asked by filters, with the value in the filter's text and with the value escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.ldap import LdapInjection

Found = Callable[..., list[Fault]]
PEOPLE = [{"uid": "ada", "pin": "x1"}, {"uid": "bob", "pin": "x2"}]
OPERATIONS = (
    Operation("GET", "/people", (Part(PartPlace.QUERY, "uid", example="ada"),)),
    Operation(
        "POST",
        "/login",
        (Part(PartPlace.BODY, "user", example="nobody"), Part(PartPlace.BODY, "password", example="nothing")),
        body=BodyForm.FORM,
    ),
)


def holds(text: str, entry: dict[str, str]) -> bool:
    """The filters of RFC 4515 that are needed here."""
    held, rest = _filter(text, entry)
    if rest:
        raise ValueError(rest)
    return held


def _filter(text: str, entry: dict[str, str]) -> tuple[bool, str]:
    if text[:2] in {"(&", "(|", "(!"}:
        kind, rest, parts = text[1], text[2:], []
        while rest.startswith("("):
            held, rest = _filter(rest, entry)
            parts.append(held)
        if not rest.startswith(")"):
            raise ValueError(text)
        return {"&": all(parts), "|": any(parts), "!": not parts[0]}[kind], rest[1:]
    matched = re.match(r"\((\w+)=([^()]*)\)", text)
    if matched is None:
        raise ValueError(text)
    steps = [
        re.escape(re.sub(r"\\([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), each)) for each in matched[2].split("*")
    ]
    value = entry.get(matched[1])
    return value is not None and re.fullmatch(".*".join(steps), value) is not None, text[matched.end() :]


def escaped(value: str) -> str:
    return re.sub(r"[*()\\\0]", lambda m: f"\\{ord(m[0]):02x}", value)


def directory(escape: Callable[[str], str], *, shows_errors: bool = True) -> Flask:
    app = Flask(__name__)

    def people(text: str) -> list[str]:
        try:
            return [each["uid"] for each in PEOPLE if holds(text, each)]
        except ValueError:
            if shows_errors:
                raise
            return []

    @app.get("/people")
    def by_name() -> Any:
        return jsonify(people(f"(&(uid={escape(request.args['uid'])})(pin=*))"))

    @app.post("/login")
    def login() -> Any:
        user, password = escape(request.form["user"]), escape(request.form["password"])
        found = people(f"(&(uid={user})(pin={password}))")
        return (f"welcome {found[0]}", 200) if found else ("who are you?", 401)

    return app


def test_filters_in_the_place_of_values(found: Found) -> None:
    faults = found(LdapInjection, directory(str), *OPERATIONS)

    assert {each.part for each in faults} == {"query:uid", "body:user", "body:password"}
    assert {each.cwe for each in faults} == {90}


@pytest.mark.parametrize("shows_errors", [True, False])
def test_escaped_values_are_no_fault(found: Found, shows_errors: bool) -> None:
    assert found(LdapInjection, directory(escaped, shows_errors=shows_errors), *OPERATIONS) == []


def test_wildcards_by_design_are_no_fault(found: Found) -> None:
    app = Flask(__name__)

    @app.get("/people")
    def by_pattern() -> Any:
        pattern = ".*".join(map(re.escape, request.args["uid"].split("*")))
        return jsonify([each["uid"] for each in PEOPLE if re.fullmatch(pattern, each["uid"])])

    assert found(LdapInjection, app, OPERATIONS[0]) == []


def test_values_refused_for_their_length_are_no_fault(found: Found) -> None:
    app = Flask(__name__)

    @app.post("/login")
    def register() -> Any:
        return "choose a longer password" if len(request.form["password"]) < 10 else "nearly done"

    assert found(LdapInjection, app, OPERATIONS[1]) == []


def test_a_name_that_is_taken_the_second_time_is_no_fault(found: Found) -> None:
    app = Flask(__name__)
    taken: set[str] = set()

    @app.post("/login")
    def register() -> Any:
        is_new = request.form["user"] not in taken
        taken.add(request.form["user"])
        return "welcome" if is_new else "this name is taken"

    assert found(LdapInjection, app, OPERATIONS[1]) == []


def test_a_page_with_a_star_of_its_own_is_no_fault(found: Found) -> None:
    app = Flask(__name__)
    app.add_url_rule("/login", "login", lambda: "fields with * are needed", methods=["POST"])

    assert found(LdapInjection, app, OPERATIONS[1]) == []


@pytest.mark.parametrize("is_kept_first", [True, False])
def test_what_the_scan_had_kept_itself_is_no_fault(found: Found, is_kept_first: bool) -> None:
    """Whatever one operation is sent is somebody's name for the other, in whichever order they are asked."""
    app = Flask(__name__)
    names = {"ada": "x1"}

    @app.post("/names")
    def keep() -> Any:
        given = request.get_json()
        names.setdefault(given["name"], given["pin"])
        return jsonify(name=given["name"]), 201

    @app.post("/sessions")
    def enter() -> Any:
        given = request.get_json()
        is_right = given["pin"] and names.get(given["name"]) == given["pin"]
        return (jsonify(welcome=True), 200) if is_right else (jsonify(error="who are you?"), 401)

    parts = (Part(PartPlace.BODY, "/name", example="ada"), Part(PartPlace.BODY, "/pin", example="x1"))
    operations = [Operation("POST", each, parts, BodyForm.JSON) for each in ("/names", "/sessions")]

    assert found(LdapInjection, app, *(operations if is_kept_first else reversed(operations))) == []
