from __future__ import annotations

from typing import Any

from flask import Flask, request

from setpoint.model.dast import BodyForm, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.checks.every import told_of
from setpoint.scan.dast.checks.reflection.checks import CHECKS

OPERATIONS = (
    Operation("GET", "/", (Part(PartPlace.QUERY, "q", example="shoes"), Part(PartPlace.QUERY, "url", example="/"))),
    Operation("GET", "/files/{name}", (Part(PartPlace.PATH, "name", example="a.txt", is_required=True),)),
    Operation("POST", "/notes", (Part(PartPlace.BODY, "/text", example="a"),), BodyForm.JSON),
    Operation("DELETE", "/notes/{id}", (Part(PartPlace.PATH, "id", example="1", is_required=True),)),
)


def test_each_has_a_name_of_its_own_and_says_what_it_looks_for() -> None:
    checks = [make() for make in CHECKS]
    assert len({each.name for each in checks}) == len(checks)
    assert all(map(told_of, checks))


def test_whoever_only_looks_sends_no_values_and_plans_none(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(Flask(__name__)), *OPERATIONS, profile=Profile.PASSIVE)
    for make in CHECKS:
        assert list(make().run(bench)) == []
    assert {each.sent.url.removeprefix(bench.surface.base) for each in bench.sender.exchanges} <= {
        "/?q=shoes&url=%2F",
        "/files/a.txt",
    }


def test_no_destructive_request_and_no_more_than_planned(serve: Any, workbench: Any) -> None:
    app = Flask(__name__)

    @app.get("/")
    def home() -> dict[str, int]:
        return {"length": len(request.args.get("q", ""))}

    bench = workbench(serve(app), *OPERATIONS)
    planned = sum(each.at_most for make in CHECKS for each in make().plan(bench))
    for make in CHECKS:
        assert list(make().run(bench)) == []
    assert {each.sent.method for each in bench.sender.exchanges} == {"GET", "POST"}
    assert len(bench.sender.exchanges) <= planned
