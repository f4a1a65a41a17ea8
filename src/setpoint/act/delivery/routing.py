"""Which channels an alert goes to. Pure; `courier` calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from setpoint.act.delivery.settings import USUAL_SEVERITY, Route
from setpoint.act.interface import Alert


def usual_routes(channels: Iterable[str]) -> tuple[Route, ...]:
    """What holds where nobody said anything: everything that matters, to everyone."""
    return tuple(Route(channel, USUAL_SEVERITY) for channel in channels)


def channels_for(alert: Alert, routes: Iterable[Route], owners: Mapping[str, str]) -> tuple[str, ...]:
    """The channels of every route that matches, in the order of the routes, each once."""
    owner = owners.get(alert.service, "")
    return tuple(dict.fromkeys(route.channel for route in routes if _matches(route, alert, owner)))


def _matches(route: Route, alert: Alert, owner: str) -> bool:
    return (
        alert.severity.rank >= route.severity.rank
        and (not route.kinds or alert.kind in route.kinds)
        and (not route.services or alert.service in route.services)
        and (not route.owners or owner in route.owners)
    )
