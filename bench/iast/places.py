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
_INSTALLED: Final = ".installed"
"""A copy of the requirements that were installed last, in the environment."""


def is_ready(environment: Path = VENV) -> bool:
    """Whether the bench's own environment stands, with the pins of now."""
    installed = environment / _INSTALLED
    return installed.exists() and installed.read_bytes() == REQUIREMENTS.read_bytes()


def ready_environment(environment: Path = VENV, interpreter: str = sys.executable) -> Path:
    """Makes the bench's own environment where it does not stand yet; its Python."""
    python = environment / "bin" / "python"
    if not is_ready(environment):
        if not python.exists():
            subprocess.run([interpreter, "-m", "venv", str(environment)], check=True)
        pip(["--require-hashes", "-r", str(REQUIREMENTS)], python)
        (environment / _INSTALLED).write_bytes(REQUIREMENTS.read_bytes())
    return python


def ready_agent() -> None:
    """The agent of this checkout, from its sources, in the bench's environment."""
    pip(["--no-deps", "--force-reinstall", str(AGENT)])


def pip(arguments: list[str], python: Path = PYTHON) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def program(name: str) -> str:
    """A program of the bench's environment."""
    return str(VENV / "bin" / name)
