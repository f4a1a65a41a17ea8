"""From an answer that is none to the error that a command ends on: the one that it would have met without a server."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError

from setpoint import __version__
from setpoint.client.patience import LostError, NotNowError, seconds_to_wait
from setpoint.errors import CouldNotTellError, Error, InputError, OutOfOrderError
from setpoint.wire.problem import NO_SUCH_OPERATION, ProblemDocument

IS_IT_SETPOINT: Final = "is this Setpoint's address?"

SAY_WHO_ASKS: Final = "give one that is good now, by SETPOINT_TOKEN or --token-file"

GATEWAYS: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""What a proxy answers in the place of a server that it did not reach, or that was too slow for it."""


def refusal(status: int, headers: Mapping[str, str], body: bytes, where: str) -> Error:
    """`where` is the server's address."""
    told = _problem(body)
    delay = seconds_to_wait(headers.get("Retry-After"))
    passing = _passing(status, delay)
    if passing is not None and told is not None:
        return passing(told.what, where=told.where, remedy=told.remedy, delay=delay or 0.0)
    if passing is not None:
        remedy = "check how it is, and what stands in front of it"
        return passing(f"the server answered {status}", where=where, remedy=remedy, delay=delay or 0.0)
    if told is not None and status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutOfOrderError(told.what, where=told.where, remedy=told.remedy)
    if told is not None:
        return _of_setpoint(told, where)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutOfOrderError(f"the server answered {status}", where=where, remedy=IS_IT_SETPOINT)
    return CouldNotTellError(f"the server answered {status}", where=where, remedy=IS_IT_SETPOINT)


def _passing(status: int, delay: float | None) -> type[NotNowError | LostError] | None:
    """What trying again may help against; None where the answer is the last word."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotNowError
    says_when = status == HTTPStatus.SERVICE_UNAVAILABLE and delay is not None
    return LostError if says_when or status in GATEWAYS else None


def _of_setpoint(told: ProblemDocument, where: str) -> Error:
    if told.status == HTTPStatus.UNAUTHORIZED:
        return InputError(told.what, where=where, remedy=SAY_WHO_ASKS)
    if told.status == HTTPStatus.FORBIDDEN:
        return InputError(told.what, where=where, remedy=told.remedy)
    if told.type == NO_SUCH_OPERATION:
        return CouldNotTellError(
            f"the server has no {told.where}", where=where, remedy=f"it may be older than this program ({__version__})"
        )
    return told.model()


def _problem(body: bytes) -> ProblemDocument | None:
    """None where it is not Setpoint that answers. A newer server may say more than is known here."""
    try:
        return ProblemDocument.model_validate_json(body, extra="ignore")
    except ValidationError:
        return None
