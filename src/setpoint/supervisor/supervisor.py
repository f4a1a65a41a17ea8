"""Starts the processes, starts again what ends, stops all, and says how they are. `cli/up.py` runs it.

One process a duty, so that none can take another down: each has its own task here, its own pauses, its own life. The
sockets are held here, so that whoever calls while a process is started waits, and is not turned away.

SIGHUP has settings and policies read again: they are tried first, then one process after another makes way for a new
one that goes by them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from setpoint.errors import Error, InputError
from setpoint.logs import logger
from setpoint.model.health import Duty, ProcessState, ProcessStatus, Status
from setpoint.status import write_status
from setpoint.supervisor.child import Child
from setpoint.supervisor.terminal import has_terminal

SETTLE_WITHIN: Final = 3.0
"""Seconds for which the next process waits for the one before: what is configured wrongly is mostly told by then."""
STOP_WITHIN: Final = 9.0
"""Seconds in which a process may finish the step in hand; then it is killed, and all is over in ten."""
READY_WITHIN: Final = 60.0
"""Seconds in which a new server has to answer, while the one before goes on."""
LOOK_EVERY: Final = 1.0
WRITE_EVERY: Final = 5.0
"""Seconds between two writes of a status in which nothing has changed."""

Lives = dict[Child, asyncio.Task[None]]


async def nothing_to_check() -> None:
    """For processes that read nothing."""


class Supervisor:
    """`commands`: duty → the program that does it, in the order of starting. `listeners`: the sockets of some."""

    def __init__(
        self,
        folder: Path,
        scope: str,
        commands: Mapping[Duty, Sequence[str]],
        listeners: Mapping[Duty, socket.socket] | None = None,
        check: Callable[[], Awaitable[None]] = nothing_to_check,
    ) -> None:
        """`check` raises an `Error` where what is on the disk now cannot be used."""
        self._folder = folder
        self._scope = scope
        self._commands = commands
        self._listeners = listeners or {}
        self._check = check
        self._since = datetime.now(UTC)
        self._stopping = asyncio.Event()
        self._asked = asyncio.Event()
        """To read settings and policies again."""
        self._refused = ""
        self._had_terminal = has_terminal()
        self._children = [self._child(duty) for duty in commands]

    async def run(self) -> None:
        """Until a signal; raises `InputError`, with all stopped, where a process cannot be run as things are."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stopping.set)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        telling, stopping = asyncio.create_task(self._tell()), asyncio.create_task(self._stopping.wait())
        lives: Lives = {}
        try:
            await self._start(lives, stopping)
            while not await self._is_over(lives, stopping):
                self._asked.clear()
                await self._renew(lives, stopping)
        finally:
            await self._stop(lives)
            telling.cancel()
        for child in self._children:
            if child.refused:
                raise InputError(child.why)

    def _child(self, duty: Duty, *, is_successor: bool = False) -> Child:
        return Child(
            duty,
            self._commands[duty],
            asyncio.Event(),
            listener=self._listeners.get(duty),
            is_successor=is_successor,
        )

    async def _is_over(self, lives: Lives, stopping: asyncio.Task[object]) -> bool:
        """Waits until it is to end, or one has; false where there is something to read again."""
        asked = asyncio.create_task(self._asked.wait())
        ends = (*lives.values(), stopping)
        await asyncio.wait([*ends, asked], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        return any(each.done() for each in ends)

    async def _renew(self, lives: Lives, stopping: asyncio.Task[object]) -> None:
        """By what is on the disk now, where that can be used; the server first, which can be had back."""
        try:
            if not await self._is_usable(stopping):
                return
            for child in sorted(self._children, key=lambda each: each.duty is not Duty.SERVER):
                if not stopping.done():
                    await self._replace(child, lives, stopping)
        except Error as error:
            self._refused = error.diagnostics()
            logger().error("what was to be read again is refused; what was read before is in force", why=self._refused)
            return
        self._refused = ""
        logger().info("settings and policies were read again")

    async def _is_usable(self, stopping: asyncio.Task[object]) -> bool:
        """Raises the `Error` that says why not; false where it does not matter any more."""
        checking = asyncio.ensure_future(self._check())
        await asyncio.wait([checking, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not checking.done():
            checking.cancel()
            await asyncio.wait([checking])
            return False
        checking.result()
        return True

    async def _replace(self, child: Child, lives: Lives, stopping: asyncio.Task[object]) -> None:
        """Two servers may answer on one socket; of the others, the new one needs what the old one holds."""
        successor = self._child(child.duty, is_successor=True)
        if child.duty is Duty.SERVER:
            await self._begin(successor, lives, stopping, READY_WITHIN)
            if successor.status().state is not ProcessState.UP:
                await self._end(successor, lives)
                raise InputError(successor.why or f"the new server did not answer within {READY_WITHIN:.0f} s")
            self._children[self._children.index(child)] = successor
            await self._end(child, lives)
        else:
            await self._end(child, lives)
            self._children[self._children.index(child)] = successor
            await self._begin(successor, lives, stopping, SETTLE_WITHIN)

    async def _start(self, lives: Lives, stopping: asyncio.Task[object]) -> None:
        """One after the other, so that nothing begins beside one that refuses its configuration."""
        for child in self._children:
            if stopping.done() or any(life.done() for life in lives.values()):
                return
            await self._begin(child, lives, stopping, SETTLE_WITHIN)

    async def _begin(self, child: Child, lives: Lives, stopping: asyncio.Task[object], within: float) -> None:
        """Until it has come to work, or to an end; or for so long."""
        lives[child] = asyncio.create_task(child.keep())
        settled = asyncio.create_task(child.settled.wait())
        await asyncio.wait([settled, lives[child], stopping], timeout=within, return_when=asyncio.FIRST_COMPLETED)
        settled.cancel()

    async def _end(self, child: Child, lives: Lives) -> None:
        """For good; killed where it does not end when asked to."""
        child.retire()
        child.stop()
        await _all([lives[child]], STOP_WITHIN)
        await self._see_off(child, lives)

    async def _see_off(self, child: Child, lives: Lives) -> None:
        life = lives.pop(child)
        if not life.done():
            logger().error("a process did not end when asked to; it is killed", duty=child.duty)
            child.kill()
        await life

    async def _stop(self, lives: Lives) -> None:
        """The ingest process last: until the server has ended, it is brought what came in."""
        self._stopping.set()
        clock = asyncio.get_running_loop().time
        deadline = clock() + STOP_WITHIN
        for child in lives:
            child.retire()
            if child.duty is not Duty.INGEST:
                child.stop()
        await _all([lives[child] for child in lives if child.duty is Duty.SERVER], STOP_WITHIN / 2)
        for child in lives:
            child.stop()
        await _all(lives.values(), deadline - clock())
        await asyncio.gather(*(self._see_off(child, lives) for child in list(lives)))

    def _hang_up(self) -> None:
        """Somebody wants the configuration to be read again; or the terminal in which this runs was closed."""
        if self._had_terminal and not has_terminal():
            self._stopping.set()
        else:
            self._asked.set()

    def _interrupt(self) -> None:
        """Ctrl-C; the second time at once."""
        if self._stopping.is_set():
            for child in self._children:
                child.kill()
        self._stopping.set()

    async def _tell(self) -> None:
        clock = asyncio.get_running_loop().time
        told: tuple[tuple[ProcessStatus, ...], str] = ((), "")
        told_at, failing = clock(), False
        while True:
            now = tuple(child.status() for child in self._children), self._refused
            if now != told or clock() - told_at >= WRITE_EVERY:
                told, told_at = now, clock()
                failing = self._write(*now, failing=failing)
            await asyncio.sleep(LOOK_EVERY)

    def _write(self, processes: tuple[ProcessStatus, ...], refused: str, *, failing: bool) -> bool:
        """Whether it failed, which is said when it begins: the work goes on, and readers see that the file is old."""
        now, host = datetime.now(UTC), socket.gethostname()
        status = Status(self._scope, host, os.getpid(), self._since, now, processes, refused)
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
