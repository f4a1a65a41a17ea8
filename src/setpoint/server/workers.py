"""Long work that callers ask for, each piece in a process of its own (`worker`): a gate waits for none of it.

One piece of a kind at a time; whoever comes meanwhile is asked to come again. A piece that takes too long, that nobody
waits for any more, or that is still under way when the server stops, is ended.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

import orjson
import structlog
from starlette.requests import Request

from setpoint.errors import CouldNotTellError
from setpoint.model.failure import error_of
from setpoint.server.problems import RefusedError
from setpoint.server.worker import DONE, FAILED, Work
from setpoint.wire.document import Document

COMMAND: Final = (sys.executable, "-P", "-m", "setpoint.server.worker")

WITHIN: Final = 300.0
"""Seconds for one piece."""

LARGEST: Final = 48 * 1024 * 1024
"""Bytes of an answer: less than a client takes."""

CHUNK: Final = 64 * 1024

COME_AGAIN: Final = 10.0
"""Seconds."""

LESS: Final = "ask about less at once, or on the server's own machine"

log = structlog.get_logger()


class Workers:
    """For the event loop's thread only."""

    def __init__(self, config: Path, command: Sequence[str] = COMMAND) -> None:
        """`config` is what each works by, as it is at that time."""
        self._config = config
        self._command = command
        self._under_way: set[Work] = set()

    async def ask(self, request: Request, work: Work, question: Document | None = None) -> bytes:
        """The document that was made, as JSON, for the caller of this request, whose body is read.

        Raises the `Error` that it ended on.
        """
        asked = question.model_dump(mode="json") if question is not None else None
        call = orjson.dumps({"work": work, "config": str(self._config), "question": asked})
        with self._turn(work):
            try:
                async with asyncio.timeout(WITHIN), self._started() as process:
                    output, code = await _while_waited_for(request, _outcome(process, call))
            except TimeoutError as error:
                raise CouldNotTellError(f"it takes longer than {WITHIN:g} seconds", remedy=LESS) from error
        if code == DONE:
            return output
        if code == FAILED:
            raise error_of(orjson.loads(output))
        log.error("a worker ended before it was done", work=str(work), code=code)
        raise CouldNotTellError("the process that was to do it ended before it was done", remedy=LESS)

    @contextmanager
    def _turn(self, work: Work) -> Iterator[None]:
        if work in self._under_way:
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "somebody else has that done just now",
                remedy="come again in a while",
                delay=COME_AGAIN,
            )
        self._under_way.add(work)
        try:
            yield
        finally:
            self._under_way.remove(work)

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[Process]:
        try:
            process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE)
        except OSError as error:
            raise CouldNotTellError(
                f"the process that is to do it cannot be started ({error.strerror})", remedy="come again in a while"
            ) from error
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _while_waited_for(request: Request, work: Coroutine[None, None, tuple[bytes, int]]) -> tuple[bytes, int]:
    working, leaving = asyncio.create_task(work), asyncio.create_task(_hung_up(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)
    raise CouldNotTellError("whoever asked did not wait for the answer")


async def _hung_up(request: Request) -> None:
    """Returns once the caller has; before that there may be the end of a body that nobody read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _outcome(process: Process, call: bytes) -> tuple[bytes, int]:
    """What it wrote, and its exit code."""
    calling, telling = process.stdin, process.stdout
    if calling is None or telling is None:
        raise TypeError("a worker is started with pipes")
    with suppress(ConnectionError):  # it has ended already, and its exit code says why
        calling.write(call + b"\n")
        await calling.drain()
    output = bytearray()
    while chunk := await telling.read(CHUNK):
        output += chunk
        if len(output) > LARGEST:
            raise CouldNotTellError(f"there is more than {LARGEST:,} bytes to tell", remedy=LESS)
    return bytes(output), await process.wait()
