from __future__ import annotations

import pytest

from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.objects import (
    Known,
    Objects,
    collection_of,
    identifier,
    located,
    noun_of_part,
    shown_object,
    shown_objects,
)


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("/orders", "/orders"),
        ("/orders/create", "/orders"),
        ("/orders/{id}/notes/search", "/orders/{id}/notes"),
        ("/", "/"),
    ],
)
def test_verbs_are_no_part_of_a_collection(path: str, collection: str) -> None:
    assert collection_of(path) == collection


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("order_id", "order"),
        ("/items/0/productId", "product"),
        ("id", ""),
        ("title", ""),
        ("categories-uuid", "category"),
    ],
)
def test_a_part_says_by_its_name_what_it_names(name: str, noun: str) -> None:
    assert noun_of_part(name) == noun


@pytest.mark.parametrize(
    ("members", "name", "expected"),
    [
        ({"id": 3, "name": "x"}, "orderId", 3),
        ({"order_id": 3}, "id", 3),
        ({"id": 3, "slug": "s"}, "slug", "s"),
        ({"username": "ann", "id": 1}, "username", "ann"),
        ({"uuid": "u", "number": 9}, "id", "u"),
        ({"name": "only"}, "thing", "only"),
        ({"id": True, "total": 3}, "id", None),
    ],
)
def test_an_object_is_named_by_the_fitting_member(members: dict[str, object], name: str, expected: object) -> None:
    assert identifier(members, name, "order") == expected


def test_objects_are_found_however_they_are_wrapped() -> None:
    assert shown_objects({"data": {"items": [{"id": 1}], "total": 1}}) == [{"id": 1}]
    assert shown_objects([{"id": 1}, "x", {"id": 2}]) == [{"id": 1}, {"id": 2}]
    assert shown_objects({"message": "no"}) == []
    assert shown_object({"data": {"order": {"id": 1}}}) == {"id": 1}
    assert shown_object([1]) == {}


def test_values_of_one_path_go_together() -> None:
    objects = Objects()
    objects.add(Known("ann", "/users", {"id": 7}, is_own=True))
    for owner, number in ((8, 80), (7, 70)):
        objects.add(Known("ann", "/users/{user}/orders", {"id": number}, {"user": owner}))
    path = "/users/{userId}/orders/{orderId}"
    assert objects.in_path(path, "ann", {}) == {"userId": 7, "orderId": 70}
    assert objects.in_path(path, "ann", {"userId": 8}) == {"userId": 8, "orderId": 80}
    assert objects.in_path(path, "bob", {}) is None
    assert objects.in_path(path, "ann", {}, own=True) is None


def test_own_objects_come_before_listed_ones() -> None:
    objects = Objects()
    objects.add(Known("ann", "/orders", {"id": 1}, is_own=True))
    objects.add(Known("ann", "/orders", {"id": 2}))
    assert objects.in_path("/orders/{id}", "ann", {}) == {"id": 1}
    assert objects.named_by(Part(PartPlace.BODY, "/orderId"), "ann") == 1
    assert objects.named_by(Part(PartPlace.BODY, "/order", {"type": "integer"}), "ann") == 1
    assert objects.named_by(Part(PartPlace.BODY, "/order", {"type": "string"}), "ann") is None


def test_a_person_is_meant_by_any_word_for_one() -> None:
    objects = Objects()
    objects.add(Known("ann", "/users", {"id": 7}, is_own=True))
    assert objects.named_by(Part(PartPlace.QUERY, "customer_id"), "ann") == 7
    assert objects.in_path("/members/{memberId}", "ann", {}) == {"memberId": 7}


def test_an_address_gives_the_values_of_its_template() -> None:
    operation = Operation("GET", "/orders/{id}/notes/{note}")
    assert located("/orders/3/notes/4", operation) == {"id": "3", "note": "4"}
    assert located("/orders/3", operation) is None
    assert located("/users/3/notes/4", operation) is None


def test_what_an_envelope_says_of_the_call_is_no_object() -> None:
    order = {"id": 7, "title": "a lamp"}
    assert shown_object({"code": 200, "message": "ok", "data": order}) == order
    assert shown_object({"id": 7, "data": {}}) == {"id": 7, "data": {}}


def test_the_account_that_a_path_names_is_the_one_that_the_callers_page_names() -> None:
    objects = Objects()
    objects.add(Known("ann", "/me", {"id": "usr_1", "account": "marsh-and-co"}, is_own=True))
    assert objects.in_path("/accounts/{slug}/contacts", "ann", {}) == {"slug": "marsh-and-co"}


def test_a_code_is_taken_from_whatever_lists_codes_but_never_to_write() -> None:
    objects = Objects()
    objects.add(Known("ann", "/parcels", {"id": 1, "code": "KP-1"}, is_own=True))
    assert objects.in_path("/tracking/{code}/proof", "ann", {}) == {"code": "KP-1"}
    assert objects.in_path("/tracking/{code}/proof", "ann", {}, own=True) is None
    assert objects.in_path("/tracking/{id}", "ann", {}) is None


def test_what_a_script_puts_into_a_query_names_an_object() -> None:
    objects = Objects()
    objects.add(Known("ann", "/threads", {"id": "th9", "subject": "hello"}))
    assert objects.named_by(Part(PartPlace.QUERY, "thread", {"type": "string"}, is_required=True), "ann") == "th9"
    assert objects.named_by(Part(PartPlace.QUERY, "thread", {"type": "string"}), "ann") is None
    assert objects.named_by(Part(PartPlace.BODY, "/thread", {"type": "string"}, is_required=True), "ann") is None
