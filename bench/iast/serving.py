"""Starts the stand-ins, and an application under a real server, each in a process of its own on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.iast.cases import APPS, Case, Request
from bench.iast.places import PYTHON, ROOT, program
from bench.iast.sending import Answer, send
from bench.iast.standins import records
from bench.postgres import has_postgres, postgres_server
from bench.served import await_ready, stop

READY_SECONDS: Final = 120.0
"""A tool that rewrites every module on import takes its time."""

KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR")
"""What an application sees of this environment: no proxy and no authority that would change what it does."""

KEYS: Final = {
    f"SHOP_{name.upper()}_KEY": hashlib.sha256(f"{name} of the shop".encode()).hexdigest()
    for name in ("session", "signing")
}
"""The keys that some requests were signed with, too."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The outside, as far as the applications and the tools know it."""

    folder: Path
    """Where the stand-ins keep what they were told."""
    ports: Mapping[str, int]
    postgres: str
    """Its address; empty where there is none."""

    def environment(self) -> dict[str, str]:
        ports = {f"SHOP_{name.upper()}_PORT": str(self.ports[name]) for name in ("listener", "tls", "smtp", "mongo")}
        return {**KEYS, **ports, "SHOP_POSTGRES": self.postgres}

    def has(self, case: Case) -> bool:
        return not case.needs or bool(self.postgres)

    def hits(self) -> list[str]:
        return records.read(self.folder / "hits.jsonl")

    def letters(self) -> list[dict[str, str]]:
        return records.read(self.folder / "letters.jsonl")

    @property
    def report(self) -> Path:
        """Where findings are kept, whichever tool they are of."""
        return self.folder / "report.jsonl"


@dataclass(frozen=True, slots=True)
class Application:
    """One that answers."""

    port: int
    folder: Path
    """Its working directory."""
    neighbours: Neighbours

    def ask(self, case: Case, *, attack: bool = False) -> Answer:
        names = {"listener": str(self.neighbours.ports["listener"])}
        return send(self.port, Request.of(case.attack if attack else case.benign, names))


@contextmanager
def neighbours(folder: Path) -> Iterator[Neighbours]:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server()).address if has_postgres() else ""
        command = [str(PYTHON), "-m", "bench.iast.standins", str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.enter_context(process)
        assert process.stdin
        assert process.stdout
        stack.callback(process.stdin.close)
        yield Neighbours(folder, json.loads(process.stdout.readline()), postgres)


@contextmanager
def application(
    framework: str, folder: Path, around: Neighbours, launcher: Sequence[str], environment: Mapping[str, str]
) -> Iterator[Application]:
    """The framework's application, started by what the tool puts before its server's command.

    It runs where a copy of its sources is: tools take the working directory for the application's own code.
    """
    shutil.copytree(APPS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(around.folder / "ca.pem", folder)
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    everything = {**kept, **around.environment(), **environment, "PYTHONPATH": str(folder)}
    with (folder / "server.log").open("wb") as log:
        command = [*launcher, *server_command(framework, port)]
        process = subprocess.Popen(command, cwd=folder, env=everything, stdout=log, stderr=log, start_new_session=True)
        try:
            await_ready(port, process, folder / "server.log", READY_SECONDS)
            yield Application(port, folder, around)
        finally:
            stop(process)


def server_command(framework: str, port: int) -> list[str]:
    address = f"127.0.0.1:{port}"
    threads = ["--worker-class", "gthread", "--threads", "4", "--workers", "1", "--no-control-socket"]
    match framework:
        case "flask":
            return [program("gunicorn"), "--bind", address, *threads, "flask_app:app"]
        case "django":
            return [program("gunicorn"), "--bind", address, *threads, "django_app.wsgi:application"]
        case "fastapi":
            return [program("uvicorn"), "--port", str(port), "--log-level", "warning", "fastapi_app:app"]
    raise ValueError(f"no application under {framework}")
