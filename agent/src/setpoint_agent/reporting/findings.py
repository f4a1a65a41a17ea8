"""Evidence by place: the first of a place is told, every other of it is a count. Filled by the application's threads.

Nothing here takes a lock: a dict's own operations are atomic, and a count that two threads raise at the same moment may
come out one short, which is cheaper than making a request wait.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

from setpoint_agent.evidence import Evidence

MOST_FINDINGS: Final = 10_000
"""Places told apart in one process; more are dropped and counted."""
MOST_PROBES: Final = 8
MOST_PATHS: Final = 100
"""Paths of one place that the report file tells; more are only counted."""


class Finding:
    """One place and how often it was met."""

    __slots__ = ("attacks", "changed", "count", "evidence", "first", "key", "last", "paths", "probes")

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.key = key_of(evidence)
        self.first = self.last = time.time()
        self.count = self.attacks = 0
        self.probes: deque[str] = deque(maxlen=MOST_PROBES)
        self.paths: set[str] = set()
        self.changed = True

    def meet(self, evidence: Evidence) -> bool:
        """Count it once more; whether it came by a path that was not told yet."""
        self.count += 1
        self.attacks += evidence.attack
        self.last = time.time()
        self.changed = True
        if evidence.confidence > self.evidence.confidence:
            self.evidence = evidence
        if evidence.probe and evidence.probe not in self.probes:
            self.probes.append(evidence.probe)
        if evidence.path in self.paths or len(self.paths) >= MOST_PATHS:
            return False
        self.paths.add(evidence.path)
        return True

    def as_document(self) -> dict[str, Any]:
        """As reports carry it: counts are since the process began."""
        evidence = self.evidence
        return {
            "key": self.key,
            "type": evidence.kind.name,
            "cwe": evidence.kind.cwe,
            "attack": self.attacks > 0,
            "confidence": evidence.confidence,
            "sink": evidence.sink,
            "context": evidence.context,
            "frames": frames_of(evidence),
            "origins": origins_of(evidence),
            "method": evidence.method,
            "route": evidence.route,
            "count": self.count,
            "attacks": self.attacks,
            "first": moment(self.first),
            "last": moment(self.last),
            "probes": list(self.probes),
        }


class Findings:
    """Every place of one process."""

    def __init__(self) -> None:
        self._findings: dict[tuple[object, ...], Finding] = {}
        self.dropped = 0

    def meet(self, evidence: Evidence) -> bool:
        """Count `evidence`; whether there is something new to tell of it."""
        key = evidence.key()
        finding = self._findings.get(key)
        if finding is None:
            if len(self._findings) >= MOST_FINDINGS:
                self.dropped += 1
                return False
            finding = self._findings.setdefault(key, Finding(evidence))
        return finding.meet(evidence)

    def take_changed(self, most: int) -> list[Finding]:
        """At most `most` that changed since they were last taken."""
        changed = []
        for finding in list(self._findings.values()):
            if finding.changed:
                finding.changed = False
                changed.append(finding)
                if len(changed) == most:
                    break
        return changed


def key_of(evidence: Evidence) -> str:
    """The same in every process of every instance that runs this code: 128 bits of SHA-256, hexadecimal."""
    parts = [evidence.kind.name, evidence.route or evidence.path]
    parts += [f"{each.file}:{each.line}:{each.function}" for each in evidence.frames]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def frames_of(evidence: Evidence) -> list[dict[str, Any]]:
    return [{"file": each.file, "line": each.line, "function": each.function} for each in evidence.frames]


def origins_of(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {"part": each.part, "name": each.name, "shape": each.shape, "fingerprint": each.fingerprint}
        for each in evidence.origins
    ]


def moment(seconds: float) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
