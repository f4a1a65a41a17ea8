"""Where the bench keeps its environment, and what its processes are started with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RUN: Final = ROOT / "bench" / ".run"
VENV: Final = RUN / "iast-venv"
PYTHON: Final = VENV / "bin" / "python"
REQUIREMENTS: Final = ROOT / "requirements" / "iast.txt"
AGENT: Final = ROOT / "agent"
_INSTALLED: Final = VENV / ".installed"
"""A copy of the requirements that were installed last."""


def is_ready() -> bool:
    """Whether the bench's own environment stands, with the pins of now."""
    return _INSTALLED.exists() and _INSTALLED.read_bytes() == REQUIREMENTS.read_bytes()


def ready_environment() -> None:
    """Makes the bench's own environment where it does not stand yet."""
    if is_ready():
        return
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip(["--require-hashes", "-r", str(REQUIREMENTS)])
    _INSTALLED.write_bytes(REQUIREMENTS.read_bytes())


def ready_agent() -> None:
    """The agent of this checkout, from its sources, in the bench's environment."""
    pip(["--no-deps", "--force-reinstall", str(AGENT)])


def pip(arguments: list[str]) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def program(name: str) -> str:
    """A program of the bench's environment."""
    return str(VENV / "bin" / name)
