"""Every error of the API as a problem document (RFC 9457): Setpoint's own, the framework's, and what nobody foresaw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from setpoint.errors import (
    INSIDE,
    ConflictError,
    CouldNotTellError,
    Error,
    InputError,
    NotFoundError,
    NotKnownError,
    TemporaryError,
    without_inside,
)
from setpoint.server.allowed import allowed_methods
from setpoint.server.authentication.refusals import ForbiddenError, UnauthenticatedError
from setpoint.server.calls import marks
from setpoint.wire.problem import (
    COULD_NOT_TELL,
    MEDIA_TYPE,
    NO_SUCH_OPERATION,
    ProblemDocument,
    title_of,
    type_of,
)
from setpoint.wire.wording import place, told

LISTED: Final = 10
"""How many wrong fields one problem names."""

STATUSES: Final = (
    (UnauthenticatedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (NotKnownError, 404),
    (ConflictError, 409),
    (InputError, 422),
    (CouldNotTellError, 503),
    (Error, 503),
)
"""Kind of error → status; the first that fits. What is left is the ledger, the journal and the lake out of order."""

log = structlog.get_logger()


class RefusedError(Error):
    """Refused for a reason that only HTTP has."""

    def __init__(
        self,
        status: HTTPStatus,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        delay: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.status = status
        self.delay = delay
        self.headers = headers or {}


def handle_problems(app: FastAPI) -> None:
    """Have every error of the application answered by a problem document."""
    app.add_exception_handler(Error, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _frameworks)
    app.add_exception_handler(Exception, _unforeseen)


def problem_response(
    request_id: str,
    status: int,
    what: str,
    *,
    where: str = "",
    remedy: str = "",
    exit_code: int = 2,
    delay: float | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str = "",
) -> Response:
    """A problem, with `Retry-After` where waiting helps. `kind` is its type where the status does not say enough."""
    document = ProblemDocument(
        type=kind or type_of(status),
        title=title_of(status),
        status=status,
        detail=Error(what, where=where, remedy=remedy).diagnostics(),
        what=what,
        where=where,
        remedy=remedy,
        exit_code=exit_code,
        request=request_id,
        delay=delay,
    )
    told = dict(headers or {})
    if delay is not None:
        told["Retry-After"] = str(max(1, math.ceil(delay)))
    # What went wrong for one caller at one moment is for no cache.
    told["Cache-Control"] = "no-store"
    return Response(document.model_dump_json(), status, headers=told, media_type=MEDIA_TYPE)


def own_response(request_id: str, error: Error) -> Response:
    """One of Setpoint's own errors."""
    if isinstance(error, INSIDE):
        log.error("the server's own stores are out of order", what=error.what, where=error.where)
    error = without_inside(error)
    headers: Mapping[str, str] = {}
    delay = error.delay if isinstance(error, TemporaryError) else None
    if isinstance(error, RefusedError):
        status, headers, delay = int(error.status), error.headers, error.delay
    else:
        status = next(status for kind, status in STATUSES if isinstance(error, kind))
    if isinstance(error, (UnauthenticatedError, ForbiddenError)):
        headers = {"WWW-Authenticate": error.challenge}
    return problem_response(
        request_id,
        status,
        error.what,
        where=error.where,
        remedy=error.remedy,
        # Whoever is told to come again has not been told what they asked.
        exit_code=error.exit_code if delay is None else COULD_NOT_TELL,
        delay=delay,
        headers=headers,
    )


def request_id(request: Request) -> str:
    """As the outermost layer gave it."""
    identity: str = request.state.request_id
    return identity


async def _own(request: Request, error: Exception) -> Response:
    if not isinstance(error, Error):
        raise error
    return own_response(request_id(request), error)


async def _unforeseen(request: Request, _error: Exception) -> Response:
    """A mistake of this program, told in one sentence; whoever runs the application logs it whole."""
    identity = request_id(request)
    log.error("a call failed for a reason that nobody foresaw", request=identity, path=request.url.path)
    return problem_response(
        identity,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "the server met an error of its own",
        remedy=f"look for the request {identity} in its log",
        exit_code=COULD_NOT_TELL,
        # The framework answers this outside of every layer.
        headers=marks(identity),
    )


async def _frameworks(request: Request, error: Exception) -> Response:
    """No such path, a method that it does not have, a body that is no JSON."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (
        methods := allowed_methods(request.app, request.url.path)
    ):
        headers["Allow"] = ", ".join(methods)
    remedies = {404: "look the path up in /openapi.json", 405: "use a method that the header Allow names"}
    what = {404: "there is nothing here", 405: f"{request.method} is not possible here"}.get(
        error.status_code, str(error.detail)
    )
    return problem_response(
        request_id(request),
        error.status_code,
        what,
        where=request.url.path,
        remedy=remedies.get(error.status_code, ""),
        headers=headers,
        kind=NO_SUCH_OPERATION if error.status_code in remedies else "",
    )


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    wrong: Sequence[Any] = error.errors()
    if len(wrong) == 1:
        where, what = place(wrong[0]), told(wrong[0])
    else:
        listed = [f"{place(each)}: {told(each)}" for each in wrong[:LISTED]]
        where, what = "", "; ".join([*listed, *([f"and {len(wrong) - LISTED} more"] if len(wrong) > LISTED else [])])
    return problem_response(
        request_id(request),
        HTTPStatus.UNPROCESSABLE_ENTITY,
        what,
        where=where,
        remedy="compare it with /openapi.json",
    )
