"""A PostgreSQL of one's own for as long as a benchmark takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

POSTGRES: Final = Path("/usr/lib/postgresql/15/bin")
"""Where Debian puts it."""
UNPRIVILEGED: Final = "nobody"
"""PostgreSQL does not run as root."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    folder: Path
    """Where its socket is."""
    pid: int
    """Of the process that all the others descend from."""

    @property
    def address(self) -> str:
        return f"host={self.folder} user=bench dbname=postgres"


def has_postgres() -> bool:
    return (POSTGRES / "initdb").exists()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server on a socket, its data on a disk and not in memory; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="bench-postgres-"))  # on a disk, not in memory
    data, user = folder / "data", None
    try:
        if os.getuid() == 0:
            user = UNPRIVILEGED
            shutil.chown(folder, user)
        begin = [str(POSTGRES / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench"]
        subprocess.run(begin, stdout=subprocess.DEVNULL, check=True, cwd=folder, user=user)
        command = [str(POSTGRES / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder, user=user) as server:
            try:
                _await_ready(folder)
                yield PostgresServer(folder, server.pid)
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(folder: Path) -> None:
    asking = [str(POSTGRES / "pg_isready"), "--quiet", "-h", str(folder)]
    for _ in range(200):
        if subprocess.run(asking, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise TimeoutError("PostgreSQL does not start")
