"""Whether a process has children that are alive (proc(5)): what those of a pre-fork server are made of, they tell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_TASKS: Final = Path("/proc/self/task")


def are_alive() -> bool:
    """False as well where the system does not tell."""
    try:
        return any((_TASKS / each / "children").read_bytes().strip() for each in os.listdir(_TASKS))  # noqa: PTH208 - names
    except OSError:
        return False
