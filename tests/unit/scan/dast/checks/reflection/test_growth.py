from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import Flask, request

from setpoint.model.dast import Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.reflection.growth import PatternGrowth

CHECK = Operation("GET", "/names/check", (Part(PartPlace.QUERY, "name", example="ann"),))


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
