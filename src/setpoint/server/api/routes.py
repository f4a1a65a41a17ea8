"""How an operation is declared: with the scope that it needs, and whether it can be narrowed to one service."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, Final, Protocol, TypeVar

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse

from setpoint.fields import did_you_mean
from setpoint.files import check_depth
from setpoint.model.access import AccessScope, Principal
from setpoint.model.canonical import Json
from setpoint.server.etags import tagged
from setpoint.server.parts import ServerParts
from setpoint.server.problems import RefusedError
from setpoint.server.unpacking import unpacked
from setpoint.server.view import View
from setpoint.wire.problem import MEDIA_TYPE, ProblemDocument

VERSION: Final = "/v1"
"""Begins every path that asks who calls."""

SCOPE_KEY: Final = "x-setpoint-scope"
NARROWS_KEY: Final = "x-setpoint-narrows"
"""In the OpenAPI document: what a caller needs, and whether one that is bound to a service may call it."""

PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
"""How a refusal looks, as `openapi` describes it."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Adds(Protocol):
    """Adds an operation, called like its function where nothing else is said, and leaves that as it was."""

    def __call__(self, endpoint: Endpoint) -> Endpoint: ...


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def parts_of(request: Request) -> ServerParts:
    """As `create_app` left them."""
    parts: ServerParts = request.app.state.parts
    return parts


def _seen(request: Request) -> View:
    """Made by the route before anything else, once it was known who calls."""
    view: View = request.state.view
    return view


Seen = Annotated[View, Depends(_seen)]


class _ReadRequest(Request):
    """One whose body was read and parsed already."""

    parsed: Json = None

    async def json(self) -> Json:
        return self.parsed


class GuardedRoute(APIRoute):
    """Who calls is asked before the body is read; what the route says of itself is in its part of the document."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        extra = self.openapi_extra or {}
        # A route that does not say is a mistake of this program, found when it starts.
        scope, narrows = AccessScope(extra[SCOPE_KEY]), bool(extra[NARROWS_KEY])
        known = {field.alias for field in self.dependant.query_params}
        takes_body = bool(self.dependant.body_params)

        async def handle(request: Request) -> Response:
            request.state.view = await _admit(request, scope, narrows=narrows)
            _expect_known(request, known)
            response = await answer(await _read(request) if takes_body else request)
            if request.method != "GET" or response.status_code != HTTPStatus.OK or _is_streamed(response):
                return response
            return tagged(response, request.headers.get("If-None-Match"))

        return handle


class Routes:
    """The operations of one kind."""

    def __init__(self, kind: str, *, versioned: bool = True) -> None:
        self.router = APIRouter(prefix=VERSION if versioned else "", tags=[kind], route_class=GuardedRoute)

    def get(self, path: str, *, scope: AccessScope, narrows: bool = False, **options: Any) -> Adds:
        return self._add("GET", path, scope, narrows=narrows, **options)

    def post(self, path: str, *, scope: AccessScope, narrows: bool = False, **options: Any) -> Adds:
        return self._add("POST", path, scope, narrows=narrows, **options)

    def delete(self, path: str, *, scope: AccessScope, narrows: bool = False, **options: Any) -> Adds:
        return self._add("DELETE", path, scope, narrows=narrows, **options)

    def _add(
        self,
        method: str,
        path: str,
        scope: AccessScope,
        *,
        narrows: bool,
        operation: str = "",
        responses: dict[int | str, dict[str, Any]] | None = None,
        openapi_extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> Adds:
        told = {SCOPE_KEY: str(scope), NARROWS_KEY: narrows, "security": [{"bearer": []}]}

        def add(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                operation_id=operation or endpoint.__name__,
                responses=_refusals(method) | (responses or {}),
                openapi_extra={**(openapi_extra or {}), **told},
                **options,
            )
            return endpoint

        return add


def _refusals(method: str) -> dict[int | str, dict[str, Any]]:
    """What every operation may answer instead."""
    told: dict[int, str] = {
        401: "It is not known who calls.",
        403: "The caller lacks the scope, or is bound to another service.",
        422: "Something in the call is wrong in itself.",
        429: "Too many calls; `Retry-After` says when the next one may come.",
        503: "It cannot be told now; `Retry-After` says when to ask again.",
    }
    answers: dict[int | str, dict[str, Any]] = {
        status: {"description": text, "content": PROBLEM} for status, text in told.items()
    }
    answers["default"] = {"description": "Any other refusal.", "content": PROBLEM}
    if method == "GET":
        answers[304] = {"description": "Nothing changed since the answer whose ETag `If-None-Match` names."}
    return answers


async def _admit(request: Request, scope: AccessScope, *, narrows: bool) -> View:
    """Who calls, whether they may, and whether not too often."""
    parts = parts_of(request)
    principal = await _principal(parts, request)
    # Before anything is refused, so that what a token may not do is not what it may ask without end.
    request.app.state.rates.take(principal.name)
    parts.authenticator.authorise(principal, scope)
    if not narrows:
        parts.authenticator.expect_unbound(principal)
    return View(principal, scope, parts)


async def admitted_again(view: View, request: Request) -> None:
    """For a call that goes on: raises as at its beginning, where its token has been revoked, or has expired."""
    principal = await _principal(view.parts, request)
    view.parts.authenticator.authorise(principal, view.scope)


async def _principal(parts: ServerParts, request: Request) -> Principal:
    sent = request.headers.getlist("Authorization")
    # Two headers are no bearer token, whichever of them were right.
    header = ", ".join(sent) if sent else None
    return await to_thread.run_sync(parts.authenticator.authenticate, header, limiter=parts.threads.authentication)


def _expect_known(request: Request, known: set[str]) -> None:
    """A parameter that is misspelt would otherwise ask for something else than was meant."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"there is no parameter {name!r}",
                where="query",
                remedy=did_you_mean(name, known) if known else "leave it out: none is taken",
            )
        if name in seen:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"{name!r} is given twice", where="query", remedy="give it once"
            )
        seen.add(name)


async def _read(request: Request) -> Request:
    """With its body, as strict JSON: UTF-8, no NaN, not nested without end."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is {media_type or 'of no type'}; JSON was expected",
            where="Content-Type",
            remedy="send Content-Type: application/json",
        )
    read = _ReadRequest(request.scope, request.receive)
    limits, encoding = parts_of(request).limits, request.headers.get("Content-Encoding", "").strip().lower()
    body = unpacked(await read.body(), encoding, limits.inflated_bytes)
    try:
        read.parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"body:{error.lineno}:{error.colno}"
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"this is not JSON ({error.msg})", where=where) from error
    check_depth(read.parsed, "body", most=limits.depth)
    return read


def _is_streamed(response: Response) -> bool:
    return isinstance(response, StreamingResponse)
