"""The report file: evidence as JSON lines, for people and for tests, with or without a control plane.

Every process of a service appends to the same file: each line is one write to a descriptor that appends, so lines of
several processes never mix (POSIX, write(2), O_APPEND). It is opened for each batch, so it may be rotated at any time.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from pathlib import Path
from typing import Final

from setpoint_agent.evidence import Evidence
from setpoint_agent.quiet import mishaps
from setpoint_agent.reporting.findings import frames_of, moment, origins_of
from setpoint_agent.room import cut

MODE: Final = 0o600
"""Evidence tells where an application can be hurt: it is for its owner's eyes."""


class ReportFile:
    """One process's end of the file, and the evidence that waits to be written."""

    def __init__(self, path: Path, service: str, *, most: int) -> None:
        self._path = path
        self._service = service
        self._waiting: deque[tuple[Evidence, float]] = deque(maxlen=most)
        self.dropped = 0

    def add(self, evidence: Evidence) -> None:
        """Of any thread, without a wait; the oldest that waits is dropped where there are too many."""
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append((evidence, time.time()))

    def write(self) -> None:
        """Append what waits; what cannot be written is dropped and counted."""
        if not self._waiting:
            return
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
            try:
                self._write_to(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            self.dropped += len(self._waiting)
            self._waiting.clear()
            mishaps.record("report file", error)

    def _write_to(self, descriptor: int) -> None:
        while self._waiting:
            try:
                evidence, when = self._waiting.popleft()
            except IndexError:  # the process's last words are written by another thread
                return
            left = memoryview(
                f"{json.dumps(self._line(evidence, when), ensure_ascii=False)}\n".encode("utf-8", "replace")
            )
            try:
                while left:
                    left = left[os.write(descriptor, left) :]
            except OSError:
                self.dropped += 1
                raise

    def _line(self, evidence: Evidence, when: float) -> dict[str, object]:
        return {
            "time": moment(when),
            "service": self._service,
            "method": cut(evidence.method),
            "path": evidence.path,
            "route": evidence.route,
            "type": evidence.kind.name,
            "cwe": evidence.kind.cwe,
            "attack": evidence.attack,
            "confidence": evidence.confidence,
            "sink": evidence.sink,
            "context": evidence.context,
            "origins": origins_of(evidence),
            "frames": frames_of(evidence),
            "probe": evidence.probe,
        }
