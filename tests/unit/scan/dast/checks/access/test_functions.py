"""What is reserved to administrators, asked for by a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Response, abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, BOB, Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Fault, Operation, Part
from setpoint.scan.dast.checks.access.functions import Functions

MakeBench = Callable[..., Any]

PEOPLE = Operation("GET", "/admin/people")
NOTICES = Operation("GET", "/admin/notices")
NOTIFY = Operation("POST", "/admin/notices", (body_part("text"),), BodyForm.JSON)


def faults_of(bench: Any) -> list[Fault]:
    return list(Functions().run(bench))


@pytest.mark.parametrize(
    ("how", "is_told"), [("any role", True), ("refused", False), ("soft", False), ("own alone", False)]
)
def test_a_list_for_administrators(shop_bench: MakeBench, how: str, is_told: bool) -> None:
    shop = Shop()

    @shop.app.get("/admin/people")
    def people() -> Any:
        if shop.is_admin() or how == "any role":
            return list(shop.people.values())
        match how:
            case "soft":
                return {"error": "administrators only"}
            case "own alone":
                return [shop.people[shop.caller()]]
            case _:
                return abort(403)

    found = faults_of(shop_bench(shop, PEOPLE))
    assert [(each.kind, each.cwe, each.path, each.caller) for each in found] == (
        [("function-level-authorisation", 862, "/admin/people", "alice")] if is_told else []
    )


def test_what_everybody_may_read_is_not_told(shop_bench: MakeBench) -> None:
    shop = Shop()
    shop.app.add_url_rule("/admin/people", view_func=lambda: list(shop.people.values()))
    assert faults_of(shop_bench(shop, PEOPLE)) == []


@pytest.mark.parametrize(
    "operation",
    [
        Operation("GET", "/people", name="adminListPeople"),
        Operation("GET", "/people", summary="Lists everybody (administrators only)"),
        Operation("GET", "/people", scopes=("people:admin",)),
        Operation("GET", "/people", security=(("AdminKey",),)),
        Operation("GET", "/people", tags=("Administrator",)),
    ],
)
def test_the_document_says_in_many_ways_whom_it_is_for(shop_bench: MakeBench, operation: Operation) -> None:
    shop = Shop()

    @shop.app.get("/people")
    def people() -> Json:
        shop.caller()
        return list(shop.people.values())

    assert len(faults_of(shop_bench(shop, operation))) == 1
    assert faults_of(shop_bench(shop, Operation("GET", "/people", tags=("People Management",)))) == []


@pytest.mark.parametrize("how", ["any role", "refused", "202 without doing it", "no login"])
def test_a_notice_that_only_administrators_may_write(shop_bench: MakeBench, how: str) -> None:
    shop, notices = Shop(), [{"id": 1, "text": "welcome"}]

    @shop.app.get("/admin/notices")
    def read() -> Json:
        return notices if shop.is_admin() else abort(403)

    @shop.app.post("/admin/notices")
    def write() -> Any:
        if how == "any role":
            shop.caller()
        if how in {"any role", "no login"} or shop.is_admin():
            notices.append({"id": len(notices) + 1, "text": request.json["text"]})
        elif how == "refused":
            abort(403)
        return "", 202

    found = faults_of(shop_bench(shop, NOTICES, NOTIFY))
    kinds = {"any role": ["function-level-authorisation"], "no login": ["missing-authentication"]}
    assert [each.kind for each in found] == kinds.get(how, [])


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_role_that_a_customer_gives_itself_is_taken_back(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop()

    def person(number: int) -> dict[str, Json]:
        return next((each for each in shop.people.values() if each["id"] == number), None) or abort(404)

    @shop.app.get("/people/<int:number>")
    def read(number: int) -> Json:
        return person(number) if shop.is_admin() else abort(403)

    @shop.app.put("/people/<int:number>/role")
    def change(number: int) -> Any:
        if not shop.is_admin() and not is_faulty:
            abort(403)
        person(number)["role"] = request.json["role"]
        return "", 204

    def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
        return {part: shop.people[caller.name]["id"] for part in operation.parts if part.name == "id"} or None

    reading = Operation("GET", "/people/{id}", (path_part("id"),))
    role = Operation("PUT", "/people/{id}/role", (path_part("id"), body_part("role")), BodyForm.JSON, tags=("Admin",))
    found = faults_of(shop_bench(shop, reading, role, owned=owned))
    assert [each.method for each in found] == (["PUT"] if is_faulty else [])
    assert shop.people["alice"]["role"] == "customer"


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_page_that_only_an_administrators_pages_lead_to(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop()

    @shop.app.get("/")
    def home() -> Response:
        more = "<a href='/figures'>Figures</a>" if shop.is_admin() else ""
        return Response(f"<nav>Hello {shop.caller()}<a href='/orders'>Orders</a>{more}</nav>", mimetype="text/html")

    @shop.app.get("/figures")
    def figures() -> Response:
        shop.caller()
        lines = "".join(f"<tr><td>{each['item']}<td>{each['price']} euros" for each in shop.orders.values())
        text = f"<table>{lines}</table>" if shop.is_admin() or is_faulty else "<p>Not for you.</p>"
        return Response(f"<h1>Figures</h1>{text}", mimetype="text/html")

    found = faults_of(shop_bench(shop, Operation("GET", "/"), Operation("GET", "/figures")))
    assert [each.path for each in found] == (["/figures"] if is_faulty else [])


def test_one_record_is_asked_for_by_a_number_that_is_not_the_lower_callers(shop_bench: MakeBench) -> None:
    shop = Shop()

    @shop.app.get("/admin/people")
    def people() -> Json:
        return list(shop.people.values()) if shop.is_admin() else abort(403)

    @shop.app.get("/admin/people/<int:number>")
    def person(number: int) -> Json:
        shop.caller()
        return next((each for each in shop.people.values() if each["id"] == number), None) or abort(404)

    found = faults_of(shop_bench(shop, PEOPLE, Operation("GET", "/admin/people/{id}", (path_part("id"),))))
    assert [each.path for each in found] == ["/admin/people/{id}"]


def test_accounts_of_one_rank_are_said_to_be_too_few(shop_bench: MakeBench) -> None:
    bench = shop_bench(Shop(), PEOPLE, callers=(ALICE, BOB))
    assert faults_of(bench) == []
    assert list(Functions().plan(bench)) == []


def test_the_plan_names_the_lower_caller(shop_bench: MakeBench) -> None:
    bench = shop_bench(Shop(), PEOPLE, NOTIFY, Operation("GET", "/orders"))
    assert [(each.operation, each.caller) for each in Functions().plan(bench)] == [
        (PEOPLE.key, "alice"),
        (NOTIFY.key, "alice"),
    ]
    assert bench.sender.exchanges == []


@pytest.mark.parametrize("is_faulty", [True, False])
def test_what_a_summary_keeps_for_a_role_of_auth_yaml_about_a_thing_that_all_may_name(
    shop_bench: MakeBench, is_faulty: bool
) -> None:
    shop = Shop()

    @shop.app.get("/depots/<depot>/rota")
    def rota(depot: str) -> Json:
        if not (is_faulty and shop.caller()) and not shop.is_admin():
            abort(403)
        return {"depot": depot, "shifts": ["Tom from six", "Eve from two"]}

    depot = replace(path_part("depot", "string"), example="ripon")
    operation = Operation("GET", "/depots/{depot}/rota", (depot,), summary="The rota (administrators only)")
    found = faults_of(shop_bench(shop, operation))
    assert [each.path for each in found] == ([operation.path] if is_faulty else [])
