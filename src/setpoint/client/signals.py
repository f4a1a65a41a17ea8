"""Questions to the lake, asked of a server: `setpoint signals query` uses it, and imports it only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Final

import orjson

from setpoint.client.connection import Connection
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json
from setpoint.store.interface import Answer

QUERY: Final = "/signals/query"
EXPORT: Final = "/signals/export"

SPARE: Final = 15.0
"""Seconds that a call may take beyond the query's own time: waiting for a turn at the server, and the way."""


class RemoteSignals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        question = _question({"sql": sql, "limit": limit, "timeout": timeout})
        # Nothing is changed by a question.
        return _answer(self._connection.ask("POST", QUERY, content=question, within=timeout + SPARE, repeatable=True))

    def export(self, sql: str, file: BinaryIO, *, timeout: float) -> int:
        """Write the Parquet file that the server makes; how many bytes."""
        question = _question({"sql": sql, "timeout": timeout})
        return self._connection.download(EXPORT, question, file, within=timeout + SPARE)


def _question(fields: Mapping[str, Json]) -> bytes:
    return orjson.dumps(fields)


def _answer(body: bytes) -> Answer:
    try:
        found = orjson.loads(body)
        rows = tuple(tuple(row) for row in found["rows"])
        return Answer(tuple(found["columns"]), tuple(found["types"]), rows, found["cut"])
    except (ValueError, KeyError, TypeError) as error:
        raise CouldNotTellError("what the server sent is no answer", remedy="is this Setpoint's address?") from error
