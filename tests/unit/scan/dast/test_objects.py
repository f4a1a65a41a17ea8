from __future__ import annotations

from setpoint.model.dast import Part, PartPlace
from setpoint.scan.dast.objects import Known, Objects


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
