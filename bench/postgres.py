"""A PostgreSQL of one's own for as long as a benchmark, or the tests, take."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

POSTGRES: Final = Path("/usr/lib/postgresql/15/bin")
"""Where Debian puts it."""
USER: Final = "bench"
DATABASE: Final = "postgres"
UNPRIVILEGED: Final = "nobody"
"""PostgreSQL does not run as root."""


class PostgresServer:
    def __init__(self, folder: Path, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        """`folder`: where its socket is."""
        self.folder = folder
        self._begin = begin
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process that all the others descend from."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        self._process = self._begin()

    def stop(self) -> None:
        """At once, whoever is connected."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Without a word to anybody; whatever was not written down is lost."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()

    @property
    def address(self) -> str:
        return f"host={self.folder} user={USER} dbname={DATABASE}"

    def url(self, database: str = DATABASE) -> str:
        """Of a ledger there."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Its URL; texts are in the order of a language, as they are in most databases that people make."""
        collation = "" if template != "template0" else " ICU_LOCALE 'en-US' LOCALE_PROVIDER icu"
        self.run(f"CREATE DATABASE {database} TEMPLATE {template}{collation}")
        return self.url(database)

    @contextmanager
    def copied(self, template: str) -> Iterator[str]:
        """The URL of a new database that holds what the other one does; it is gone afterwards."""
        database = f"copy_{uuid4().hex}"
        try:
            yield self.create(database, template)
        finally:
            self.run(f"DROP DATABASE {database} WITH (FORCE)")

    def run(self, statement: str, database: str = DATABASE) -> None:
        import psycopg

        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            connection.execute(statement.encode())


def has_postgres() -> bool:
    return (POSTGRES / "initdb").exists()


@contextmanager
def postgres_server(*, is_durable: bool = True) -> Iterator[PostgresServer]:
    """A server on a socket, its data on a disk and not in memory; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="bench-postgres-"))  # on a disk, not in memory
    data, user = folder / "data", None
    try:
        if os.getuid() == 0:
            user = UNPRIVILEGED
            shutil.chown(folder, user)
        begin = [str(POSTGRES / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync"]
        subprocess.run(begin, stdout=subprocess.DEVNULL, check=True, cwd=folder, user=user)
        command = [str(POSTGRES / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
        if not is_durable:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
        server = PostgresServer(folder, lambda: _start(command, folder, user))
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: Sequence[str], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder, user=user)
    asking = [str(POSTGRES / "pg_isready"), "--quiet", "-h", str(folder)]
    for _ in range(200):
        if subprocess.run(asking, check=False).returncode == 0:
            return process
        time.sleep(0.05)
    process.kill()
    raise TimeoutError("PostgreSQL does not start")
