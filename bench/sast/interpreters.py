"""What the applications are run with: an interpreter that samples coverage, and an exact one where there is one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.iast.places import PYTHON, RUN, ready_environment

NEWER: Final = ("python3.13", "python3.12")
"""Where coverage is exact; from 3.14 on, `tarfile` refuses by itself what one of the places is about."""
EXACT: Final = RUN / "sast-exact"


@dataclass(frozen=True, slots=True)
class Interpreter:
    path: Path
    """Of an environment that has what the applications need."""
    version: str
    is_exact: bool
    """Its coverage: it announces every function that runs."""


def interpreters(newer: str | None) -> Iterator[Interpreter]:
    """`newer`: one of 3.12 or newer; None for one that is on the path."""
    ready_environment()
    yield Interpreter(PYTHON, _version(str(PYTHON)), is_exact=False)
    found = newer or next((each for each in NEWER if _version(each)), None)
    if found is None:
        print(f"\nno exact coverage: none of {', '.join(NEWER)} is installed; name one with --python")
        return
    yield Interpreter(ready_environment(EXACT, found), _version(found), is_exact=True)


def _version(python: str) -> str:
    """`CPython 3.13.0`; empty where it does not run: a name may stand for a version that is not there."""
    path = shutil.which(python)
    if path is None:
        return ""
    told = "import platform; print(platform.python_implementation(), platform.python_version())"
    run = subprocess.run([path, "-c", told], check=False, capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else ""
