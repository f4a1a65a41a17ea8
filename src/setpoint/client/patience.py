"""When trying again helps, and when it may be done: what `connection` does about a server that does not answer now."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from setpoint.errors import TemporaryError

PAUSES: Final = (0.2, 0.5, 1.2)
"""Seconds before each further attempt: a process that a supervisor starts again is back within two."""

PATIENCE: Final = 60.0
"""Seconds for which a call goes on where the server says how long to wait."""

Answer = TypeVar("Answer")
Sleep = Callable[[float], None]


class NotNowError(TemporaryError):
    """The server did nothing of what it was asked: it was not reached, or refused the call for now."""


class LostError(TemporaryError):
    """No answer came back, or none of the server itself: what became of the call is not known."""


def patiently(call: Callable[[], Answer], *, repeatable: bool, sleep: Sleep) -> Answer:
    """What the call returns in the end.

    `repeatable` says that being carried out twice is the same as once. A call that is not is only made again where
    it surely was not carried out.
    """
    deadline = time.monotonic() + PATIENCE
    for pause in PAUSES:
        try:
            return call()
        except (NotNowError, LostError) as error:
            if isinstance(error, LostError) and not repeatable:
                raise
            wait = max(pause, error.delay)
            if time.monotonic() + wait > deadline:
                raise
            sleep(wait)
    return call()


def seconds_to_wait(retry_after: str | None) -> float | None:
    """What the header `Retry-After` says (RFC 9110, 10.2.3); None where there is none that can be read."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
