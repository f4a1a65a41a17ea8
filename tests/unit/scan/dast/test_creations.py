from __future__ import annotations

import pytest

from setpoint.model.dast import Operation, Part, PartPlace, Surface
from setpoint.scan.dast.creations import ends_account, is_creation, makes_by_put

NAME = Part(PartPlace.BODY, "/name", {"type": "string"}, is_required=True)
MENU = Operation("PUT", "/menu", (NAME,), responses={"201": {}})
ITEM = Operation("GET", "/menu/{item_id}")


def test_a_put_that_adds_one_is_a_creation() -> None:
    surface = Surface("http://host", (MENU, ITEM))
    assert makes_by_put(MENU, surface)
    assert is_creation(MENU, surface)


@pytest.mark.parametrize(
    "operations",
    [
        (Operation("PUT", "/menu", (NAME,), responses={"200": {}}), ITEM),
        (Operation("PUT", "/menu", (Part(PartPlace.BODY, "/0/name"),), responses={"201": {}}), ITEM),
        (MENU, ITEM, Operation("POST", "/menu")),
        (MENU,),
        (Operation("PUT", "/menu/{item_id}", (NAME,), responses={"201": {}}), ITEM),
        (Operation("PUT", "/profile", (NAME,), responses={"201": {}}), Operation("GET", "/profile/{id}")),
    ],
    ids=["no 201", "a whole list", "POST makes them", "no address", "one that is there", "the caller's own"],
)
def test_a_put_that_replaces_is_none(operations: tuple[Operation, ...]) -> None:
    assert not is_creation(operations[0], Surface("http://host", operations))


@pytest.mark.parametrize("path", ["/admin/delete_account/{user_id}", "/users/{id}/deactivate", "/users/{id}/ban"])
def test_what_takes_an_account_away_gets_none_of_the_scans(path: str) -> None:
    assert ends_account(Operation("POST", path))
    assert not ends_account(Operation("GET", path))
    assert not ends_account(Operation("POST", "/users/{id}/notes"))
