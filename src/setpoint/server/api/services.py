"""Services, their releases, and the risk that each may carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import Request

from setpoint.model.access import AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_number, after_text, decode, no_such_page, page
from setpoint.server.api.parameters import ServiceName
from setpoint.server.api.routes import Routes, Seen
from setpoint.wire.page import Page
from setpoint.wire.service import ReleaseDocument, RiskDocument, ServiceDocument, SignalDocument

routes = Routes("services")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@routes.get("/services", scope=AccessScope.READ, narrows=True, summary="Every service, by name")
def list_services(view: Seen, request: Request, limit: Limit = USUAL, cursor: Cursor = None) -> Page[ServiceDocument]:
    after = after_text(cursor)
    services = [each for each in view.services() if each.name > after]
    return page(request, services[: limit + 1], limit, shown=ServiceDocument.of, place=lambda each: [each.name])


@routes.get("/services/{name}", scope=AccessScope.READ, narrows=True, summary="One service")
def get_service(view: Seen, name: ServiceName) -> ServiceDocument:
    return ServiceDocument.of(view.service(name))


@routes.get(
    "/services/{name:path}/threshold",
    scope=AccessScope.READ,
    narrows=True,
    summary="How much risk its next release may carry, why, and when it will be more",
)
def get_threshold(view: Seen, name: ServiceName) -> RiskDocument:
    return RiskDocument.of(view.risk(name))


@routes.get(
    "/services/{name:path}/releases", scope=AccessScope.READ, narrows=True, summary="Its releases, newest first"
)
def list_releases(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[ReleaseDocument]:
    releases = view.releases(name, _before_release(cursor), limit + 1)
    return page(
        request,
        releases,
        limit,
        shown=ReleaseDocument.of,
        place=lambda each: [(each[1] - EPOCH) // MICROSECOND, each[0].version],
    )


@routes.get(
    "/services/{name:path}/signals",
    scope=AccessScope.READ,
    narrows=True,
    summary="What production showed of it that lowers its threshold, oldest first",
)
def list_service_signals(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[SignalDocument]:
    signals = view.signals(name, after_number(cursor), limit + 1)
    return page(request, signals, limit, shown=lambda each: SignalDocument.of(each[1]), place=lambda each: [each[0]])


def _before_release(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    match decode(cursor):
        case [int(at), str(version)]:
            try:
                return EPOCH + at * MICROSECOND, version
            except OverflowError as error:
                raise no_such_page() from error
        case _:
            raise no_such_page()
