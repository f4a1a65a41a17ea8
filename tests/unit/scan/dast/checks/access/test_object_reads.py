"""What is another's, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, abort, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, BOB, Shop, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Certainty, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.object_reads import ObjectReads

ORDERS = Operation("GET", "/orders")
ORDER = Operation("GET", "/orders/{id}", (path_part("id"),))
OWN = {"alice": 11, "bob": 12}

MakeBench = Callable[..., Any]


def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
    found = {part: OWN[caller.name] for part in operation.parts if part.name == "id" and caller.name in OWN}
    return found or None


def faults_of(bench: Any) -> list[Fault]:
    return list(ObjectReads().run(bench))


def shop_with_orders(*faults: str) -> Shop:
    shop = Shop(*faults)

    @shop.app.get("/orders")
    def orders() -> Json:
        return [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id() or shop.has("one list")]

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Json:
        return shop.order(number, "any order")

    return shop


def test_a_peer_that_reads_an_order_by_its_number_is_told(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders("any order"), ORDERS, ORDER, owned=owned)
    (fault,) = faults_of(bench)
    assert (fault.kind, fault.cwe, fault.owasp) == ("object-level-authorisation", 639, "API1:2023")
    assert (fault.method, fault.path, fault.part) == ("GET", "/orders/{id}", "path:id")
    assert fault.certainty is Certainty.CONFIRMED
    assert fault.caller == "bob"
    assert [each.sent.caller for each in fault.proof] == ["alice", "bob"]
    assert "blue lamp" not in fault.difference + fault.message


def test_numbers_are_taken_from_lists_where_no_object_could_be_made(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders("any order"), ORDERS, ORDER)
    assert [each.path for each in faults_of(bench)] == ["/orders/{id}"]


@pytest.mark.parametrize("made", [owned, None])
def test_a_service_that_looks_among_the_callers_own_is_fine(shop_bench: MakeBench, made: Any) -> None:
    assert faults_of(shop_bench(shop_with_orders(), ORDERS, ORDER, owned=made)) == []


@pytest.mark.parametrize("made", [owned, None])
def test_what_the_peers_own_list_shows_is_shared_by_design(shop_bench: MakeBench, made: Any) -> None:
    bench = shop_bench(shop_with_orders("any order", "one list"), ORDERS, ORDER, owned=made)
    assert faults_of(bench) == []


def answered(shop: Shop, how: str, number: int) -> Json:
    """Ways to answer that look like the object's, and show nothing of it."""
    own = shop.orders[OWN[shop.caller()]]
    if shop.orders.get(number, {}).get("owner_id") == shop.caller_id():
        return own
    match how:
        case "soft 404":
            return {"id": number, "error": "there is no such order", "at": "2026-11-23T10:00:00Z"}
        case "own instead":
            return own
        case "name only":
            return {"id": number, "item": shop.orders[number]["item"]} if number in shop.orders else abort(404)
        case _:
            return {}


@pytest.mark.parametrize("how", ["soft 404", "own instead", "name only", "nothing"])
def test_a_200_that_shows_nothing_of_the_object_is_fine(shop_bench: MakeBench, how: str) -> None:
    shop = Shop()

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Json:
        return answered(shop, how, number)

    assert faults_of(shop_bench(shop, ORDER, owned=owned)) == []


def test_objects_that_are_alike_are_told_apart_by_their_numbers(shop_bench: MakeBench) -> None:
    shop = shop_with_orders("any order")
    for each in shop.orders.values():
        each.update(item="canary", note="canary", price=1)
    alike = {number: {**each, "owner_id": None} for number, each in shop.orders.items()}

    @shop.app.get("/slips/<int:number>")
    def slip(number: int) -> Json:
        shop.caller()
        return alike.get(number) or abort(404)

    bench = shop_bench(shop, Operation("GET", "/slips/{id}", (path_part("id"),)), owned=owned)
    assert [each.path for each in faults_of(bench)] == ["/slips/{id}"]


@pytest.mark.parametrize(("said", "security"), [("/orders/{id}", ()), ("/public/orders/{id}", None)])
def test_what_is_said_to_be_for_everybody_is_not_asked_for(
    shop_bench: MakeBench, said: str, security: tuple[()] | None
) -> None:
    shop = shop_with_orders("any order")
    shop.app.add_url_rule("/public/orders/<int:number>", view_func=lambda number: shop.order(number, "any order"))
    operation = Operation("GET", said, (path_part("id"),), security=security)
    assert faults_of(shop_bench(shop, operation, owned=owned)) == []


def test_what_nobody_needs_to_log_in_for_is_not_told_here(shop_bench: MakeBench) -> None:
    shop = Shop()
    shop.app.add_url_rule("/notes/<int:number>", view_func=lambda number: shop.orders[number])
    assert faults_of(shop_bench(shop, Operation("GET", "/notes/{id}", (path_part("id"),)), owned=owned)) == []


def test_an_object_that_says_it_is_public_is_not_told(shop_bench: MakeBench) -> None:
    shop = shop_with_orders("any order")
    for each in shop.orders.values():
        each["visibility"] = "public"
    assert faults_of(shop_bench(shop, ORDERS, ORDER, owned=owned)) == []


@pytest.mark.parametrize(("extra", "is_told"), [("email", True), ("nickname", False)])
def test_of_people_only_what_is_private_counts(shop_bench: MakeBench, extra: str, is_told: bool) -> None:
    shop = Shop()

    @shop.app.get("/users/<int:number>")
    def person(number: int) -> Json:
        shop.caller()
        found = next((each for each in shop.people.values() if each["id"] == number), None) or abort(404)
        return {name: found[name] for name in ("id", "username", extra)}

    def own_account(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
        return {part: shop.people[caller.name]["id"] for part in operation.parts if part.name == "id"} or None

    operation = Operation("GET", "/users/{id}", (path_part("id"),))
    assert len(faults_of(shop_bench(shop, operation, owned=own_account))) == int(is_told)


def test_a_list_for_administrators_that_answers_all_the_same_shares_nothing(shop_bench: MakeBench) -> None:
    shop = shop_with_orders("any order")
    shop.app.add_url_rule("/admin/orders", view_func=lambda: list(shop.orders.values()))
    bench = shop_bench(shop, ORDERS, ORDER, Operation("GET", "/admin/orders"), owned=owned)
    assert [each.path for each in faults_of(bench)] == ["/orders/{id}"]


CHILD = Operation("GET", "/users/{user_id}/orders/{id}", (path_part("user_id"), path_part("id")))
ME = Operation("GET", "/me")


def shop_with_parents(*faults: str) -> Shop:
    shop = Shop(*faults)

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.get("/users/<int:user>/orders/<int:number>")
    def child(user: int, number: int) -> Json:
        if user != shop.caller_id():
            abort(403)
        return shop.order(number, "parent only")

    return shop


def test_a_foreign_child_under_the_callers_own_parent(shop_bench: MakeBench) -> None:
    (fault,) = faults_of(shop_bench(shop_with_parents("parent only"), ME, CHILD, owned=owned))
    assert (fault.path, fault.part) == (CHILD.path, "path:id")
    assert fault.proof[1].sent.url.endswith("/users/2/orders/11")
    assert faults_of(shop_bench(shop_with_parents(), ME, CHILD, owned=owned)) == []


@pytest.mark.parametrize("place", [PartPlace.QUERY, PartPlace.HEADER])
@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_number_of_an_account_beside_the_path(shop_bench: MakeBench, place: PartPlace, is_faulty: bool) -> None:
    name = "X-Account-ID" if place is PartPlace.HEADER else "account_id"
    shop = shop_with_parents()

    @shop.app.get("/statement")
    def statement() -> Json:
        asked = int(request.headers.get(name) or request.args.get(name) or 0)
        if asked != shop.caller_id() and not is_faulty:
            abort(403)
        return {"orders": [each for each in shop.orders.values() if each["owner_id"] == asked]}

    operation = Operation("GET", "/statement", (Part(place, name, {"type": "integer"}, is_required=True),))
    found = faults_of(shop_bench(shop, ME, operation))
    assert [each.part for each in found] == ([f"{place.value}:{name}"] if is_faulty else [])


@pytest.mark.parametrize("how", ["faulty", "refused in a page", "own page"])
def test_a_page_of_another(shop_bench: MakeBench, how: str) -> None:
    shop = Shop()

    def page(*lines: object) -> Response:
        texts = "".join(f"<p>{line}</p>" for line in lines)
        head = f"<nav>Shop<b>Hello {shop.caller()}</b><a href='/orders'>Orders</a></nav>"
        return Response(f"<html><body>{head}<h1>Your order</h1>{texts}</body></html>", mimetype="text/html")

    @shop.app.get("/orders")
    def orders() -> Response:
        own = [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]
        return page(*(f"<a href='/orders/{each['id']}'>{each['item']}</a>" for each in own))

    @shop.app.get("/orders/<int:number>")
    def order(number: int) -> Response:
        found = shop.orders.get(number) or abort(404)
        if found["owner_id"] == shop.caller_id() or how == "faulty":
            return page(found["item"], found["note"], found["price"])
        return page("This order is not yours.") if how == "refused in a page" else page(*shop.orders[12].values())

    found = faults_of(shop_bench(shop, ORDERS, ORDER))
    assert [each.path for each in found] == (["/orders/{id}"] if how == "faulty" else [])


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_page_by_a_number_in_the_query_that_the_crawl_saw(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop()

    @shop.app.get("/orders")
    def orders() -> Response:
        own = [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]
        links = "".join(f"<a href='/order?id={each['id']}'>{each['item']}</a>" for each in own)
        return Response(f"<html>{links}</html>", mimetype="text/html")

    @shop.app.get("/order")
    def order() -> Response:
        found = shop.orders.get(int(request.args.get("id", 0))) or abort(404)
        if found["owner_id"] != shop.caller_id() and not is_faulty:
            abort(404)
        return Response(f"<html><p>{found['item']}<p>{found['note']}</html>", mimetype="text/html")

    operation = Operation("GET", "/order", (Part(PartPlace.QUERY, "id", {"type": "string"}, example="11"),))
    found = faults_of(shop_bench(shop, ORDERS, operation))
    assert [each.part for each in found] == (["query:id"] if is_faulty else [])


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_question_that_names_its_object_in_the_body(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = shop_with_orders()

    @shop.app.post("/orders/export")
    def export() -> Json:
        return shop.order(request.json["order_id"], "any order" if is_faulty else "none")

    shop.faults = frozenset({"any order"})
    part = Part(PartPlace.BODY, "/order_id", {"type": "integer"}, is_required=True)
    operation = Operation("POST", "/orders/export", (part,), BodyForm.JSON)
    found = faults_of(shop_bench(shop, ORDERS, operation))
    assert [each.part for each in found] == (["body:/order_id"] if is_faulty else [])


@pytest.mark.parametrize("is_faulty", [True, False])
@pytest.mark.parametrize(
    ("path", "name"), [("/receipt", "id"), ("/export.csv", "order"), ("/orders/print", "order_id")]
)
def test_prints_and_downloads_that_pages_link_to(shop_bench: MakeBench, path: str, name: str, is_faulty: bool) -> None:
    shop = Shop("any order") if is_faulty else Shop()

    @shop.app.get("/orders")
    def orders() -> Response:
        own = (number for number, each in shop.orders.items() if each["owner_id"] == shop.caller_id())
        links = "".join(f'<a href="{path}?{name}={number}">print</a>' for number in own)
        return Response(f"<html>Hello, {shop.caller()}{links}</html>", mimetype="text/html")

    def printed() -> Response:
        found = shop.order(int(request.args[name]), "any order")
        if path.endswith(".csv"):
            return Response(f"item\n{found['item']}\nnote\n{found['note']}", mimetype="text/csv")
        return Response(f"<html><p>{found['item']}<p>{found['note']}</html>", mimetype="text/html")

    shop.app.add_url_rule(path, view_func=printed)
    operation = Operation("GET", path, (Part(PartPlace.QUERY, name, {"type": "string"}, example="11"),))
    found = faults_of(shop_bench(shop, ORDERS, operation))
    assert [each.part for each in found] == ([f"query:{name}"] if is_faulty else [])


def several(place: PartPlace, name: str, kind: str = "integer") -> Part:
    return Part(place, name, {"type": "array", "items": {"type": kind}}, is_required=True)


@pytest.mark.parametrize("is_faulty", [True, False])
@pytest.mark.parametrize(
    "operation",
    [
        Operation("POST", "/exports", (several(PartPlace.BODY, "/order_ids"),), BodyForm.JSON),
        Operation("POST", "/reports", (several(PartPlace.BODY, "/orderIds"),), BodyForm.JSON),
        Operation(
            "POST", "/orders/export", (Part(PartPlace.BODY, "/order_ids/0", {"type": "integer"}),), BodyForm.JSON
        ),
        Operation("POST", "/reports", (Part(PartPlace.BODY, "order_id", is_required=True),), BodyForm.FORM),
        Operation("GET", "/orders/bulk", (several(PartPlace.QUERY, "ids"),)),
    ],
    ids=["a list in a body", "in other letters", "its first place", "a form", "a list in a query"],
)
def test_what_is_made_of_orders_that_are_named(shop_bench: MakeBench, operation: Operation, is_faulty: bool) -> None:
    shop = shop_with_orders("any order") if is_faulty else shop_with_orders()
    made: list[int] = []

    def some() -> Any:
        given = request.get_json(silent=True) or request.values.to_dict(flat=False)
        (numbers,) = given.values()
        made.append(len(made))
        found = [shop.order(int(each), "any order") for each in numbers]
        return {"id": 900 + len(made), "orders": found}, 201

    shop.app.add_url_rule(operation.path, view_func=some, methods=[operation.method])
    found = faults_of(shop_bench(shop, ORDERS, operation))
    assert [each.part.partition(":")[0] for each in found] == ([operation.parts[0].place.value] if is_faulty else [])


def test_what_both_may_name_is_no_fault(shop_bench: MakeBench) -> None:
    shop = shop_with_orders("any order", "one list")

    @shop.app.post("/exports")
    def export() -> Json:
        return [shop.order(each, "any order") for each in request.json["order_ids"]]

    operation = Operation("POST", "/exports", (several(PartPlace.BODY, "/order_ids"),), BodyForm.JSON)
    assert faults_of(shop_bench(shop, ORDERS, operation)) == []


def test_one_account_alone_is_said_to_be_too_few(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders("any order"), ORDERS, ORDER, callers=(ALICE,), owned=owned)
    assert faults_of(bench) == []
    assert list(ObjectReads().plan(bench)) == []


def test_the_plan_tells_the_caller_and_sends_nothing(shop_bench: MakeBench) -> None:
    bench = shop_bench(shop_with_orders(), ORDERS, ORDER, owned=owned)
    (planned,) = ObjectReads().plan(bench)
    assert (planned.operation, planned.caller) == (ORDER.key, BOB.name)
    assert bench.sender.exchanges == []


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_code_that_another_list_shows_names_a_thing_of_its_own_path(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop()

    @shop.app.get("/parcels")
    def parcels() -> Json:
        return {"data": [{"id": shop.caller_id(), "code": f"KP-{shop.caller()}-7"}]}

    @shop.app.get("/tracking/<code>/proof")
    def proof(code: str) -> Json:
        owner = code.split("-")[1]
        if owner not in shop.people or (owner != shop.caller() and not is_faulty):
            abort(404)
        return {"signed": f"by a neighbour of {owner}", "door": f"blue, behind {owner}'s shed"}

    operation = Operation("GET", "/tracking/{code}/proof", (path_part("code", "string"),))
    found = faults_of(shop_bench(shop, Operation("GET", "/parcels"), operation))
    assert [each.path for each in found] == ([operation.path] if is_faulty else [])


@pytest.mark.parametrize("how", ["faulty", "403", "sent to log in", "its own instead", "an empty page"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [("/orders/{id}/print", "text/html"), ("/invoices/{id}.pdf", "text/plain"), ("/orders/{id}/label", "text/html")],
)
def test_prints_of_another_by_their_address(shop_bench: MakeBench, path: str, kind: str, how: str) -> None:
    shop = Shop("any order") if how == "faulty" else Shop()

    @shop.app.get("/orders")
    def orders() -> Response:
        own = (number for number, each in shop.orders.items() if each["owner_id"] == shop.caller_id())
        links = "".join(f'<a href="{path.replace("{id}", str(number))}">print</a>' for number in own)
        return Response(f"<html>Hello, {shop.caller()}{links}</html>", mimetype="text/html")

    def printed(number: int) -> Any:
        found = shop.orders[number]
        if found["owner_id"] != shop.caller_id():
            match how:
                case "403":
                    abort(403)
                case "sent to log in":
                    return "", 302, {"location": "/login"}
                case "its own instead":
                    found = shop.orders[OWN[shop.caller()]]
                case "an empty page":
                    return Response("<html><p>There is no such order.</html>", mimetype="text/html")
        mark = ("<p>", "") if kind == "text/html" else ("", "\n")
        return Response("".join(f"{mark[0]}{each}{mark[1]}" for each in found.values()), mimetype=kind)

    shop.app.add_url_rule(path.replace("{id}", "<int:number>"), view_func=printed)
    operation = Operation("GET", path, (path_part("id", "string"),))
    found = faults_of(shop_bench(shop, ORDERS, operation))
    assert [(each.path, each.part) for each in found] == ([(path, "path:id")] if how == "faulty" else [])


@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_form_that_shows_the_record_whose_number_it_is_sent(shop_bench: MakeBench, is_faulty: bool) -> None:
    shop = Shop("any order") if is_faulty else Shop()

    @shop.app.get("/orders")
    def orders() -> Json:
        return [each for each in shop.orders.values() if each["owner_id"] == shop.caller_id()]

    @shop.app.post("/orders/show")
    def show() -> Response:
        found = shop.order(int(request.form["order_id"]), "any order")
        return Response(f"<html><p>{found['item']}<p>{found['note']}</html>", mimetype="text/html")

    part = Part(PartPlace.BODY, "order_id", {"type": "integer"}, is_required=True)
    found = faults_of(shop_bench(shop, ORDERS, Operation("POST", "/orders/show", (part,), BodyForm.FORM)))
    assert [each.part for each in found] == (["body:order_id"] if is_faulty else [])


@pytest.mark.parametrize("how", ["balance", "name alone", "the caller's own"])
def test_what_new_accounts_have_alike_is_still_what_somebody_has(shop_bench: MakeBench, how: str) -> None:
    shop = Shop()
    for each in shop.people.values():
        each["balance"] = 1000

    @shop.app.get("/me")
    def me() -> Json:
        return shop.people[shop.caller()]

    @shop.app.get("/accounts/<int:number>")
    def account(number: int) -> Json:
        caller = shop.people[shop.caller()]
        found = next((each for each in shop.people.values() if each["id"] == number), None) or abort(404)
        shown = caller if how == "the caller's own" else found
        return {"username": shown["username"], **({"balance": shown["balance"]} if how == "balance" else {})}

    operation = Operation("GET", "/accounts/{id}", (path_part("id"),))
    found = faults_of(shop_bench(shop, ME, operation))
    assert [each.path for each in found] == (["/accounts/{id}"] if how == "balance" else [])
