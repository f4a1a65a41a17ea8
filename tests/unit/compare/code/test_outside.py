"""What a scan told from outside and what agents met inside are one problem where operation, part and kind agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.compare.code.building import FIND, place, seen

from setpoint.compare.code.joining import CodeJoiner
from setpoint.model.dast import Profile
from setpoint.model.report import Origin
from setpoint.model.scan import CodePlace, Means, Outside, ScanKind

TOLD = replace(
    FIND,
    kind=ScanKind.DAST,
    rule="sql-injection",
    place=CodePlace("https://shop.example/v1/orders/{id}"),
    spans=(),
    outside=Outside("GET /orders/{id}", "query:q", "sql-injection", is_of_surface=True, means=Means(Profile.SAFE)),
)


@pytest.mark.parametrize(
    ("told", "is_one"),
    [
        ({"route": "/orders/{order_id}"}, True),
        ({"route": "/v1/orders/<int:order_id>"}, True),
        ({"route": "/orders/:id"}, True),
        ({"route": r"^orders/(?P<id>\d+)$"}, True),
        ({"route": "/orders/{id}", "origins": ()}, True),
        ({"route": "/orders/{id}", "method": "POST"}, False),
        ({"route": "/orders/{id}", "cwe": 79}, False),
        ({"route": "/orders/{id}", "origins": (Origin("query", "sort", "a", "1"),)}, False),
        ({"route": "/orders"}, False),
        ({"route": ""}, False),
    ],
)
def test_it_is_joined_where_all_agrees(told: dict[str, Any], *, is_one: bool) -> None:
    standing = CodeJoiner().standings([TOLD], seen(places=(place(**told),)), {})[TOLD.fingerprint]
    assert standing.places == (("k" * 32,) if is_one else ())
