from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask, request

from setpoint.model.dast import BodyForm, Caller, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.reflection.growth import PatternGrowth

CHECK = Operation("GET", "/names/check", (Part(PartPlace.QUERY, "name", example="ann"),))
ANN = Caller("ann", "customer", 1)
REGISTER = Operation(
    "POST",
    "/register",
    tuple(Part(PartPlace.BODY, f"/{each}", is_required=True) for each in ("username", "email", "password")),
    BodyForm.JSON,
)
SLOW_ADDRESS = r"[0-9a-z]([-.\w]*[0-9a-z])*@\w+\.\w+"
PLAIN_ADDRESS = r"[-.\w]+@\w+\.\w+"


@dataclass(frozen=True)
class Registering:
    callers: tuple[Caller, ...] = (ANN,)
    may_register: bool = True
    headers: Mapping[Caller, Any] = field(default_factory=dict)

    def user(self, _caller: Caller) -> str:
        return "ann"

    def authorised(self, request: Any, _caller: Caller) -> Any:
        return request


def names(pattern: str) -> Flask:
    app = Flask(__name__)

    @app.get("/names/check")
    def check() -> dict[str, bool]:
        return {"valid": re.fullmatch(pattern, request.args["name"]) is not None}

    return app


def found(bench: Any) -> set[tuple[str, str]]:
    return {(each.path, each.part) for each in PatternGrowth().run(bench)}


def test_a_group_that_repeats_and_is_repeated(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(names(r"(\w+\s?)+")), CHECK, profile=Profile.ACTIVE)
    assert found(bench) == {("/names/check", "query:name")}


def test_one_that_is_not(serve: Any, workbench: Any) -> None:
    assert found(workbench(serve(names(r"\w+(\s\w+)*")), CHECK, profile=Profile.ACTIVE)) == set()


def test_an_answer_that_is_slow_for_everything(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/names/check")
    def check() -> dict[str, bool]:
        if len(request.args["name"]) > 25:
            time.sleep(0.5)
        return {"valid": True}

    assert found(workbench(serve(app), CHECK, profile=Profile.ACTIVE)) == set()


@pytest.mark.parametrize("profile", [Profile.PASSIVE, Profile.SAFE])
def test_nothing_is_sent_in_other_profiles(serve: Any, workbench: Any, profile: Profile) -> None:
    bench = workbench(serve(names(r"\w+")), CHECK, profile=profile)
    assert list(PatternGrowth().plan(bench)) == []
    assert found(bench) == set()
    assert bench.sender.exchanges == []


@pytest.mark.parametrize("pattern", [SLOW_ADDRESS, PLAIN_ADDRESS], ids=["slow", "plain"])
def test_a_registration_makes_no_account(serve: Any, workbench: Any, pattern: str) -> None:
    app = Flask(__name__)
    people = ["ann"]

    @app.post("/register")
    def register() -> Any:
        given = request.get_json()
        if given["username"] not in people and not re.search(r"\W", given["username"]):
            people.append(given["username"])
            return {"id": len(people)}, 201
        return {"error": "address" if not re.fullmatch(pattern, given["email"]) else "taken"}, 400

    bench = workbench(serve(app), REGISTER, accounts=Registering(), profile=Profile.ACTIVE)
    bench = replace(bench, may_send=lambda _operation: "left to registrations")

    assert found(bench) == (set() if pattern == PLAIN_ADDRESS else {("/register", "body:/email")})
    assert people == ["ann"]


def test_what_keeps_any_text_is_asked_for_one_of_each_part(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)
    notes: list[str] = []

    @app.post("/notes")
    def write() -> Any:
        notes.append(request.get_json()["text"])
        return {"text": notes[-1]}, 201

    note = Operation("POST", "/notes", (Part(PartPlace.BODY, "/text", example="tea"),), BodyForm.JSON)

    assert found(workbench(serve(app), note, profile=Profile.ACTIVE)) == set()
    assert len([each for each in notes if each.endswith("!")]) == 1
