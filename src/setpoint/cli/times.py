"""Times on the command line: so long ago, or a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from setpoint.errors import InputError
from setpoint.fields import LONGEST, seconds_of


def time_of(option: str, text: str | None, now: datetime) -> datetime | None:
    """None where nothing is said; `InputError` where that is no time."""
    if text is None:
        return None
    seconds = seconds_of(text)
    if seconds is not None and seconds <= LONGEST:
        return now - timedelta(seconds=seconds)
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text!r} is no time", where=option, remedy="write a span such as 30d, or a day such as 2026-05-31"
        ) from error
    if at > now and option == "--since":
        raise InputError(f"{text!r} is in the future", where=option)
    return at
