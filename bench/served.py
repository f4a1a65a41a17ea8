"""A served application of a suite: awaited until it is ready, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 30.0


def await_ready(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Raises `RuntimeError` with what it logged where it ends instead, or says nothing of itself at /ready in time."""
    deadline = time.monotonic() + seconds
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the application does not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the server to end, then ends whatever else was started with it, in its process group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_ready(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
    except OSError:
        return False
