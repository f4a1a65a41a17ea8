"""Which alerts go where."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from setpoint.act.delivery.routing import channels_for, usual_routes
from setpoint.act.delivery.settings import Route
from setpoint.act.interface import Alert
from setpoint.model.policy import Severity

OWNERS = {"payments": "team-a"}
MakeAlert = Callable[..., Alert]


def test_without_routes_every_channel_gets_what_matters(make_alert: MakeAlert) -> None:
    routes = usual_routes(["one", "two"])
    got = {each: channels_for(make_alert(severity=each), routes, OWNERS) for each in Severity}
    assert got == {each: ("one", "two") if each.rank >= Severity.MEDIUM.rank else () for each in Severity}


def test_every_matching_route_counts_and_a_channel_gets_an_alert_once(make_alert: MakeAlert) -> None:
    routes = [Route("b"), Route("a", services=frozenset({"payments"})), Route("b", Severity.HIGH), Route("c")]
    assert channels_for(make_alert(), routes, OWNERS) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("route", "matches"),
    [
        (Route("x"), True),
        (Route("x", Severity.HIGH), True),
        (Route("x", Severity.CRITICAL), False),
        (Route("x", kinds=frozenset({"drift", "guardrail"})), True),
        (Route("x", kinds=frozenset({"guardrail"})), False),
        (Route("x", services=frozenset({"payments"})), True),
        (Route("x", services=frozenset({"orders"})), False),
        (Route("x", owners=frozenset({"team-a"})), True),
        (Route("x", owners=frozenset({"team-b"})), False),
        (Route("x", Severity.LOW, frozenset({"drift"}), frozenset({"payments"}), frozenset({"team-b"})), False),
    ],
)
def test_all_that_a_route_names_must_hold(make_alert: MakeAlert, route: Route, *, matches: bool) -> None:
    assert channels_for(make_alert(), [route], OWNERS) == (("x",) if matches else ())


def test_a_service_that_nobody_owns_matches_no_owner(make_alert: MakeAlert) -> None:
    assert channels_for(make_alert(service="orders"), [Route("x", owners=frozenset({"team-a"}))], OWNERS) == ()
