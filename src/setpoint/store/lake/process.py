"""The lake's process: owns the DuckDB file, and does what the ingest process asks of it. Started by `remote`.

Apart from ingest, since strangers' SQL runs here: a query that takes all memory, or finds a fault in DuckDB, ends this
process, while the journal goes on taking events in the other one.

Its arguments are the file of the lake, the limits as JSON, and the descriptors of its ends of the sockets, the first of
which only says, by closing, that it is to end.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import orjson

from setpoint.errors import Error
from setpoint.model.canonical import Json
from setpoint.store.interface.lake import Lake
from setpoint.store.lake.frames import refusal, unpacked
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.opening import LakeHeldError, open_lake

HELD_FOR: Final = 5.0
"""Seconds for which the lake of a process that was just killed may still be held by its own, which is ending."""
LOOK_EVERY: Final = 0.1

END_WITHIN: Final = 2.0
"""Seconds for queries that heed no interruption when it is to end."""


def main(arguments: Sequence[str]) -> None:
    path, limits, control, *others = arguments
    # Whoever started it ends it: Ctrl-C in a terminal, or SIGTERM to all of a container, is not for it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    first = Connection(int(control))
    try:
        lake = _open(Path(path), LakeLimits(**orjson.loads(limits)))
    except Error as error:
        first.send_bytes(orjson.dumps(refusal(error)))
        return
    first.send_bytes(orjson.dumps({"value": list(lake.damage())}))
    for each in others:
        threading.Thread(target=_serve, args=(lake, Connection(int(each))), daemon=True).start()
    _await_end(first)
    threading.Timer(END_WITHIN, os._exit, (1,)).start()
    lake.close()
    os._exit(0)


def _open(path: Path, limits: LakeLimits) -> Lake:
    deadline = time.monotonic() + HELD_FOR
    while True:
        try:
            return open_lake(path, limits)
        except LakeHeldError:
            if time.monotonic() > deadline:
                raise
        time.sleep(LOOK_EVERY)


def _await_end(first: Connection) -> None:
    """However the other process ends, the system closes its end."""
    try:
        while True:
            first.recv_bytes()
    except (EOFError, OSError):
        return


def _serve(lake: Lake, connection: Connection) -> None:
    """One call after the other; on a failure that nobody foresaw, the other end sees that it is closed."""
    with connection:
        try:
            while True:
                asked = orjson.loads(connection.recv_bytes())
                entries = connection.recv_bytes() if asked["call"] == "take" else b""
                connection.send_bytes(_answer(lake, asked, entries))
        except (EOFError, OSError):
            return


def _answer(lake: Lake, asked: Json, entries: bytes) -> bytes:
    try:
        return orjson.dumps({"value": _do(lake, asked, entries)})
    except Error as error:
        return orjson.dumps(refusal(error))


def _do(lake: Lake, asked: Json, entries: bytes) -> Json:
    match asked["call"]:
        case "take":
            return lake.take(unpacked(asked["places"], entries))
        case "retain":
            return lake.retain(asked["days"])
        case "taken":
            return lake.taken()
        case "query":
            return asdict(lake.query(asked["sql"], limit=asked["limit"], timeout=asked["timeout"]))
        case "export":
            return lake.export(asked["sql"], Path(asked["file"]), timeout=asked["timeout"])
        case unknown:
            raise ValueError(unknown)


if __name__ == "__main__":
    main(sys.argv[1:])
