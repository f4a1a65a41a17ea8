"""What the tests of CI's ways to the gate share: a control plane that runs, and a project that asks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.e2e.account import BUCKET, Aws, close_default_group, free_port, make_bucket
from tests.e2e.program import PATIENCE, ROOT, Answer, Setpoint
from tests.e2e.test_remote import Server

CI: Final = ROOT / "deploy" / "ci"
BIN: Final = Path(sys.executable).parent

CLEAN: Final = "def double(given):\n    return 2 * given\n"

HOSTILE: Final = (
    "::error::x\n::add-mask::shop ##[add-path]/tmp/evil\x1b[2J <script>@octocat</script> [a](https://evil.example)"
)


def secret() -> str:
    """A line of source with what looks like a token; put together here, so that no scanner meets one in this file."""
    return f'TOKEN = "ghp_{"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}"\n'


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """A heartbeat was made, and `setpoint up` answers."""

    program: Setpoint
    url: str
    token: str

    @property
    def thresholds(self) -> tuple[Path, str]:
        """The signed last ones, and their key."""
        file = self.program.folder / "setpoint.sqlite.thresholds.json"
        return file, file.with_suffix(".key").read_text(encoding="utf-8").strip()


@contextmanager
def control_plane(folder: Path, aws: Aws) -> Iterator[ControlPlane]:
    folder.mkdir()
    program = Setpoint(folder, aws.url)
    program.configure(services={"shop": {"tier": "standard"}})
    aws.empty()
    close_default_group(aws)
    make_bucket(aws, BUCKET, "shop", "alias/shop")
    assert program.run("beat").code == 0
    issued = program.run("tokens", "issue", "ci", "--scope", "gate", "--json")
    server = Server(program)
    try:
        yield ControlPlane(program, server.url, issued.json()["token"])
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Project:
    """A repository that a pipeline has checked out."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def at(cls, folder: Path, environment: Mapping[str, str]) -> Project:
        folder.mkdir()
        project = cls(folder, {**environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"})
        project.write("shop/orders.py", CLEAN)
        return project

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *command: str | Path, **environment: str) -> Answer:
        done = subprocess.run(
            [str(each) for each in command],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


def nobody_there() -> str:
    """The address of a control plane that is away."""
    return f"http://127.0.0.1:{free_port()}"


def tool(name: str) -> Path | None:
    """One that is installed apart: `make scanners`, or whoever has it on the PATH."""
    found = shutil.which(name, path=os.pathsep.join([str(ROOT / ".scanners" / "bin"), os.environ["PATH"]]))
    return Path(found) if found else None
