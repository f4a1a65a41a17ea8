from __future__ import annotations

import pytest

from setpoint.scan.dast.identifiers import identifier, noun_of_part


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
