"""Evidence by place: the first of a place is told, every other of it is a count. Filled by the application's threads.

Nothing here takes a lock: a dict's and a deque's own operations are atomic, and a count that two threads raise at the
same moment may come out one short, which is cheaper than making a request wait.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

from setpoint_agent.evidence import Evidence
from setpoint_agent.room import LONGEST_FILE, Room, cut

MOST_FINDINGS: Final = 5_000
"""Places told apart in one process; more are dropped and counted."""
MOST_PROBES: Final = 8
"""Probe ids of one place: the latest."""
MOST_ORIGINS: Final = 16
"""Request parts of one piece of evidence that are told."""
MOST_TELLINGS: Final = 200
"""Of one place, lines of the report file: one for each path, attack or not, and probe; more are only counted."""


class Finding:
    """One place and how often it was met."""

    __slots__ = ("attacks", "changed", "count", "evidence", "first", "last", "probes", "tellings")

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.first = self.last = time.time()
        self.count = self.attacks = 0
        self.probes: deque[str] = deque(maxlen=MOST_PROBES)
        self.tellings: set[tuple[str, bool, str]] = set()
        self.changed = False

    def meet(self, evidence: Evidence) -> bool:
        """Count it once more; whether something about it was not told yet."""
        self.count += 1
        self.attacks += evidence.attack
        self.last = time.time()
        if evidence.confidence > self.evidence.confidence:
            self.evidence = evidence
        if evidence.probe and evidence.probe not in self.probes:
            self.probes.append(evidence.probe)
        telling = (evidence.path, evidence.attack, evidence.probe)
        if telling in self.tellings or len(self.tellings) >= MOST_TELLINGS:
            return False
        self.tellings.add(telling)
        return True

    def as_document(self) -> dict[str, Any]:
        """As reports carry it: counts are since the process began."""
        evidence = self.evidence
        return {
            "key": key_of(evidence),
            "type": evidence.kind.name,
            "cwe": evidence.kind.cwe,
            "attack": self.attacks > 0,
            "confidence": evidence.confidence,
            "sink": cut(evidence.sink),
            "context": cut(evidence.context),
            "frames": frames_of(evidence),
            "origins": origins_of(evidence),
            "method": cut(evidence.method),
            "route": cut(evidence.route),
            "count": self.count,
            "attacks": self.attacks,
            "first": moment(self.first),
            "last": moment(self.last),
            "probes": [cut(each) for each in self.probes],
        }


class Findings:
    """Every place of one process."""

    def __init__(self) -> None:
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._changed: deque[Finding] = deque()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._findings)

    def meet(self, evidence: Evidence) -> bool:
        """Count `evidence`; whether there is something new to tell of it."""
        key = evidence.key()
        finding = self._findings.get(key)
        if finding is None:
            if len(self._findings) >= MOST_FINDINGS:
                self.dropped += 1
                return False
            finding = self._findings.setdefault(key, Finding(evidence))
        new = finding.meet(evidence)
        if not finding.changed:
            finding.changed = True
            self._changed.append(finding)
        return new

    def take_changed(self, room: Room) -> list[dict[str, Any]]:
        """Those that changed since they were last taken, as many as there is room for; the longest waiting first."""
        taken: list[dict[str, Any]] = []
        while self._changed:
            finding = self._changed.popleft()
            finding.changed = False  # before it is read: what is met meanwhile is told with the next
            document = finding.as_document()
            if not room.takes(document):
                finding.changed = True
                self._changed.appendleft(finding)
                break
            taken.append(document)
        return taken


def key_of(evidence: Evidence) -> str:
    """The same in every process of every instance that runs this code: 128 bits of SHA-256, hexadecimal."""
    parts = [evidence.kind.name, evidence.route]
    parts += [f"{each.file}:{each.line}:{each.function}" for each in evidence.frames]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def frames_of(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {"file": cut(each.file, LONGEST_FILE), "line": each.line, "function": cut(each.function)}
        for each in evidence.frames
    ]


def origins_of(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {"part": each.part, "name": cut(each.name), "shape": each.shape, "fingerprint": each.fingerprint}
        for each in evidence.origins[:MOST_ORIGINS]
    ]


def moment(seconds: float) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
