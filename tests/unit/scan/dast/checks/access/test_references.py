"""Which parts of an operation name an object."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Operation, Part, PartPlace
from setpoint.scan.dast.checks.access.references import naming_parts, part_reference


@pytest.mark.parametrize(
    ("path", "place", "name", "reference"),
    [
        ("/orders/{id}", PartPlace.PATH, "id", ("order", "id")),
        ("/orders/{orderId}", PartPlace.PATH, "orderId", ("order", "id")),
        ("/users/{username}", PartPlace.PATH, "username", ("user", "username")),
        ("/orders/{order}", PartPlace.PATH, "order", ("order", "id")),
        ("/users/{user_id}/orders", PartPlace.PATH, "user_id", ("user", "id")),
        ("/statement", PartPlace.QUERY, "account_id", ("account", "id")),
        ("/orders", PartPlace.QUERY, "owner", ("owner", "id")),
        ("/orders", PartPlace.HEADER, "X-Tenant-Id", ("tenant", "id")),
        ("/orders", PartPlace.BODY, "/customer/id", ("order", "id")),
        ("/orders", PartPlace.BODY, "/customerId", ("customer", "id")),
        ("/orders", PartPlace.BODY, "/phone_number", None),
        ("/orders", PartPlace.BODY, "/orderIds", ("order", "id")),
        ("/orders/export", PartPlace.BODY, "/order_ids/0", ("order", "id")),
        ("/orders", PartPlace.QUERY, "ids", ("order", "id")),
        ("/orders", PartPlace.QUERY, "page", None),
        ("/orders", PartPlace.HEADER, "X-Request-Id", None),
    ],
)
def test_references(path: str, place: PartPlace, name: str, reference: tuple[str, str] | None) -> None:
    part = Part(place, name)
    operation = Operation("GET", path, (part,))
    assert part_reference(operation, part) == reference
    assert naming_parts(operation) == ((part,) if reference else ())


def test_a_choice_in_a_path_names_nothing() -> None:
    part = Part(PartPlace.PATH, "format", {"enum": ["csv", "pdf"]})
    assert naming_parts(Operation("GET", "/report/{format}", (part,))) == ()


@pytest.mark.parametrize(
    ("part", "reference"),
    [
        (Part(PartPlace.QUERY, "order", example="7"), ("order", "id")),
        (Part(PartPlace.QUERY, "invoice", {"type": "integer"}), ("invoice", "id")),
        (Part(PartPlace.BODY, "/order", example="0b1c5a52-7d3e-4c2a-9a41-1f0f8a2b6c3d"), ("order", "id")),
        (Part(PartPlace.QUERY, "order", example="asc"), None),
        (Part(PartPlace.BODY, "/orders/0", {"type": "integer"}), ("order", "id")),
        (Part(PartPlace.BODY, "/0", {"type": "string"}), None),
        (Part(PartPlace.QUERY, "page", {"type": "integer"}), None),
    ],
)
def test_a_noun_that_holds_an_identifier_names_a_thing(part: Part, reference: tuple[str, str] | None) -> None:
    assert part_reference(Operation("GET", "/export.csv", (part,)), part) == reference
