"""Makes the reports of one process's life: numbered from 1, counters cumulative (schemas/agent-report.schema.json).

A report that could not be sent keeps its number and is sent again before the next one is made, so the control plane
never sees a number twice with different content.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.components.telling import Components
from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.operations.counts import Operations
from setpoint_agent.quiet import mishaps
from setpoint_agent.reporting.findings import Findings, moment
from setpoint_agent.room import Room, cut
from setpoint_agent.settings import Settings
from setpoint_agent.version import __version__
from setpoint_agent.watched import watched

SCHEMA: Final = 1
MOST_ROWS: Final = 1_000
"""Findings in one report, and routes; what is left goes with the next."""
FINDINGS_OCTETS, ROUTES_OCTETS, FUNCTIONS_OCTETS, LOOKS_OCTETS = 350_000, 200_000, 250_000, 40_000
"""Room for each kind of rows: a control plane takes 1 MiB by default (docs/reference/ingest.md)."""


class Reports:
    """The reports of one boot."""

    def __init__(
        self,
        settings: Settings,
        findings: Findings,
        operations: Operations,
        coverage: Coverage | None,
        components: Components | None,
        *,
        dropped: Callable[[], int],
        own_seconds: Callable[[], float],
    ) -> None:
        """`dropped`: evidence that was not told; `own_seconds`: CPU time of the agent's own threads."""
        self._settings = settings
        self._findings = findings
        self._operations = operations
        self._coverage = coverage
        self._components = components
        self._dropped = dropped
        self._own_seconds = own_seconds
        self._sequence = 0
        self._started = time.time()
        self.boot = os.urandom(16).hex()
        self.failed = 0
        self.refused_instructions = 0

    def make(self, *, watching: bool = True) -> dict[str, Any]:
        """The next report: what changed since the one before; while not watching, only that the agent is there."""
        self._sequence += 1
        report: dict[str, Any] = {
            "schema": SCHEMA,
            "service": self._settings.service,
            "instance": f"{self._settings.instance}/{os.getpid()}",
            "boot": self.boot,
            "sequence": self._sequence,
            "time": moment(time.time()),
            "release": self._settings.release,
            "agent": self._agent(watching=watching),
        }
        if watching:
            report.update(self._changes())
        # After what they count was taken: what comes in between is in none of the two.
        report["counters"] = self._counters()
        return report

    def _changes(self) -> dict[str, Any]:
        changes: dict[str, Any] = {
            "findings": self._findings.take_changed(Room(rows=MOST_ROWS, octets=FINDINGS_OCTETS)),
            "routes": self._operations.take_changed(Room(rows=MOST_ROWS, octets=ROUTES_OCTETS)),
            "looks": watched.take_changed(Room(rows=MOST_ROWS, octets=LOOKS_OCTETS)),
            "mishaps": [{"kind": cut(kind), "count": count} for kind, count in mishaps.counts().items()],
        }
        if self._coverage is not None:
            changes["functions"] = self._coverage.take_changed(FUNCTIONS_OCTETS)
        components = self._components
        if components is not None and (self._operations.requests or not components.is_left_to_children()):
            changes["sbom"] = components.take_changed()
        return changes

    def _agent(self, *, watching: bool) -> dict[str, Any]:
        container = self._settings.container
        return {
            "version": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "implementation": sys.implementation.name,
            "coverage": self._coverage.mode if watching and self._coverage is not None else "off",
            "started": moment(self._started),
            "cpu_seconds": round(self._own_seconds(), 3),
            **({"container": container} if container else {}),
        }

    def _counters(self) -> dict[str, int]:
        return {
            "requests": self._operations.requests,
            "agent.dropped": self._dropped() + self._findings.dropped + self._operations.dropped,
            "agent.errors": sum(mishaps.counts().values()),
            "agent.reports-failed": self.failed,
            "agent.instructions-refused": self.refused_instructions,
        }
