from __future__ import annotations

import pytest
from tests.unit.scan.dast.surface.routes_seen import seen

from setpoint.model.dast import KnownFrom, Operation, Surface
from setpoint.scan.dast.surface.routes import template_of, with_agents

DOCUMENTED = Operation("GET", "/orders/{orderId}", known_from=frozenset({KnownFrom.DOCUMENT}))


@pytest.mark.parametrize(
    ("route", "template"),
    [
        ("/orders/<int:id>", "/orders/{id}"),
        ("/files/<path:name>", "/files/{name}"),
        ("/kinds/<any(a, b):kind>", "/kinds/{kind}"),
        ("/orders/{id:int}", "/orders/{id}"),
        ("/orders/:id/notes/:note", "/orders/{id}/notes/{note}"),
        (r"/^orders/(?P<pk>\d+)/$", "/orders/{pk}/"),
        (r"/^orders/(?P<code>[A-Z]{3}-(\d+))/$", "/orders/{code}/"),
        ("orders/<slug:name>/", "/orders/{name}/"),
    ],
)
def test_routes_of_frameworks_are_written_as_openapi_has_them(route: str, template: str) -> None:
    assert template_of(route) == template


def test_a_documented_route_is_one_operation_and_says_that_it_writes() -> None:
    surface = with_agents(Surface("http://h", (DOCUMENTED,)), [seen("/orders/<int:id>", writes=True)])
    assert [(each.path, each.writes) for each in surface.operations] == [("/orders/{orderId}", True)]
    assert surface.operations[0].known_from == {KnownFrom.DOCUMENT, KnownFrom.AGENT}


def test_routes_are_told_below_the_base_of_the_document() -> None:
    surface = with_agents(Surface("http://h/api", (DOCUMENTED,)), [seen("/api/orders/<int:id>"), seen("/api/jobs")])
    assert surface.base == "http://h/api"
    assert [each.path for each in surface.operations] == ["/orders/{orderId}", "/jobs"]


def test_a_route_beside_the_base_moves_it_up() -> None:
    surface = with_agents(Surface("http://h/api", (DOCUMENTED,)), [seen("/internal/jobs")])
    assert surface.base == "http://h"
    assert [each.path for each in surface.operations] == ["/api/orders/{orderId}", "/internal/jobs"]


def test_what_frameworks_answer_by_themselves_and_patterns_are_left_out() -> None:
    routes = [seen("/orders", "OPTIONS"), seen("/orders", "HEAD"), seen("/(a|b)*"), seen("")]
    assert with_agents(Surface("http://h", ()), routes).operations == ()
