"""What was told to a stand-in, kept as lines of JSON for the bench to read."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

_one_at_a_time = threading.Lock()


def append(path: Path, record: Any) -> None:
    with _one_at_a_time, path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(record) + "\n")


def read(path: Path) -> list[Any]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
