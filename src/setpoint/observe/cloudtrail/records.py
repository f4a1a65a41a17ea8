"""The events in what was read, in whichever form they were kept: bounded, and never a traceback.

Logs that CloudTrail delivers (`Records`), answers of `LookupEvents` and of CloudTrail Lake, whose events are texts
(`CloudTrailEvent`, `eventJson`), events from EventBridge (`detail`), notifications that hold them, single events, and
any of these a line each.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from setpoint.errors import InputError
from setpoint.model.canonical import Json

MOST_BYTES: Final = 256 * 1024 * 1024
"""Of one log, unpacked. CloudTrail delivers at most 50 MB of it, packed (AWS CloudTrail User Guide, *Quotas in AWS
CloudTrail*), and mostly a hundredth of that; what would be longer than this is told, and not read."""

MOST_NESTED: Final = 8
"""Envelopes around an event: a notification of SNS in a message of SQS around EventBridge's."""

GZIP: Final = b"\x1f\x8b"
"""How every gzip file begins (RFC 1952)."""

LISTS: Final = ("Records", "Events", "QueryResultRows", "events", "records")
"""Under which names many events stand: in a log, in an answer of `LookupEvents`, in one of CloudTrail Lake."""

TEXTS: Final = ("CloudTrailEvent", "eventJson", "Message", "body", "Body")
"""Under which names an event, or an envelope around it, stands as a text."""

Event = Mapping[str, Any]


def unpack(data: bytes, where: str) -> bytes:
    """As it was before it was compressed with gzip, if it was; `InputError` where it is cut short, or too long."""
    if not data.startswith(GZIP):
        return _bounded(data, where)
    parts, room, rest = [], MOST_BYTES, data
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(rest, room + 1)
        except zlib.error as error:
            raise InputError(f"this is not whole as a gzip file ({error})", where=where) from error
        room -= len(part)
        if room < 0:
            raise InputError(f"there are more than {MOST_BYTES:,} bytes in it, unpacked", where=where)
        if not unpacker.eof:
            raise InputError(
                "this is not whole as a gzip file (it ends too early)", where=where, remedy="fetch it again"
            )
        parts.append(part)
        rest = unpacker.unused_data.lstrip(b"\0")  # gzip files may be padded, and follow each other
    return b"".join(parts) if len(parts) > 1 else parts[0]


def _bounded(data: bytes, where: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise InputError(f"there are more than {MOST_BYTES:,} bytes in it", where=where)
    return data


def read_records(data: bytes, where: str) -> list[Json]:
    """Everything in unpacked `data` that stands where an event would; `InputError` where nothing could stand."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return list(_lines(data, where, error))
    if isinstance(document, dict) and isinstance(records := document.get("Records"), list) and not _is_wrapped(records):
        return records  # by far the most frequent, and the longest
    return list(_events(document, where, 0))


def _is_wrapped(records: list[Json]) -> bool:
    """SQS and SNS, as they call a function, say `Records` too."""
    first = records[0] if records else None
    return isinstance(first, dict) and ("body" in first or "Sns" in first)


def _lines(data: bytes, where: str, error: orjson.JSONDecodeError) -> Iterator[Json]:
    """JSON Lines, if it is that."""
    lines = data.splitlines() if data.strip() else []
    if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines if line.strip()):
        what = f"this is not JSON ({error.msg})" if data.strip() else "the file is empty; JSON was expected"
        raise InputError(what, where=f"{where}:{error.lineno}:{error.colno}" if data.strip() else where) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield from _events(_parsed(line, f"{where}:{number}"), f"{where}:{number}", 0)


def _parsed(text: str | bytes, where: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON ({error.msg})", where=where) from error


def _events(document: Json, where: str, depth: int) -> Iterator[Json]:
    """Out of all envelopes."""
    if depth > MOST_NESTED:
        raise InputError(f"an event is wrapped more than {MOST_NESTED} times", where=where)
    if isinstance(document, list):
        for number, each in enumerate(document, start=1):
            # Whatever is no event is refused by whoever takes the events, by its number.
            yield from _events(each, f"{where}:record {number}", depth + 1) if _is_envelope(each) else (each,)
        return
    if not isinstance(document, dict):
        raise InputError("this is no event of CloudTrail: an object was expected", where=where)
    if "eventSource" in document and "eventName" in document:
        yield document
        return
    inner = _inside(document, where)
    if inner is None:
        raise InputError(
            "there are no events of CloudTrail in it: Records is missing",
            where=where,
            remedy="give logs as CloudTrail delivers them, or answers of LookupEvents",
        )
    yield from _events(inner, where, depth + 1)


def _is_envelope(each: Json) -> bool:
    return isinstance(each, list) or (isinstance(each, dict) and "eventName" not in each and _opened(each) is not None)


def _inside(document: Mapping[str, Json], where: str) -> Json:
    opened = _opened(document)
    return _parsed(opened, where) if isinstance(opened, str) else opened


def _opened(document: Mapping[str, Json]) -> Json:
    """What an envelope holds; None where this is none."""
    for name in LISTS:
        if isinstance(document.get(name), list):
            return document[name]
    for name in TEXTS:
        if isinstance(document.get(name), str):
            return document[name]
    for name in ("detail", "Sns"):
        if isinstance(document.get(name), dict):
            return document[name]
    return None
