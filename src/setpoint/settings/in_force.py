"""Which settings and policies a process goes by, told by a digest of their files; and whether these are others by now.

What is edited comes into force when a process starts, or when `setpoint up` is told to read it again: until then
`setpoint status` and `/readyz` say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from setpoint.errors import Error
from setpoint.files import MAX_YAML_BYTES, read_bytes
from setpoint.intent.guardrails import find_policy_files
from setpoint.model.health import InForce

LOOK_EVERY: Final = 1.0
"""Seconds: whoever asks more often is answered from memory, since anybody may ask."""

SHORT: Final = 12
"""Hexadecimal digits: enough for people to tell two configurations apart."""


class FilesInForce:
    """Made right after the files were read; threads may share it."""

    def __init__(self, settings: Path, policies: Sequence[Path], *, tick: Callable[[], float] = time.monotonic) -> None:
        """`policies` are folders."""
        self._settings = settings
        self._policies = policies
        self._tick = tick
        self._turn = threading.Lock()
        self._loaded = self._on_disk = self._read()
        self._looked_at = tick()

    def now(self) -> InForce:
        with self._turn:
            if self._tick() - self._looked_at >= LOOK_EVERY:
                self._on_disk, self._looked_at = self._read(), self._tick()
            return InForce(self._loaded[:SHORT], has_changed=self._on_disk != self._loaded)

    def _read(self) -> str:
        """Of names and contents; of what cannot be read any more, that it cannot."""
        try:
            return sha256(b"".join(self._digests())).hexdigest()
        except Error:
            return ""

    def _digests(self) -> Iterator[bytes]:
        yield sha256(read_bytes(self._settings, limit=MAX_YAML_BYTES)).digest()
        for folder in self._policies:
            for file in find_policy_files([folder]):
                name = Path(file.name).relative_to(folder)
                yield sha256(str(name).encode()).digest() + sha256(file.content).digest()
