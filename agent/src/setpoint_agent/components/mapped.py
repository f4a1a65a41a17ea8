"""Native libraries that are mapped into this process (proc(5), `/proc/self/maps`); none where there is no such file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

LARGEST: Final = 16_777_216
"""Octets of the file that are read."""


def libraries(maps: str = "/proc/self/maps") -> list[str]:
    """Files of shared objects, in order."""
    try:
        with Path(maps).open(encoding="utf-8", errors="replace") as lines:
            text = lines.read(LARGEST)
    except OSError:
        return []
    found = set()
    for line in text.splitlines():
        _, slash, path = line.partition("/")
        file = f"/{path}"
        if slash and _is_shared_object(file):
            found.add(file)
    return sorted(found)


def _is_shared_object(file: str) -> bool:
    name = file.rpartition(os.sep)[2]
    return name.endswith(".so") or ".so." in name
