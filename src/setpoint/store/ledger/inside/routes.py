"""What routes did, in the ledger: one row a service, route and method. Used by `taking` and `reader`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, select, tuple_

from setpoint.model.inside import RouteUse
from setpoint.model.report import AgentReport, ReportedRoute
from setpoint.store.ledger.inside.growth import (
    CALLS,
    MICROSECONDS,
    added,
    counts_of,
    group,
    grown,
    largest,
    seen_again,
)
from setpoint.store.ledger.inside.tables import route_boots, routes
from setpoint.store.ledger.upserts import insert_or_update

MOST_ROUTES: Final = 2_000
"""Of one service: an application has hundreds; one whose routes are made up by its callers has no end of them."""


def merge(connection: Connection, report: AgentReport, *, is_gone: bool) -> None:
    """`is_gone`: of a boot whose own counts were let go, what it counted before is in the totals already."""
    reported = {(each.route, each.method): each for each in report.routes}
    if not reported:
        return
    known = _rows(connection, routes, report, reported)
    of_boot = _rows(connection, route_boots, report, reported)
    room = MOST_ROUTES - _count(connection, report.service) if reported.keys() - known.keys() else 0
    rows, boots = [], []
    for key, route in sorted(reported.items()):
        row = known.get(key)
        if row is None and room <= 0:
            continue
        room -= row is None
        before = of_boot[key].totals if key in of_boot else {}
        now = largest(before, counts_of(route))
        growth = {} if is_gone and key not in of_boot else grown(before, now)
        names = {"service": report.service, "route": route.route, "method": route.method}
        rows.append(
            {
                **names,
                "framework": max(route.framework, row.framework if row else ""),
                "totals": added(row.totals if row else {}, growth),
                "last_seen": max(report.received_at, row.last_seen) if row else report.received_at,
                "releases": _called_in(row.releases if row else {}, route, report),
            }
        )
        boots.append({**names, "boot": report.boot, "totals": now})
    if rows:
        connection.execute(insert_or_update(connection, routes), rows)
        connection.execute(insert_or_update(connection, route_boots), boots)


def decode(row: Row[Any]) -> RouteUse:
    return RouteUse(
        route=row.route,
        method=row.method,
        framework=row.framework,
        calls=row.totals.get(CALLS, 0),
        statuses=group(row.totals, "statuses"),
        latency=group(row.totals, "latency"),
        seconds=row.totals.get(MICROSECONDS, 0) / 1e6,
        effects=group(row.totals, "effects"),
        last_seen=row.last_seen,
    )


def _called_in(releases: Mapping[str, int], route: ReportedRoute, report: AgentReport) -> dict[str, int]:
    return seen_again(releases, report.release, report.received_at) if route.calls else dict(releases)


def _rows(
    connection: Connection, table: Table, report: AgentReport, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Row[Any]]:
    wanted = select(table).where(
        table.c.service == report.service, tuple_(table.c.route, table.c.method).in_(list(keys))
    )
    if table is route_boots:
        wanted = wanted.where(table.c.boot == report.boot)
    return {(row.route, row.method): row for row in connection.execute(wanted)}


def _count(connection: Connection, service: str) -> int:
    return connection.execute(select(func.count()).select_from(routes).where(routes.c.service == service)).scalar_one()
