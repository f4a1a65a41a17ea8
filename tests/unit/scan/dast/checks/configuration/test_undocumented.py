from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from tests.unit.scan.dast.surface.routes_seen import seen

from setpoint.model.dast import Fault, KnownFrom, Operation, Surface
from setpoint.model.inside import RouteUse
from setpoint.scan.dast.checks.configuration.undocumented import UndocumentedRoutes
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.surface.routes import with_agents

DOCUMENTED = Operation("GET", "/orders/{orderId}", known_from=frozenset({KnownFrom.DOCUMENT}))


def found(
    serve: Callable[[Any], str], workbench: Callable[..., Workbench], *routes: RouteUse, documented: bool = True
) -> list[Fault]:
    app = Flask("api")
    app.add_url_rule("/export", "export", lambda: "all")
    base = serve(app)
    surface = with_agents(Surface(base, (DOCUMENTED,) if documented else ()), routes)
    bench = workbench(base, *surface.operations)
    return list(UndocumentedRoutes().run(replace(bench, surface=surface)))


def test_a_route_that_only_agents_know_is_told(serve: Any, workbench: Any) -> None:
    faults = found(serve, workbench, seen("/export"), seen("/orders/<int:id>"), seen("/jobs", "POST", writes=True))
    assert [(fault.kind, fault.method, fault.path, str(fault.severity)) for fault in faults] == [
        ("undocumented-route", "GET", "/export", "low"),
        ("undocumented-route", "POST", "/jobs", "medium"),
    ]


def test_a_route_that_is_gone_and_what_frameworks_serve_are_not(serve: Any, workbench: Any) -> None:
    ours = [
        seen(each) for each in ("/openapi.json", "/docs", "/static/<path:filename>", "/healthz", "/metrics", "/old")
    ]
    assert found(serve, workbench, *ours) == []


def test_without_a_document_nothing_is_undocumented(serve: Any, workbench: Any) -> None:
    assert found(serve, workbench, seen("/export"), documented=False) == []


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("/internal/orders", [{"id": 1, "item": "lamp"}], "low"),
        ("/orders/export", [{"id": 1, "email": "ann@shop.example"}], "medium"),
        ("/orders/all", [{"id": 1, "item": "lamp"}], ""),
    ],
)
def test_a_guessed_route_that_answers_anybody(serve: Any, workbench: Any, path: str, content: Any, told: str) -> None:
    app = Flask("api")
    app.add_url_rule(path, "hidden", lambda: content)
    guess = Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}))
    faults = list(UndocumentedRoutes().run(workbench(serve(app), DOCUMENTED, guess)))
    assert [(fault.kind, fault.path, str(fault.severity)) for fault in faults] == (
        [("undocumented-route", path, told)] if told else []
    )
    assert "ann@shop" not in str([(each.message, each.difference, each.proof) for each in faults])


def test_a_guessed_route_that_asks_for_credentials(serve: Any, workbench: Any) -> None:
    app = Flask("api")
    app.add_url_rule("/internal/orders", "hidden", lambda: ("log in", 401))
    guess = Operation("GET", "/internal/orders", known_from=frozenset({KnownFrom.GUESS}))
    assert not list(UndocumentedRoutes().run(workbench(serve(app), DOCUMENTED, guess)))


ADDRESSES = [{"name": "Ann", "street": "1 Hill Road"}, {"name": "Bob", "street": "2 Hill Road"}]
MAILS = {"items": [{"id": 1, "email": "ann@shop.example"}, {"id": 2, "email": "bob@shop.example"}]}


@pytest.mark.parametrize("responses", [{}, {"200": None}])
@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/internal/customers", ADDRESSES, "missing-authentication"),
        ("/admin/orders", MAILS, "missing-authentication"),
        ("/internal/stores", ADDRESSES, "undocumented-route"),
        ("/internal/customers", ADDRESSES[:1], "undocumented-route"),
        ("/users/all", ADDRESSES, ""),
    ],
)
def test_the_data_of_people_inside(
    serve: Any, workbench: Any, path: str, content: Any, kind: str, responses: Any
) -> None:
    app = Flask("api")
    app.add_url_rule(path, "hidden", lambda: content)
    guess = Operation("GET", path, known_from=frozenset({KnownFrom.GUESS}), responses=responses)
    faults = list(UndocumentedRoutes().run(workbench(serve(app), DOCUMENTED, guess)))
    is_told = kind == "missing-authentication" or (kind and not responses)
    assert [(fault.kind, fault.path) for fault in faults] == ([(kind, path)] if is_told else [])
    assert "Hill Road" not in str(faults)


def test_the_data_of_people_that_takes_credentials(serve: Any, workbench: Any) -> None:
    app = Flask("api")
    app.add_url_rule("/internal/customers", "hidden", lambda: ("log in", 401))
    guess = Operation("GET", "/internal/customers", known_from=frozenset({KnownFrom.GUESS}), responses={"200": None})
    assert not list(UndocumentedRoutes().run(workbench(serve(app), DOCUMENTED, guess)))
