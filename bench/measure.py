"""CPU seconds and peak memory of this process, and a line to print them by."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Spent:
    cpu: float = 0.0
    """Seconds, user and system."""
    wall: float = 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """What the block spends."""
    spent = Spent()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        yield spent
    finally:
        spent.cpu, spent.wall = time.process_time() - cpu, time.perf_counter() - wall


def peak_memory() -> float:
    """The largest resident set of this process so far, in MB (Linux counts it in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
