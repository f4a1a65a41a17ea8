"""What a route lets through for one of its parameters."""

from __future__ import annotations

import pytest

from setpoint_agent.reading.danger import probes_for
from setpoint_agent.reading.routes import lets_through_nothing

STATEMENT = "SELECT * FROM t WHERE name = 'blue'"
PROBES = probes_for("sql", STATEMENT, STATEMENT.index("blue"), STATEMENT.index("blue") + 4)


@pytest.mark.parametrize(
    "route",
    [
        "/users/<int:name>",
        "users/<slug:name>/",
        "/users/<uuid:name>",
        "/users/<any(blue, green):name>",
        "/users/{name:int}",
        "/users/{name:dt('%Y')}",
        "/users/<name:int>",
        r"^users/(?P<name>[a-z]+)/$",
        r"^users/(?P<other>.*)/(?P<name>(?:[a-z]|\d)+)/$",
    ],
)
def test_converters_that_let_nothing_through(route: str) -> None:
    assert lets_through_nothing(route, "name", "sql", PROBES)


@pytest.mark.parametrize(
    "route",
    [
        "/users/<name>",
        "/users/<path:name>",
        "/users/<string(length=4):name>",
        "/users/<int:number>/<name>",
        "/users/{name}",
        "/users/{name:path}",
        r"^users/(?P<name>[^/]+)/$",
        r"^users/(?P<name>[a-z]+",
        r"^users/(?P<name>[)/$",
        "",
    ],
)
def test_others_let_anything_through(route: str) -> None:
    assert not lets_through_nothing(route, "name", "sql", PROBES)


def test_a_slug_may_be_a_host() -> None:
    assert not lets_through_nothing("/users/<slug:name>", "name", "url", ("//x",))
    assert lets_through_nothing("/users/<int:name>", "name", "url", ("//x",))
