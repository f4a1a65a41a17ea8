"""Watches what a query makes of this process's memory; `query` asks while one runs.

DuckDB's own limit covers its buffers. A text or a list that an expression makes (`||`, `list_zip`) is not in them, and
could take all that the machine has. A limit of the operating system's would not do: DuckDB and Arrow keep the address
space that they once had, and whatever else the process does would then fail for want of it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")
"""proc(5): the second number is the resident set, in pages. Where there is no such file, nothing is watched."""

ENDED: Final = 70
"""EX_SOFTWARE of sysexits.h."""


def resident() -> int:
    """Bytes of memory that this process has now."""
    try:
        pages = _STATM.read_bytes().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def give_up() -> None:
    """Ends the process before it takes the machine down. Journal and lake are safe; the supervisor starts it again."""
    sys.stderr.write("setpoint: a query took so much memory, and could not be interrupted, that this process ends\n")
    sys.stderr.flush()
    os._exit(ENDED)
