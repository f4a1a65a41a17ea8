"""A conclusion: all that one look at one entity came to, and the key under which it is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import Finding
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class Conclusion:
    urn: Urn
    key: str
    """The digest of everything that it was concluded from; empty when it must be drawn again at the next beat."""
    service: str
    comparison: Comparison
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
