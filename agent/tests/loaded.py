"""Services that the agent is loaded into, as processes of their own; the fixture `service` makes one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
from tests.control_plane import KEY, TOKEN, free_port

SOURCES = Path(__file__).parents[1] / "src"
SERVICES = Path(__file__).with_name("services")

Line = dict[str, Any]


class Service:
    """A command with the agent in it, and what the agent tells."""

    def __init__(self, folder: Path, server: str) -> None:
        self.port = free_port()
        self.report_file = folder / "report.jsonl"
        self._output = folder / "output.txt"
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith(("SETPOINT_", "OTEL_"))},
            "PYTHONPATH": os.pathsep.join([str(SERVICES), str(SOURCES)]),
            "SETPOINT_SERVICE": "shop",
            "SETPOINT_RELEASE": "1.4.2",
            "SETPOINT_REPORT_FILE": str(self.report_file),
            "SETPOINT_REPORT_SECONDS": "0.2",
            "SETPOINT_SERVER": server,
            "SETPOINT_TOKEN": TOKEN,
            "SETPOINT_AGENT_KEY": KEY.hex(),
            "SETPOINT_COMPONENTS": "off",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str, wrapped: bool = True) -> None:
        """Start it; `{port}` in its arguments is a free one."""
        given = [each.replace("{port}", str(self.port)) for each in command]
        first = [sys.executable, "-m", "setpoint_agent"] if wrapped else []
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*first, *given], env=self.environment, cwd=SERVICES, stdout=output, stderr=output
            )

    def get(self, path: str, seconds: float = 30.0) -> requests.Response:
        """Ask it, once it listens."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)
            except requests.ConnectionError:
                assert self.process is None or self.process.poll() is None, self.output
                assert time.monotonic() < deadline, self.output
                time.sleep(0.02)

    def lines(self, kind: str = "sql-injection", most_seconds: float = 10.0) -> list[Line]:
        """What it has written of `kind`, as soon as there is something."""
        deadline = time.monotonic() + most_seconds
        while not (found := [each for each in self._lines() if each["type"] == kind]):
            assert time.monotonic() < deadline, self.output
            time.sleep(0.005)
        return found

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(with_signal)
        return self.process.wait(20)

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def _lines(self) -> Sequence[Line]:
        if not self.report_file.exists():
            return []
        text = self.report_file.read_text(encoding="utf-8")
        return [json.loads(each) for each in text.splitlines(keepends=True) if each.endswith("\n")]
