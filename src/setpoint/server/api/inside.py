"""A service from inside, as its agents report it: routes, functions that were reached, weak places."""

from __future__ import annotations

from fastapi import Request

from setpoint.model.access import AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_text, after_two, decode, no_such_page, page
from setpoint.server.api.parameters import ServiceName
from setpoint.server.api.routes import Routes, Seen
from setpoint.wire.document import HIGHEST_NUMBER
from setpoint.wire.inside import FileDocument, FlowDocument, FunctionDocument, RouteDocument, RuntimeDocument
from setpoint.wire.page import Page

routes = Routes("inside")


@routes.get(
    "/services/{name:path}/runtime", scope=AccessScope.READ, narrows=True, summary="How much is known of it from inside"
)
def get_runtime(view: Seen, name: ServiceName) -> RuntimeDocument:
    return RuntimeDocument.of(view.runtime(name))


@routes.get(
    "/services/{name:path}/runtime/routes",
    scope=AccessScope.READ,
    narrows=True,
    summary="What its routes did: calls, status classes, latency, effects",
)
def list_routes(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[RouteDocument]:
    found = view.inside(name).routes(name, after=after_two(cursor), limit=limit + 1)
    return page(request, found, limit, shown=RouteDocument.of, place=lambda each: [each.route, each.method])


@routes.get(
    "/services/{name:path}/runtime/files",
    scope=AccessScope.READ,
    narrows=True,
    summary="How many functions of each file were reached",
)
def list_files(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[FileDocument]:
    found = view.inside(name).files(name, after=after_two(cursor), limit=limit + 1)
    return page(request, found, limit, shown=FileDocument.of, place=lambda each: [each.part, each.file])


@routes.get(
    "/services/{name:path}/runtime/functions",
    scope=AccessScope.READ,
    narrows=True,
    summary="Every function that was reached",
)
def list_functions(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[FunctionDocument]:
    found = view.inside(name).functions(name, after=_after_function(cursor), limit=limit + 1)
    return page(
        request,
        found,
        limit,
        shown=FunctionDocument.of,
        place=lambda each: [each[0], each[1].file, each[1].line, each[1].function],
    )


@routes.get(
    "/services/{name:path}/runtime/flows",
    scope=AccessScope.READ,
    narrows=True,
    summary="Its weak places: which part of a request reaches what, by which path, and whether it was attacked",
)
def list_flows(
    view: Seen, request: Request, name: ServiceName, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[FlowDocument]:
    found = view.inside(name).places(name, after=after_text(cursor), limit=limit + 1)
    return page(request, found, limit, shown=FlowDocument.of, place=lambda each: [each.key])


def _after_function(cursor: str | None) -> tuple[str, str, int, str]:
    if cursor is None:
        return "", "", -1, ""
    match decode(cursor):
        case [str(part), str(file), int(line), str(function)] if 0 <= line <= HIGHEST_NUMBER:
            return part, file, line, function
        case _:
            raise no_such_page()
