"""What the loop asks of deciding: findings and decisions for one entity, a service's threshold, a release's verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import Finding
from setpoint.model.resource import Resource
from setpoint.model.service import Service, Signal, Threshold


class Judge(Protocol):
    """Applies the policies."""

    def judge(
        self, comparison: Comparison, intended: Resource | None, actual: Resource | None, service: str
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """At stage `runtime`: a finding and a decision for every drift, and for every guardrail that no drift explains."""
        ...

    def version(self, type_name: str) -> str:
        """Changes whenever a policy that speaks of this type does."""
        ...


class Assessor(Protocol):
    """Turns what production showed into a threshold, and a release into a verdict."""

    def signals(
        self, service: str, opened: Sequence[Finding], reopened: Sequence[Finding], at: datetime
    ) -> tuple[Signal, ...]:
        """What newly found drift says of its service. Guardrail findings say nothing here: they count in the risk."""
        ...

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold: ...
