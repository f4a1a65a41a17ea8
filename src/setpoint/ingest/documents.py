"""JSON from anybody, read within bounds: what events and reports have in common. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.ingest.refusals import RefusedError, too_large
from setpoint.model.canonical import Json
from setpoint.model.event import Event

LONGEST_TEXT: Final = 2048
"""Characters of anything that names something."""
LONGEST_SERVICE: Final = 256
"""As of a service that a token may be bound to (`model.access`)."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339, section 5.6."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What no text of an attribute may hold (*CloudEvents 1.0*, "Type System", String)."""


def by_line(body: bytes, most: int, read: Callable[[bytes], Event]) -> Sequence[Event]:
    """One event a line; empty lines count for nothing. Errors say which line it is."""
    if body.count(b"\n") > most:
        raise too_large(f"there are more than {most:,} lines")
    events = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        stripped = line.strip()
        if stripped:
            try:
                events.append(read(stripped))
            except InputError as error:
                error.where = f"line {number}"
                raise
    if not events:
        raise InputError("there is nothing in it")
    return events


def parse(data: bytes, most_bytes: int, most_depth: int) -> Json:
    """`InputError` where it is too large, no JSON, or nested too deep."""
    if len(data) > most_bytes:
        raise too_large(f"it has {len(data):,} bytes; at most {most_bytes:,} are taken")
    try:
        # Refuses NaN, infinite numbers, and what is not UTF-8, and itself stops at a depth of 1,024.
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON ({error.msg})") from error
    check_depth(document, data, most_depth)
    return document


def check_depth(document: Json, data: bytes, most: int) -> None:
    # As many brackets at least as there are levels: counting them is enough for nearly all that comes.
    if data.count(b"{") + data.count(b"[") <= most:
        return
    level = [document]
    for _ in range(most):
        level = [child for each in level if isinstance(each, dict | list) for child in _children(each)]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise InputError(f"it is nested more than {most} levels deep")


def _children(value: dict[str, Json] | list[Json]) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else value


def text(document: Mapping[str, Json], name: str, *, longest: int = LONGEST_TEXT) -> str:
    """A member that has to be there."""
    value = document.get(name)
    if isinstance(value, str) and 0 < len(value) <= longest and (value.isprintable() or not _CONTROL.search(value)):
        return value
    if value is None:
        raise InputError(f"{name} is missing")
    if not isinstance(value, str):
        raise InputError(f"{name} is no text")
    if len(value) > longest:
        raise InputError(f"{name} has {len(value):,} characters; at most {longest:,} are taken")
    raise InputError(f"{name} holds a control character" if value else f"{name} is empty")


def moment(document: Mapping[str, Json], name: str, otherwise: datetime) -> datetime:
    """A time as RFC 3339 writes it; `otherwise` where there is none."""
    value = document.get(name)
    if value is None:
        return otherwise
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # such as the 31st of February
    raise InputError(f"{name} is not as RFC 3339 writes it", remedy="send such as 2026-11-23T12:00:00Z")


def whole(document: Mapping[str, Json], name: str, least: int, most: int) -> int:
    value = document.get(name)
    if value is None:
        raise InputError(f"{name} is missing")
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(f"{name} is no whole number from {least} to {most:,}")
    return value


def foreign(service: str, own: str) -> RefusedError:
    """The sender's token is bound to another service."""
    return RefusedError(
        HTTPStatus.FORBIDDEN,
        f"it speaks of the service {service!r}, and the token is bound to {own!r}",
        remedy="send it with that service's token, or with one that is bound to none",
    )
