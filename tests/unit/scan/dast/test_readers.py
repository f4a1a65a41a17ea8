from __future__ import annotations

from setpoint.model.dast import Caller, Operation, Surface
from setpoint.scan.dast.readers import Readers

ANN = Caller("ann", "user", 1)
LIST, MAKE = Operation("GET", "/users/{user}/orders"), Operation("POST", "/users/{id}/orders")
ORDER = Operation("GET", "/users/{user}/orders/{order}")
READERS = Readers(Surface("http://host/api", (LIST, MAKE, ORDER, Operation("GET", "/{kind}/{name}"))))


def test_what_is_made_shows_in_the_list_of_the_same_shape() -> None:
    assert READERS.listings(MAKE) == [LIST]


def test_an_address_is_of_the_operation_that_reads_it() -> None:
    known = READERS.at("http://host/api/users/3/orders/a%20b", ANN)
    assert known is not None
    assert (known.collection, known.members, known.above) == ("/users/{user}/orders", {"order": "a b"}, {"user": "3"})
    other = READERS.at("http://host/api/users/3", ANN)
    assert other is not None
    assert other.collection == "/{kind}"


def test_what_is_elsewhere_or_a_list_is_none() -> None:
    assert READERS.at("http://host/users/3/orders/4", ANN) is None
    assert READERS.at("http://host/api/users/3/orders", ANN) is None
