from __future__ import annotations

import pytest

from setpoint.model.dast import Operation
from setpoint.scan.dast.path_templates import collection_of, located


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


def test_an_address_gives_the_values_of_its_template() -> None:
    operation = Operation("GET", "/orders/{id}/notes/{note}")
    assert located("/orders/3/notes/4", operation) == {"id": "3", "note": "4"}
    assert located("/orders/3", operation) is None
    assert located("/users/3/notes/4", operation) is None
