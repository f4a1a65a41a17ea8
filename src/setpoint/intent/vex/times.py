"""When a statement of VEX was made. `openvex` and `cyclonedx` ask."""

from __future__ import annotations

from datetime import UTC, datetime

from setpoint.errors import InputError
from setpoint.intent.sbom.members import Object, text


def time_in(*places: tuple[Object, str], keys: tuple[str, ...]) -> datetime | None:
    """The first that is given, place by place, each with its path; None where none is."""
    for place, path in places:
        for key in keys:
            if given := text(place, key, path):
                return _time(given, f"{path}.{key}" if path else key)
    return None


def _time(given: str, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(given)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{path} is {given[:100]!r}, which is no time as RFC 3339 writes it") from error
