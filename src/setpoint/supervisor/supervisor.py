"""Starts the processes, starts again what ends, stops all, and says how they are. `cli/up.py` runs it.

One process a duty, so that none can take another down: each has its own task here, its own pauses, its own life.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.logs import logger
from setpoint.model.health import Duty, ProcessStatus, Status
from setpoint.status import write_status
from setpoint.supervisor.child import Child

SETTLE_WITHIN: Final = 3.0
"""Seconds for which the next process waits for the one before: what is configured wrongly is mostly told by then."""
STOP_WITHIN: Final = 9.0
"""Seconds in which a process may finish the step in hand; then it is killed, and all is over in ten."""
LOOK_EVERY: Final = 1.0
WRITE_EVERY: Final = 5.0
"""Seconds between two writes of a status in which nothing has changed."""

Lives = dict[Child, asyncio.Task[None]]


class Supervisor:
    """`commands`: duty → the program that does it, in the order of starting."""

    def __init__(self, folder: Path, scope: str, commands: Mapping[Duty, Sequence[str]]) -> None:
        self._folder = folder
        self._scope = scope
        self._since = datetime.now(UTC)
        self._stopping = asyncio.Event()
        self._children = [Child(duty, command, self._stopping) for duty, command in commands.items()]

    async def run(self) -> None:
        """Until a signal; raises `InputError`, with all stopped, where a process cannot be run as things are."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stopping.set)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        telling, stopping = asyncio.create_task(self._tell()), asyncio.create_task(self._stopping.wait())
        lives: Lives = {}
        try:
            await self._start(lives, stopping)
            await asyncio.wait([*lives.values(), stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(lives)
            telling.cancel()
        for child in self._children:
            if child.refused:
                raise InputError(child.why)

    async def _start(self, lives: Lives, stopping: asyncio.Task[object]) -> None:
        """One after the other, so that nothing begins beside one that refuses its configuration."""
        for child in self._children:
            if stopping.done() or any(life.done() for life in lives.values()):
                return
            lives[child] = asyncio.create_task(child.keep())
            settled = asyncio.create_task(child.settled.wait())
            await asyncio.wait(
                [settled, lives[child], stopping], timeout=SETTLE_WITHIN, return_when=asyncio.FIRST_COMPLETED
            )
            settled.cancel()

    async def _stop(self, lives: Lives) -> None:
        """The ingest process last: until the server has ended, it is brought what came in."""
        self._stopping.set()
        clock = asyncio.get_running_loop().time
        deadline = clock() + STOP_WITHIN
        for child in lives:
            if child.duty is not Duty.INGEST:
                child.stop()
        await _all([lives[child] for child in lives if child.duty is Duty.SERVER], STOP_WITHIN / 2)
        for child in lives:
            child.stop()
        await _all(lives.values(), deadline - clock())
        for child, life in lives.items():
            if not life.done():
                logger().error("a process did not end when asked to; it is killed", duty=child.duty)
                child.kill()
        await asyncio.gather(*lives.values())

    def _interrupt(self) -> None:
        """Ctrl-C; the second time at once."""
        if self._stopping.is_set():
            for child in self._children:
                child.kill()
        self._stopping.set()

    async def _tell(self) -> None:
        clock = asyncio.get_running_loop().time
        told: tuple[ProcessStatus, ...] = ()
        told_at, failing = clock(), False
        while True:
            processes = tuple(child.status() for child in self._children)
            if processes != told or clock() - told_at >= WRITE_EVERY:
                told, told_at = processes, clock()
                failing = self._write(processes, failing=failing)
            await asyncio.sleep(LOOK_EVERY)

    def _write(self, processes: tuple[ProcessStatus, ...], *, failing: bool) -> bool:
        """Whether it failed, which is said when it begins: the work goes on, and readers see that the file is old."""
        status = Status(self._scope, socket.gethostname(), os.getpid(), self._since, datetime.now(UTC), processes)
        try:
            write_status(self._folder, status)
        except OSError as error:
            if not failing:
                logger().error("the status cannot be written", folder=str(self._folder), why=error.strerror)
            return True
        return False


async def _all(tasks: Collection[asyncio.Task[None]], within: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=within)
