"""The program as its user runs it: a process, in a folder of its own. Used by every test of this folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from demo.aws_server import CREDENTIALS

ROOT: Final = Path(__file__).parents[2]
ASSETS: Final = ROOT / "tests" / "assets" / "e2e"
REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
PATIENCE: Final = 60.0
"""Seconds that anything may take on a busy machine."""


def eventually(what: str, happened: Callable[[], object], *, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def complaint(self) -> str:
        """The one line that says why the program stopped."""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("setpoint: ")
        return lines[0].removeprefix("setpoint: ")


def _environment(shared: Path) -> dict[str, str]:
    """This process's own, without what would lead the program elsewhere; caches are the tests' own.

    Python's among them: installed programs are compiled once, and half of a short command's time goes otherwise.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SETPOINT_", "XDG_"))}
    caches = {"XDG_CACHE_HOME": str(shared / "cache"), "PYTHONPYCACHEPREFIX": str(shared / "bytecode")}
    return kept | caches | {"PYTHONDONTWRITEBYTECODE": ""}


class Setpoint:
    """The program in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.environment = {**_environment(folder.parent), **CREDENTIALS}
        self.prefix: list[str] = []
        """What starts the program in another way than directly."""

    @property
    def ledger(self) -> Path:
        return self.folder / "setpoint.sqlite"

    def configure(self, *intent: Mapping[str, object], **more: object) -> None:
        """Write `setpoint.yaml`; without `intent`, the shop's template is declared."""
        settings: dict[str, object] = {
            "aws": {"regions": [REGION], "account": ACCOUNT, "endpoint_url": self.url, "attempts": 1, "timeout": 10},
            "loop": {"interval": "200ms", "verify_for": "20s", "retry_after": "50ms"},
            "intent": list(intent) or [{"cloudformation": str(ASSETS / "shop.yaml")}],
            "services": {"shop": {"tier": "critical"}},
        }
        self.write("setpoint.yaml", yaml.safe_dump(settings | more, sort_keys=False))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def command(self, *arguments: str) -> list[str]:
        return [*self.prefix, sys.executable, "-m", "setpoint", *arguments]

    def run(self, *arguments: str, preexec_fn: Callable[[], None] | None = None) -> Answer:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            preexec_fn=preexec_fn,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def refuses(self, where: str, *words: str) -> None:
        """A heartbeat ends in one line that begins with `where` and has the words, and leaves the folder as it was."""
        before = self.files()
        answer = self.run("beat")
        complaint = answer.complaint()
        assert complaint.startswith(where)
        for word in words:
            assert word in complaint
        assert (answer.code, answer.out) == (2, "")
        assert self.files() == before

    def run_each(self, *commands: Sequence[str]) -> list[Answer]:
        """Commands that do not get in one another's way, side by side."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(lambda arguments: self.run(*arguments), commands))

    def run_together(self, *commands: Sequence[str]) -> list[Answer]:
        """Commands that only ask, one after the other in one process: starting each takes longer than it does."""
        done = subprocess.run(
            [sys.executable, str(ASSETS / "together.py")],
            input=json.dumps(commands),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return [Answer(*each) for each in json.loads(done.stdout)]

    def files(self) -> dict[str, bytes]:
        """Everything in the folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }


class Loop:
    """`setpoint up --json`: the loop alone, in the very process that is started, or everything."""

    def __init__(self, program: Setpoint, name: str, *, alone: bool = True) -> None:
        self._out, self._err = program.folder / f"{name}.out", program.folder / f"{name}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                program.command("up", "--json", *(("--only", "loop") if alone else ())),
                cwd=program.folder,
                env=program.environment,
                stdout=out,
                stderr=err,
            )

    def beats(self) -> list[Any]:
        """Every beat so far; fails when the program has ended by itself."""
        assert self.process.poll() in (None, 0), self.errors()
        return [
            json.loads(line)
            for line in self._out.read_text(encoding="utf-8").splitlines(keepends=True)
            if line[-1] == "\n"
        ]

    def errors(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def await_beats(self, number: int) -> None:
        """Until it has beaten so many times more than up to now."""
        wanted = len(self.beats()) + number
        eventually(f"{wanted} beats", lambda: len(self.beats()) >= wanted)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)
