"""What goes between the lake's process and whoever has started it, over a socket each: a call, then its answer.

A call is a JSON object with the name `call` and its arguments; entries follow in a frame of their own, lines as they
are. An answer has either `value` or `error`. Nothing in it is ever evaluated, so that a process which a stranger's SQL
took over can lie to the other, and no more. `remote` and `process` are the two ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from setpoint.errors import Error
from setpoint.model import failure
from setpoint.model.canonical import Json
from setpoint.store.interface.journal import Entry
from setpoint.store.interface.lake import Answer

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def packed(entries: Sequence[Entry]) -> tuple[list[tuple[int, int, str]], bytes]:
    """What a call says of each entry, and the frame that follows: no line has a line feed."""
    places = [(each.offset, (each.received_at - _EPOCH) // _MICROSECOND, each.sender) for each in entries]
    return places, b"\n".join(each.line for each in entries)


def unpacked(places: Sequence[tuple[int, int, str]], frame: bytes) -> list[Entry]:
    return [
        Entry(offset, _EPOCH + received_at * _MICROSECOND, line, sender)
        for (offset, received_at, sender), line in zip(places, frame.split(b"\n"), strict=True)
    ]


def refusal(error: Error) -> Json:
    """One of a lake's errors, as an answer."""
    return {"error": failure.failure_document(error)}


def value_of(answer: bytes) -> Json:
    """What was answered; raises the error where that is one."""
    said = orjson.loads(answer)
    if "error" in said:
        raise failure.error_of(said["error"])
    return said["value"]


def answer_of(value: Json) -> Answer:
    """As `value_of` gives it, where a query was asked."""
    rows = tuple(tuple(row) for row in value["rows"])
    return Answer(tuple(value["columns"]), tuple(value["types"]), rows, value["cut"])
