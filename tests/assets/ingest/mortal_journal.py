"""Appends to a journal, and says what was acknowledged; dies by SIGKILL at one moment of touching the disk.

Its arguments are the folder and the number of the moment: before a write, between its halves, after it, before a sync,
or after it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from setpoint.model.event import Event
from setpoint.store.journal.journal import open_journal
from setpoint.store.journal.limits import JournalLimits

BATCHES, EVENTS = 4, 5

folder, last = Path(sys.argv[1]), int(sys.argv[2])
_moments = count(1)
_write, _sync = os.write, os.fsync


def _moment() -> None:
    if next(_moments) == last:
        os.kill(os.getpid(), signal.SIGKILL)


def _mortal(call: Callable[..., Any]) -> Callable[..., Any]:
    def mortal(*given: Any) -> Any:
        _moment()
        answer = call(*given)
        _moment()
        return answer

    return mortal


def _torn_write(file: int, data: memoryview) -> int:
    """In pieces, as the system may do it."""
    return _write(file, data[:100])


os.write, os.fsync = _mortal(_torn_write), _mortal(_sync)
now = datetime.now(UTC)
journal = open_journal(folder, JournalLimits(segment_bytes=500))
for batch in range(BATCHES):
    events = [Event("ci", f"{batch}-{number}", "t", now, "", "", b'{"n":%d}' % number) for number in range(EVENTS)]
    receipt = journal.append(events, now)
    _write(1, b"%d %d\n" % (batch, receipt.last_offset))
