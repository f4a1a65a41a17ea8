from __future__ import annotations

import pytest

from setpoint.model.dast import Operation, Part, PartPlace, Surface
from setpoint.scan.dast.consumed import consumed_by

ORDER = Operation("GET", "/orders/{id}")
COPY = Operation("POST", "/copies", (Part(PartPlace.BODY, "/productId"),))
SHOP = Surface("http://host", (ORDER, COPY))


@pytest.mark.parametrize(("path", "is_taken"), [("/orders", True), ("/products", True), ("/news", False)])
def test_what_others_name_is_taken(path: str, is_taken: bool) -> None:
    assert consumed_by(SHOP).takes_listed(path) is is_taken
    assert consumed_by(SHOP).takes_made(path) is is_taken


def test_each_surface_has_its_own() -> None:
    consumed_by(SHOP)
    assert not consumed_by(Surface("http://host", (COPY,))).takes_listed("/orders")
