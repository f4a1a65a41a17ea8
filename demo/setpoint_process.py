"""`setpoint up` as a process of its own, and the other commands as a user would call them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from demo.aws_server import environment

CONFIG: Final = Path("demo/setpoint.yaml")
COMMAND: Final = [sys.executable, "-m", "setpoint"]


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


def setpoint(*arguments: str) -> Answer:
    """A command's exit code and what it printed."""
    done = subprocess.run(
        [*COMMAND, *arguments, "-c", str(CONFIG)], capture_output=True, text=True, env=environment(), check=False
    )
    return Answer(done.returncode, done.stdout or done.stderr)


class Loop:
    """`setpoint up --only loop --json`, which prints a line for each beat."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "up", "--only", "loop", "--json", "-c", str(CONFIG)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )

    def beats(self) -> list[Any]:
        """Every beat so far; raises `RuntimeError` with its last words when the process has died."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"setpoint up ended with {self._process.returncode}: {' '.join(lines[-3:])}")
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def stop(self) -> int:
        """SIGTERM, and where that does not end it within 20 s SIGKILL; the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None
