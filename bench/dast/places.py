"""Where the peers are installed: each in an environment of its own, with the pins of its file of requirements."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RUN: Final = ROOT / "bench" / ".run"
_INSTALLED: Final = ".installed"
"""A copy of the requirements that were installed last, in the environment."""


def ready_peer(name: str, program: str) -> str:
    """Makes the peer's environment where it does not stand with the pins of now; the path of its program."""
    environment, requirements = RUN / f"dast-{name}", ROOT / "requirements" / f"dast-{name}.txt"
    installed = environment / _INSTALLED
    if not installed.exists() or installed.read_bytes() != requirements.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(requirements)], check=True)
        installed.write_bytes(requirements.read_bytes())
    return str(environment / "bin" / program)
