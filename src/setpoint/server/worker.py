"""One piece of long work, in a process of its own: a server starts it (`workers`), tells it what, and reads the answer.

The first line of its standard input is the call, as JSON; that it ends says that nobody waits any more. Its output is
the document that was made, or the error that it ended on, which its exit code tells apart. What a caller's policies do
here, they do to this process.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from setpoint.errors import CouldNotTellError, Error
from setpoint.model.canonical import Json
from setpoint.model.failure import failure_document
from setpoint.settings import Settings, load_settings
from setpoint.wire.document import Document
from setpoint.wire.examination import ExaminationDocument
from setpoint.wire.replay import ReplayDocument, ReplayRequest
from setpoint.wiring.examine import examine
from setpoint.wiring.replay import replay_past

NICENESS: Final = 10
"""Of nice(2): a gate that wants the processor has it first."""

MOST_MEMORY: Final = 4 * 1024**3
"""Bytes of address space: a few times what the largest past takes, and no machine is taken down by it."""

DONE: Final = 0
FAILED: Final = 2
"""The exit code where the output is an error."""
NOBODY_WAITS: Final = 3
"""The exit code where the server has gone, or hung up."""


class Work(StrEnum):
    """What there is to be asked for."""

    EXAMINE = "examine"
    REPLAY = "replay"


def main() -> None:
    # Whoever started it ends it: Ctrl-C in a terminal, or SIGTERM to all of a container, is not for it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    _, allowed = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY if allowed == resource.RLIM_INFINITY else min(MOST_MEMORY, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, allowed))
    call = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_server, daemon=True).start()
    output, code = _done(orjson.loads(call))
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()
    # Threads of the work may wait for a network yet.
    os._exit(code)


def _done(call: Json) -> tuple[bytes, int]:
    try:
        settings = load_settings(Path(call["config"]))
        return WORK[Work(call["work"])](settings, call["question"]).model_dump_json().encode(), DONE
    except MemoryError:
        less = "ask about less at once: a shorter time, or one service"
        return orjson.dumps(
            failure_document(CouldNotTellError("it takes more memory than it may", remedy=less))
        ), FAILED
    except Error as error:
        return orjson.dumps(failure_document(error)), FAILED


def _examine(settings: Settings, _question: Json) -> Document:
    return ExaminationDocument.of(examine(settings))


def _replay(settings: Settings, question: Json) -> Document:
    return ReplayDocument.of(replay_past(settings, ReplayRequest.model_validate(question).model()))


WORK: Final[Mapping[Work, Callable[[Settings, Json], Document]]] = {Work.EXAMINE: _examine, Work.REPLAY: _replay}


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(NOBODY_WAITS)


if __name__ == "__main__":
    main()
