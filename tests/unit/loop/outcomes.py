"""What a worker of the small world came to, in a line. Used by the tests of the loop."""

from __future__ import annotations

from typing import Any

from setpoint.model.remediation import RemediationState


def states(worker: Any) -> list[RemediationState]:
    return [each.state for each in worker.ledger.remediations()]


def open_rules(worker: Any) -> list[tuple[str, str]]:
    return sorted((each.finding.urn.identifier, each.finding.rule) for each in worker.ledger.findings())
