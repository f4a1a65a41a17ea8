"""What keeps the end of a line out of a header, beside what looks like it and does not; and tokens and sessions."""

from __future__ import annotations

import email.header
import email.utils
import re
import secrets
import uuid
from collections.abc import Callable

import flask
import itsdangerous
import jwt
import pytest
from flask import request
from tests.conftest import Watch
from werkzeug.utils import secure_filename

FAMILIES = ("sinks.headers", "sinks.session", "passages.escapers", "passages.validators")
KEY = secrets.token_hex(40)
SIZE = str(123 * 100)
NAMED = {"blue": {"name": "blue"}}

View = Callable[[str], str]


def spaces_replaced(value: str) -> str:
    return value.replace(" ", "-")


def split_and_joined(value: str) -> str:
    return "-".join(value.split("."))


def in_ascii(value: str) -> str:
    return value.encode("ascii", "ignore").decode()


def of_any_number(value: str) -> str:
    return "".join(each for each in value if ord(each) < 300)


def only_checked_for_length(value: str) -> str:
    if len(value) > 64:
        value = uuid.uuid4().hex
    return value


def replaced_by_input(value: str) -> str:
    if "\n" in value:
        value = flask.request.args.get("q", "")
    return value


UNSAFE: tuple[View, ...] = (
    spaces_replaced,
    split_and_joined,
    in_ascii,
    of_any_number,
    only_checked_for_length,
    replaced_by_input,
)


def words(value: str) -> str:
    return " ".join(value.split())


def first_line(value: str) -> str:
    return value.split("\n", 1)[0].split("\r", 1)[0]


def before_the_end(value: str) -> str:
    return value.partition("\r\n")[0]


def printable(value: str) -> str:
    return "".join(each for each in value if each.isprintable())


def printable_filtered(value: str) -> str:
    return "".join(filter(str.isprintable, value))


def by_number(value: str) -> str:
    return "".join(each for each in value if 32 <= ord(each) < 127)


def refused_by_number(value: str) -> str:
    if any(ord(each) < 32 for each in value):
        flask.abort(400)
    return value


def refused_unprintable(value: str) -> str:
    if not value.isprintable():
        flask.abort(400)
    return value


def represented(value: str) -> str:
    return repr(value)


def escaped(value: str) -> str:
    return value.encode("unicode_escape").decode("ascii")


def encoded_word(value: str) -> str:
    return email.header.Header(value, "utf-8").encode()


def extended_parameter(value: str) -> str:
    return email.utils.encode_rfc2231(value, "utf-8")


def file_name(value: str) -> str:
    return secure_filename(value)


def replaced_by_another(value: str) -> str:
    if not re.fullmatch(r"[\w-]{1,64}", value):
        value = uuid.uuid4().hex
    return value


SAFE: tuple[View, ...] = (
    words,
    first_line,
    before_the_end,
    printable,
    printable_filtered,
    by_number,
    refused_by_number,
    refused_unprintable,
    represented,
    escaped,
    encoded_word,
    extended_parameter,
    file_name,
    replaced_by_another,
)


def asked(view: Callable[[], flask.Response], value: str) -> None:
    application = flask.Flask(__name__)
    application.secret_key = KEY
    application.add_url_rule("/", view_func=view)
    assert application.test_client().get("/", query_string={"q": value, "n": SIZE}).status_code == 200


@pytest.mark.parametrize("made", [*UNSAFE, *SAFE], ids=lambda each: each.__name__)
def test_headers(watching: Watch, blue: str, made: View) -> None:
    evidence = watching(*FAMILIES)

    def view() -> flask.Response:
        value = flask.request.args["q"]
        return flask.Response("fine", headers={"X-Shown": made(value)})

    asked(view, blue)
    assert {each.kind.name for each in evidence} == ({"header-injection"} if made in UNSAFE else set())


def test_what_is_checked_of_another_part_says_nothing(watching: Watch, blue: str) -> None:
    evidence = watching(*FAMILIES)

    def view() -> flask.Response:
        response = flask.Response("fine")
        if request.path.startswith("/") and request.args["n"].isdigit():
            response.headers["X-Shown"] = request.args["q"]
        response.headers["X-Size"] = f"{request.args.get('n', type=int)}"
        return response

    asked(view, blue)
    assert [each.origins[0].name for each in evidence] == ["q"]


def test_a_name_made_of_input(watching: Watch, blue: str) -> None:
    evidence = watching(*FAMILIES)

    def view() -> flask.Response:
        response = flask.Response("fine")
        response.headers["X-" + flask.request.args["q"].replace(" ", "-")] = "1"
        return response

    asked(view, blue)
    assert [each.kind.name for each in evidence] == ["header-injection"]


def in_session(value: str) -> None:
    flask.session["colour"] = value


def in_token(value: str) -> None:
    jwt.encode({"sub": value}, KEY, algorithm="HS256")


def in_serializer(value: str) -> None:
    itsdangerous.URLSafeSerializer(KEY).dumps({"colour": value})


@pytest.mark.parametrize("keep", [in_session, in_token, in_serializer])
def test_state(watching: Watch, blue: str, keep: Callable[[str], None]) -> None:
    evidence = watching(*FAMILIES)

    def kept() -> flask.Response:
        keep(flask.request.args["q"])
        return flask.Response("fine")

    def checked() -> flask.Response:
        value = flask.request.args["q"]
        if not re.fullmatch(r"[\w-]{1,64}", value):
            flask.abort(400)
        keep(value)
        return flask.Response("fine")

    def looked_up() -> flask.Response:
        user = NAMED[flask.request.args["q"]]
        keep(user["name"])
        return flask.Response("fine")

    asked(checked, blue)
    asked(looked_up, blue)
    assert evidence == []
    asked(kept, blue)
    assert {each.kind.name for each in evidence} == {"trust-boundary"}
