"""Which process this is, and whether another is known to be dead: a crashed worker's lease is then free at once."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
"""Linux; elsewhere only the process id is asked for (proc(5))."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process among all that ever ran."""

    host: str
    pid: int
    birth: str
    """The machine's boot, the namespace in which the pid means something, and its start; empty where not known."""

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


def this_process() -> Process:
    pid = os.getpid()
    return Process(socket.gethostname(), pid, _birth(pid))


def is_dead(process: Process) -> bool:
    """True only when it is certain; of a process that cannot be seen from here nothing is."""
    here = this_process()
    if process.host != here.host or _machine(process.birth) != _machine(here.birth):
        return False
    if process.pid <= 0 or not _exists(process.pid):
        return True
    # A pid is given out again; a start time under the same pid is not. A zombie writes nothing any more.
    now = _birth(process.pid)
    return now not in ("", process.birth)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it exists and is another user's
    return True


def _birth(pid: int) -> str:
    """`boot/namespace/start`, the start being `gone` for a zombie; empty where the system does not tell."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (PROC / "self/ns/pid").readlink()
        # proc_pid_stat(5): after the name, which ends with the last parenthesis, come field 3, the state, and
        # field 22, the start.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    start = "gone" if fields[0] in {"Z", "X"} else fields[19]
    return f"{boot}/{namespace}/{start}"


def _machine(birth: str) -> str:
    return birth.rpartition("/")[0]
