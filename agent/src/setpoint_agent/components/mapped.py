"""Native libraries that are mapped into this process (proc(5), `/proc/self/maps`); none where there is no such file."""

from __future__ import annotations

import os
from pathlib import Path


def libraries(maps: str = "/proc/self/maps") -> list[str]:
    """Files of shared objects, in order."""
    try:
        with Path(maps).open(encoding="utf-8", errors="replace") as lines:
            files = {f"/{path.rstrip()}" for _, slash, path in (each.partition("/") for each in lines) if slash}
    except OSError:
        return []
    return sorted(filter(_is_shared_object, files))


def _is_shared_object(file: str) -> bool:
    name = file.rpartition(os.sep)[2]
    return name.endswith(".so") or ".so." in name
