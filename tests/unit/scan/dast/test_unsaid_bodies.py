from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace, Profile, Surface
from setpoint.scan.dast.checks.injection.nosql_logins import NoSqlInjectionInLogins
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.unsaid_bodies import TRIES, is_like_login

ANN = Caller("ann", "user", 1)
ACCOUNTS = HeaderAccounts({ANN: (("x-user", "ann"),)}, login_fields=("/email", "/password"))


class NamedAccounts(HeaderAccounts):
    def user(self, caller: Caller) -> str:
        return f"{caller.name}@shop.example"


Learnt = tuple[BodyForm, tuple[str, ...]]
Learn = Callable[..., tuple[Learnt, int]]


@pytest.fixture
def learn(serve: Callable[[Any], str]) -> Learn:
    def learn(view: Callable[[], Any], path: str = "/auth/legacy-login", *others: Operation, **more: Any) -> Any:
        """What its body was found to be, and how many requests it took."""
        app = Flask("service")
        app.add_url_rule(path, "view", view, methods=["POST"])
        base = serve(app)
        sender = PlainSender(base)
        accounts = replace(ACCOUNTS, **more)
        surface = Surface(base, (Operation("POST", path), *others))
        seeds = Seeds(surface, sender, accounts, lambda _operation: "", lambda _line: None, mark="m")
        seeds.learn()
        count = len([each for each in sender.exchanges if each.sent.url == base + path])
        found = seeds.surface.operations[0]
        return (found.body, tuple(each.name for each in found.parts)), count

    return learn


def _json() -> dict[str, Any]:
    document = request.get_json(silent=True)
    return document if isinstance(document, dict) else {}


def by_json() -> Any:
    return (jsonify(error="no"), 401) if _json() else (jsonify(error="a JSON object is expected"), 422)


def by_form() -> Any:
    return (jsonify(error="no"), 401) if request.form.get("email") else (jsonify(error="bad request"), 400)


def by_other_names() -> Any:
    return (jsonify(error="no"), 401) if "login" in _json() else (jsonify(error="login and pass are required"), 400)


def test_a_login_takes_what_the_login_of_the_accounts_takes(learn: Learn) -> None:
    found, count = learn(by_json)
    assert found == (BodyForm.JSON, ("/email", "/password"))
    assert count <= 1 + TRIES


def test_a_login_that_takes_a_form(learn: Learn) -> None:
    assert learn(by_form)[0] == (BodyForm.FORM, ("email", "password"))


def test_a_login_that_names_its_fields(learn: Learn) -> None:
    assert learn(by_other_names)[0] == (BodyForm.JSON, ("/login", "/pass"))


def test_another_login_of_the_document_says_how_it_is_done(learn: Learn) -> None:
    parts = tuple(Part(PartPlace.BODY, f"/{each}", is_required=True) for each in ("password", "nickname"))
    other = Operation("POST", "/login", parts, BodyForm.JSON)
    assert learn(by_json, "/auth/legacy-login", other, login_fields=())[0][1] == ("/nickname", "/password")


def test_fields_that_a_refusal_names(learn: Learn) -> None:
    def notes() -> Any:
        lacking = [each for each in ("title", "text") if each not in _json()]
        told = [{"loc": ["body", each], "msg": "Field required"} for each in lacking]
        return (jsonify(detail=told), 422) if told else (jsonify(id=7, **_json()), 201)

    assert learn(notes, "/notes")[0] == (BodyForm.JSON, ("/title", "/text"))


def test_fields_that_are_named_once_there_is_a_document(learn: Learn) -> None:
    def notes() -> Any:
        if not request.is_json:
            return jsonify(error="send application/json"), 415
        return (jsonify(id=7), 201) if "title" in _json() else (jsonify(error="title is required"), 400)

    assert learn(notes, "/notes")[0] == (BodyForm.JSON, ("/title",))


@pytest.mark.parametrize("status", [200, 204, 401, 404, 500])
def test_what_does_not_ask_for_a_body_is_left_as_it_is(learn: Learn, status: int) -> None:
    found, count = learn(lambda: (jsonify(error="title is required"), status), "/checkout-preview")
    assert found == (BodyForm.NONE, ())
    assert count == 1


def test_what_does_not_say_what_it_lacks_is_asked_no_more(learn: Learn) -> None:
    assert learn(lambda: (jsonify(error="the cart is empty"), 400), "/checkout-preview") == ((BodyForm.NONE, ()), 1)


@pytest.mark.parametrize("path", ["/login", "/auth/legacy-login", "/v1/sign-in", "/mobile/session", "/oauth/token"])
def test_logins_are_known_by_their_words(path: str) -> None:
    assert is_like_login(Operation("POST", path))


@pytest.mark.parametrize("path", ["/logout", "/auth/token/refresh", "/token/revoke", "/orders", "/login/reset"])
def test_others_are_none(path: str) -> None:
    assert not is_like_login(Operation("POST", path))


@pytest.mark.parametrize("is_sound", [False, True])
def test_operators_are_tried_at_a_login_whose_body_no_document_tells(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench], is_sound: bool
) -> None:
    app = Flask("service")

    @app.post("/auth/legacy-login")
    def login() -> Any:
        given = _json()
        secret = given.get("password")
        if not given or (is_sound and not isinstance(secret, str)):
            return jsonify(error="a JSON object is expected"), 422
        is_any = isinstance(secret, dict) and "$ne" in secret
        is_known = given.get("email") == "ann@shop.example"
        return jsonify(token="t-1") if is_known and is_any else (jsonify(error="no"), 401)

    base = serve(app)
    accounts = NamedAccounts(ACCOUNTS.headers, login_fields=ACCOUNTS.login_fields)
    operation = Operation("POST", "/auth/legacy-login")
    safety = Safety(Profile.SAFE, ())
    seeds = Seeds(Surface(base, (operation,)), PlainSender(base), accounts, safety, lambda _line: None)
    seeds.learn()
    bench = replace(workbench(base, *seeds.surface.operations, accounts=accounts), build=seeds.build)
    told = [each.path for each in NoSqlInjectionInLogins().run(bench)]
    assert told == ([] if is_sound else ["/auth/legacy-login"])
