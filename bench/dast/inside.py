"""Setpoint with its agent inside of the target: a control plane of its own, and an ordinary day that it has seen.

The agent reports to `setpoint up`; the scan asks that ledger which routes there are, what they write, and what its own
requests reached. Without it, nobody could know of what only writes tell.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from tests.assets.targets.traffic import ordinary_day

from bench.dast.places import ROOT
from bench.dast.tools import Setpoint
from bench.dast.trials import Trial, trial

SERVICE: Final = "shop"
RELEASE: Final = "1"
AGENT: Final = ROOT / "agent" / "src"
REPORT_SECONDS: Final = 2
"""Between two reports of the agent, which alone sends one each ten seconds."""
PATIENCE: Final = 90.0


class SetpointInside(Setpoint):
    name = "setpoint, agent"

    def on(self, target: str, *, repaired: bool) -> AbstractContextManager[Trial]:
        return _with_agent(target, repaired=repaired)


@contextmanager
def _with_agent(target: str, *, repaired: bool) -> Iterator[Trial]:
    with ExitStack() as held:
        plane = _ControlPlane(Path(held.enter_context(tempfile.TemporaryDirectory())))
        held.enter_context(plane.up())
        with _environment(plane.of_agent()):
            watched = trial(target, repaired=repaired, options=("--with-agent",), inside=plane.options)
            given = held.enter_context(watched)
        ordinary_day(given.running, target.partition("-")[0])
        plane.await_routes()
        yield given


class _ControlPlane:
    """`setpoint up` in a folder, watching nothing but what agents tell."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = f"http://127.0.0.1:{_free_port()}"
        self._key = secrets.token_hex(32)
        content = {"services": {SERVICE: {"tier": "standard"}}, "server": {"listen": self._url.removeprefix("http://")}}
        (folder / "setpoint.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        (folder / "fleet.key").write_text(self._key, encoding="utf-8")

    @property
    def options(self) -> tuple[str, ...]:
        """Of `setpoint dast`."""
        configuration, key = self._folder / "setpoint.yaml", self._folder / "fleet.key"
        service = ("--service", SERVICE, "--release", RELEASE)
        return ("--config", str(configuration), *service, "--fleet-key-file", str(key))

    def of_agent(self) -> Mapping[str, str]:
        issued = self._asked("tokens", "issue", "agent", "--agent", "--service", SERVICE)
        return {
            "PYTHONPATH": str(AGENT),
            "SETPOINT_SERVICE": SERVICE,
            "SETPOINT_RELEASE": RELEASE,
            "SETPOINT_SERVER": self._url,
            "SETPOINT_TOKEN": issued["token"],
            "SETPOINT_FLEET_KEY": self._key,
            "SETPOINT_REPORT_SECONDS": str(REPORT_SECONDS),
        }

    @contextmanager
    def up(self) -> Iterator[None]:
        with (self._folder / "up.txt").open("wb") as told:
            process = subprocess.Popen(self._command("up"), cwd=self._folder, stdout=told, stderr=told)
        try:
            _await("the control plane", self._answers)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def await_routes(self) -> None:
        """Until all reports of the day have come: nothing new for three of them."""
        known: list[int] = []

        def has_settled() -> bool:
            time.sleep(REPORT_SECONDS)
            known.append(len(self._asked("runtime", SERVICE)["routes"]))
            return known[-1] > 0 and len(known) > 3 and len(set(known[-4:])) == 1

        _await("the agent's routes", has_settled)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._url}/readyz", trust_env=False, timeout=PATIENCE).is_success
        except httpx.TransportError:
            return False

    def _asked(self, *words: str) -> Any:
        asked = subprocess.run(self._command(*words, "--json"), cwd=self._folder, check=True, stdout=subprocess.PIPE)
        return json.loads(asked.stdout)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "setpoint", *words]


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """Of what is started meanwhile: the target alone, as commands of Setpoint would take these settings for theirs."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _await(what: str, happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {PATIENCE:g} s")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
