"""One duty's process over all its lives: started, listened to, started again when it ends. Used by `supervisor.py`."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from setpoint.errors import InputError
from setpoint.logs import logger
from setpoint.model.canonical import Json
from setpoint.model.health import Duty, Health, ProcessState, ProcessStatus, health_of
from setpoint.supervisor.backoff import Backoff

LONGEST_LINE: Final = 256 * 1024
"""Bytes; a process says some hundreds at a time."""
SILENT_AFTER: Final = 10.0
"""Seconds; a process tells its health every second."""
LAST_WORDS: Final = 1.0
"""Seconds for which the words of a process that has ended are waited for, should something else hold its end open."""


class Child:
    """`command` is run with `--link N` added: the descriptor of its end of a `supervisor.link.Link`; and with
    `--listener N`, where there is a socket that outlives it."""

    def __init__(
        self,
        duty: Duty,
        command: Sequence[str],
        stopping: asyncio.Event,
        backoff: Backoff | None = None,
        *,
        listener: socket.socket | None = None,
        is_successor: bool = False,
    ) -> None:
        """No life is begun any more once `stopping` is set. Each life gets the descriptor of the `listener`.

        `is_successor`: it takes the place of one that worked, so that it is never refused, but tried again.
        """
        self.duty = duty
        self.settled = asyncio.Event()
        """Its first life has come to work, or to an end."""
        self.refused = False
        """Its first life ended by saying that it cannot be run as things are: trying again does not help."""
        self.why = ""
        """Why its last life ended."""
        self._command = command
        self._listener = listener
        self._is_successor = is_successor
        self._stopping = stopping
        self._backoff = backoff or Backoff()
        self._process: Process | None = None
        self._status = ProcessStatus(duty, ProcessState.STARTING, _now(), None, 0, "", Health())
        self._last_words = ""
        self._heard_at = 0.0

    async def keep(self) -> None:
        """Life after life until asked to stop, or refused."""
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            began = clock()
            code = await self._live()
            self.why = self._why(code)
            is_first = not self.settled.is_set() and not self._is_successor
            self.refused = code == InputError.exit_code and is_first
            self.settled.set()
            if self.refused:
                return
            if not self._stopping.is_set():
                await self._pause(self._backoff.after(clock() - began))

    def retire(self) -> None:
        """No life after this one."""
        self._stopping.set()

    def stop(self) -> None:
        """Ask it, once, to finish the step in hand and end."""
        if self._status.state is not ProcessState.STOPPING:
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def status(self) -> ProcessStatus:
        """As it is now; who was heard of too long ago is not well, whatever it said then."""
        silence = asyncio.get_running_loop().time() - self._heard_at
        if self._status.state is not ProcessState.UP or silence < SILENT_AFTER:
            return self._status
        problems = (*self._status.health.problems, f"it has said nothing for {silence:.0f} s")
        return replace(self._status, health=replace(self._status.health, problems=problems))

    async def _live(self) -> int | None:
        """One life; its exit code, or None where there was no life."""
        try:
            self._process, link = await self._start()
        except OSError as error:
            self._last_words = f"it cannot be started ({error.strerror})"
            return None
        self._move(ProcessState.STARTING, pid=self._process.pid)
        if self._stopping.is_set():
            self.stop()
        reader, writer = await asyncio.open_connection(sock=link, limit=LONGEST_LINE)
        listening = asyncio.create_task(self._listen(reader))
        code = await self._process.wait()
        await asyncio.wait([listening], timeout=LAST_WORDS)
        listening.cancel()
        writer.close()
        return code

    async def _start(self) -> tuple[Process, socket.socket]:
        """The process, and this end of its link."""
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            given = {"--link": number} | ({"--listener": self._listener.fileno()} if self._listener else {})
            try:
                # In a process group of its own, so that Ctrl-C in a terminal reaches the supervisor alone.
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    *(word for option, descriptor in given.items() for word in (option, str(descriptor))),
                    stdin=subprocess.DEVNULL,
                    pass_fds=tuple(given.values()),
                    process_group=0,
                )
            except OSError:
                ours.close()
                raise
        return process, ours

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        # Where a line was cut short, or the connection broke, nothing can follow: its end says the rest.
        with suppress(ValueError, OSError):
            while line := await reader.readline():
                self._heard_at = asyncio.get_running_loop().time()
                self._take(orjson.loads(line))

    def _take(self, said: Json) -> None:
        if "error" in said:
            self._last_words = str(said["error"])
        elif "ready" in said:
            self.settled.set()
            self._move(ProcessState.UP)
            logger().info("a process is ready", duty=self.duty, pid=self._status.pid)
        elif "health" in said:
            self._status = replace(self._status, health=health_of(said["health"]))

    async def _pause(self, delay: float) -> None:
        restarts = self._status.restarts + 1
        self._move(ProcessState.WAITING, pid=None, restarts=restarts, last_error=self.why, health=Health())
        logger().warning("a process ended; it is started again", duty=self.duty, why=self.why, pause=round(delay, 2))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)

    def _why(self, code: int | None) -> str:
        words, self._last_words = self._last_words, ""
        if code is None or (words and code > 0):
            return words
        return (
            f"killed by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"it ended with exit code {code}"
        )

    def _move(self, state: ProcessState, **changes: Any) -> None:
        self._status = replace(self._status, state=state, since=_now(), **changes)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        if self._status.state is not ProcessState.STOPPING:
            self._move(ProcessState.STOPPING)
        with suppress(ProcessLookupError):
            self._process.send_signal(number)


def _now() -> datetime:
    return datetime.now(UTC)
