"""The ingest process: the application on a socket that only this user reaches, and the threads that fill the lake
and the ledger.

Run by `setpoint up`, in the foreground or by its supervisor.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from setpoint.files import allow_open_files
from setpoint.ingest.app import IngestParts, create_app
from setpoint.ingest.deriving import Deriving
from setpoint.ingest.filling import Filling
from setpoint.ingest.health import IngestHealth
from setpoint.ingest.lake_door import LakeDoor
from setpoint.ingest.listening import listening
from setpoint.ingest.taking import Taking
from setpoint.loop.settled import SettledClock
from setpoint.serving import Serving, TellHealth
from setpoint.settings import Settings
from setpoint.telemetry import SILENT, Telemetry
from setpoint.telemetry.requests import MeasuredRequests
from setpoint.wiring.stores import open_first_ledger, open_journal, open_lake, pseudonymiser

WRITERS: Final = 64
"""Threads that read bodies and append, most of which wait for the disk: so many bodies share one sync."""
READERS: Final = 8
"""Threads that wait for queries; the lake lets fewer run."""

IDLE: Final = 75
"""Seconds for which the server may keep a connection that it does not use."""
STOP_WITHIN: Final = 5
"""Seconds for calls under way when it is told to stop."""
SPARE: Final = 256
"""Connections beyond those of the server's callers, and open files beside connections."""


def run_ingest(
    settings: Settings,
    path: Path,
    stop: threading.Event,
    ready: Callable[[], None],
    tell_health: TellHealth | None = None,
    telemetry: Telemetry = SILENT,
    listener: int | None = None,
) -> None:
    """Until `stop` is set; `path` is where the socket is made, in a folder that only this user may enter.

    With `listener` it is there already: the descriptor of what another process holds open.
    """
    connections = settings.server.limits.connections + SPARE
    allow_open_files(connections + SPARE)
    with ExitStack() as stack:
        lake = LakeDoor(lambda: open_lake(settings))
        stack.callback(lake.shut)
        journal = open_journal(settings, taken=lake.use().taken())
        stack.callback(journal.close)
        deriving = Deriving(journal, lambda: open_first_ledger(settings), SettledClock(_now))
        filling = Filling(journal, lake, _now, days=settings.lake.days, needed=lambda: deriving.looked)
        writers, readers = (stack.enter_context(ThreadPoolExecutor(each)) for each in (WRITERS, READERS))
        # Nobody waits for the answer to what was not begun any more.
        stack.callback(writers.shutdown, cancel_futures=True)
        # Before the readers are waited for: it ends their queries.
        stack.callback(lake.shut)
        health = IngestHealth(journal, lake, filling, deriving)
        parts = IngestParts(
            taking=Taking(journal, pseudonymiser(settings), partial(_wake, filling, deriving)),
            lake=lake,
            health=health,
            bounds=settings.ingest.bounds,
            clock=_now,
            writers=writers,
            readers=readers,
            temporary=_emptied(settings.lake.file.with_name("exports")),
        )
        accepting = stack.enter_context(listening(path) if listener is None else socket.socket(fileno=listener))
        filled, derived = (stack.enter_context(_running(each)) for each in (filling, deriving))
        if tell_health is not None:
            tell_health(health.report)
        app = MeasuredRequests(create_app(parts), telemetry)
        Serving(
            app,
            lambda: stop.is_set() or filled.done() or derived.done(),
            ready,
            lifespan="off",
            limit_concurrency=connections,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=STOP_WITHIN,
        ).run(sockets=[accepting])
    for each in (filled, derived):
        each.result()


def _wake(filling: Filling, deriving: Deriving) -> None:
    filling.wake()
    deriving.wake()


@contextmanager
def _running(work: Filling | Deriving) -> Iterator[Future[None]]:
    """In a thread of its own, for as long as the block lasts."""
    with ThreadPoolExecutor(1, type(work).__name__.lower()) as pool:
        running = pool.submit(work.run)
        try:
            yield running
        finally:
            work.stop()


def _emptied(folder: Path) -> Path:
    """Without what a crash left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _now() -> datetime:
    return datetime.now(UTC)
