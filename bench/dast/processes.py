"""Runs a tool in a process of its own, for so many seconds at most, and says what it took. Called by every tool."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

INPUT: Final = "input.txt"
OUTPUT: Final = "output.txt"
ERRORS: Final = "errors.txt"
GRACE: Final = 60.0
"""Seconds to write a report, after the interruption."""


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, with those of its own children."""
    memory: float
    """MB: the largest resident set of one of its processes."""
    status: int
    """Below zero: ended by that signal."""


def run_bounded(
    command: Sequence[str],
    folder: Path,
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    answer: str = "",
) -> Cost:
    """It runs in the folder, where `OUTPUT` and `ERRORS` are what it printed.

    After `seconds` it is interrupted as by a person, who gives `answer` when asked what now; and after `GRACE`, killed.
    """
    (folder / INPUT).write_text(answer, encoding="utf-8")
    began = time.perf_counter()
    with (
        (folder / INPUT).open("rb") as given,
        (folder / OUTPUT).open("wb") as output,
        (folder / ERRORS).open("wb") as errors,
    ):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=given,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    status, used = _ended(process.pid, seconds)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, process.returncode)


def _ended(process: int, seconds: float) -> tuple[int, resource.struct_rusage]:
    """Status and use, as wait4(2) gives them."""
    bounds = (
        threading.Timer(seconds, os.kill, (process, signal.SIGINT)),
        threading.Timer(seconds + GRACE, os.killpg, (process, signal.SIGKILL)),
    )
    for bound in bounds:
        bound.start()
    try:
        _, status, used = os.wait4(process, 0)
    except BaseException:
        os.killpg(process, signal.SIGKILL)
        raise
    finally:
        for bound in bounds:
            bound.cancel()
    return status, used


def last_line(folder: Path) -> str:
    """Of what a tool said against itself."""
    lines = (folder / ERRORS).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
