"""Why something is not taken, as HTTP says it: *Problem Details* (RFC 9457), in the same form as the API's own."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Final

import orjson
from starlette.responses import Response

from setpoint.errors import Error, InputError, TemporaryError, without_inside
from setpoint.wire.problem import MEDIA_TYPE, ProblemDocument, title_of, type_of

RETRY_AFTER: Final = 5.0
"""Seconds, where an error that may pass does not say."""

_UNREAD: Final = frozenset(
    {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
)
"""Said before the body was read to its end."""


class RefusedError(InputError):
    """A call that is not taken as it stands; `status` says in HTTP's words why."""

    def __init__(self, status: HTTPStatus, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.status = status


def too_large(what: str, *, remedy: str = "send less at once") -> RefusedError:
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what, remedy=remedy)


def problem(error: Error, request: str) -> Response:
    """`request` is the call's id."""
    status, delay = _status(error)
    error = without_inside(error)
    document = ProblemDocument(
        type=type_of(status),
        title=title_of(status),
        status=int(status),
        detail=error.diagnostics(),
        what=error.what,
        where=error.where,
        remedy=error.remedy,
        exit_code=error.exit_code,
        request=request,
        delay=delay,
    )
    # A body that was not read to its end is not read any further.
    headers = {"Connection": "close"} if status in _UNREAD else {}
    if delay is not None:
        headers["Retry-After"] = str(math.ceil(delay))
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        headers["Accept-Encoding"] = "gzip"
    return Response(orjson.dumps(document.model_dump()), int(status), headers, MEDIA_TYPE)


def _status(error: Error) -> tuple[HTTPStatus, float | None]:
    """And the seconds after which to come again, where that helps."""
    if isinstance(error, RefusedError):
        return error.status, None
    if isinstance(error, InputError):
        return HTTPStatus.BAD_REQUEST, None
    if isinstance(error, TemporaryError):
        return HTTPStatus.TOO_MANY_REQUESTS, error.delay
    return HTTPStatus.SERVICE_UNAVAILABLE, RETRY_AFTER
