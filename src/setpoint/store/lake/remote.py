"""The lake in a process of its own: implements `store.interface.Lake`. Opened by `wiring`, in the ingest process.

Whatever becomes of that process, a call ends with `LakeError`; who owns the lake then closes it and opens it again.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import orjson

from setpoint.errors import LakeError
from setpoint.model.canonical import Json
from setpoint.store.interface.journal import Entry
from setpoint.store.interface.lake import Answer
from setpoint.store.lake.frames import answer_of, packed, value_of
from setpoint.store.lake.limits import LakeLimits
from setpoint.store.lake.memory import ENDED

MODULE: Final = "setpoint.store.lake.process"

CALLS: Final = 16
"""At the same time; more wait. The most queries that may run (`LakeLimits.queries`) leave room for the writer."""

LARGEST: Final = 1024 * 1024 * 1024
"""Bytes of an answer: many times the most that an answer may be configured to have."""

END_WITHIN: Final = 3.0
"""Seconds; a little more than the process gives its queries."""


class RemoteLake:
    """Threads may share it."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes], connections: Sequence[Connection]) -> None:
        """`open_remote_lake` makes it; the first of the connections says only how it begins, and that it is to end."""
        self._path = path
        self._process = process
        self._control, *others = connections
        self._told: tuple[str, ...] = ()
        self._free: SimpleQueue[Connection | None] = SimpleQueue()
        """Connections that nobody uses now; None once it is closed."""
        for each in others:
            self._free.put(each)

    def greet(self) -> None:
        """Returns once the lake is open; raises `LakeError` where that cannot be done."""
        try:
            self._told = tuple(value_of(self._control.recv_bytes(LARGEST)))
        except (EOFError, OSError) as error:
            raise self._gone() from error

    def take(self, entries: Sequence[Entry]) -> int:
        places, lines = packed(entries)
        return int(self._call("take", lines, places=places))

    def retain(self, days: int) -> int:
        return int(self._call("retain", days=days))

    def taken(self) -> int:
        return int(self._call("taken"))

    def damage(self) -> Sequence[str]:
        return self._told

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        return answer_of(self._call("query", sql=sql, limit=limit, timeout=timeout))

    def export(self, sql: str, file: Path, *, timeout: float) -> int:
        return int(self._call("export", sql=sql, file=str(file.absolute()), timeout=timeout))

    def close(self) -> None:
        """Ends every query first."""
        self._control.close()
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # No call is under way for long any more: each has its connection to nobody.
        for _ in range(CALLS):
            connection = self._free.get()
            if connection is None:
                break  # closed before
            connection.close()
        self._free.put(None)

    def _call(self, name: str, entries: bytes | None = None, **arguments: Any) -> Json:
        with self._connection() as connection:
            try:
                connection.send_bytes(orjson.dumps({"call": name, **arguments}))
                if entries is not None:
                    connection.send_bytes(entries)
                answer = connection.recv_bytes(LARGEST)
            except (EOFError, OSError) as error:
                raise self._gone() from error
        return value_of(answer)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._free.get()
        try:
            if connection is None:
                raise LakeError("the lake is closed", where=str(self._path))
            yield connection
        finally:
            self._free.put(connection)

    def _gone(self) -> LakeError:
        try:
            code = self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            return LakeError("the lake's process does not answer", where=str(self._path))
        return LakeError(f"the lake's process ended ({_why(code)})", where=str(self._path))


def open_remote_lake(path: Path, limits: LakeLimits) -> RemoteLake:
    """As `opening.open_lake`, in a process of its own. Raises `LakeError` where it cannot be used."""
    pairs = [socket.socketpair() for _ in range(1 + CALLS)]
    theirs = [pair[1] for pair in pairs]
    numbers = [each.fileno() for each in theirs]
    command = [sys.executable, "-P", "-m", MODULE, str(path), orjson.dumps(asdict(limits)).decode()]
    try:
        # Nothing of it is a caller's.
        process = subprocess.Popen([*command, *map(str, numbers)], stdin=subprocess.DEVNULL, pass_fds=numbers)  # noqa: S603
    except OSError as error:
        for ours, _ in pairs:
            ours.close()
        raise LakeError(f"the lake's process cannot be started ({error.strerror})", where=str(path)) from error
    finally:
        for each in theirs:
            each.close()
    lake = RemoteLake(path, process, [Connection(pair[0].detach()) for pair in pairs])
    try:
        lake.greet()
    except BaseException:
        lake.close()
        raise
    return lake


def _why(code: int) -> str:
    if code == ENDED:
        return "a query took too much memory"
    return f"killed by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"with exit code {code}"
