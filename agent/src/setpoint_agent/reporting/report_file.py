"""The report file: evidence as JSON lines, for people and for tests, with or without a control plane.

Every process of a service appends to the same file: each line is one write to a descriptor that appends, so lines of
several processes never mix (POSIX, write(2), O_APPEND).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from setpoint_agent.evidence import Evidence
from setpoint_agent.reporting.findings import frames_of, moment, origins_of


def append(path: Path, service: str, met: Sequence[tuple[Evidence, float]]) -> None:
    """Append a line for each; `met` holds evidence and when it was met, in seconds since 1970. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for evidence, when in met:
            os.write(
                descriptor,
                f"{json.dumps(_line(service, evidence, when), ensure_ascii=False)}\n".encode("utf-8", "replace"),
            )
    finally:
        os.close(descriptor)


def _line(service: str, evidence: Evidence, when: float) -> dict[str, object]:
    return {
        "time": moment(when),
        "service": service,
        "method": evidence.method,
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
