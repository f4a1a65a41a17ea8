"""Makes the reports of one process's life: numbered from 1, counters cumulative (schemas/agent-report.schema.json).

A report that could not be sent keeps its number and is sent again before the next one is made, so the control plane
never sees a number twice with different content.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from typing import Any, Final

from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.operations.counts import Operations
from setpoint_agent.quiet import mishaps
from setpoint_agent.reporting.findings import Findings, moment
from setpoint_agent.settings import Settings
from setpoint_agent.version import __version__

SCHEMA: Final = 1
MOST_FINDINGS: Final = 100
"""Findings in one report, some 4 KB each at most; what is left goes with the next. A report has at most 1 MiB."""


class Reports:
    """The reports of one boot."""

    def __init__(
        self, settings: Settings, findings: Findings, operations: Operations, coverage: Coverage | None
    ) -> None:
        self._settings = settings
        self._findings = findings
        self._operations = operations
        self._coverage = coverage
        self._sequence = 0
        self.boot = str(uuid.uuid4())
        self.started = time.time()
        self.failed = 0
        self.refused_instructions = 0
        self.own_seconds = 0.0
        """CPU time of the agent's own threads."""

    def make(self, *, dropped: int) -> dict[str, Any]:
        """The next report: what changed since the one before."""
        self._sequence += 1
        settings = self._settings
        report: dict[str, Any] = {
            "schema": SCHEMA,
            "service": settings.service,
            "instance": f"{settings.instance}/{os.getpid()}",
            "boot": self.boot,
            "sequence": self._sequence,
            "time": moment(time.time()),
            "release": settings.release,
            "agent": self._agent(),
            "counters": self._counters(dropped),
            "findings": [each.as_document() for each in self._findings.take_changed(MOST_FINDINGS)],
            "routes": self._operations.snapshot_changed(),
            "mishaps": [{"kind": kind, "count": count} for kind, count in mishaps.counts().items()],
        }
        if self._coverage is not None:
            report["functions"] = self._coverage.snapshot_changed()
        return report

    def _agent(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "implementation": sys.implementation.name,
            "coverage": self._coverage.mode if self._coverage is not None else "off",
            "started": moment(self.started),
            "cpu_seconds": round(self.own_seconds + (self._coverage.own_seconds if self._coverage else 0.0), 3),
        }

    def _counters(self, dropped: int) -> dict[str, int]:
        return {
            "requests": self._operations.requests,
            "agent.dropped": dropped + self._findings.dropped,
            "agent.errors": sum(mishaps.counts().values()),
            "agent.reports-failed": self.failed,
            "agent.instructions-refused": self.refused_instructions,
        }
