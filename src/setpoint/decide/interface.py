"""What the loop asks of deciding: findings and decisions for one entity, a service's threshold. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import Finding
from setpoint.model.policy import Stage
from setpoint.model.remediation import Remediation
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Signal, Threshold


class Judge(Protocol):
    """Applies the policies."""

    def judge(
        self, comparison: Comparison, intended: Resource | None, actual: Resource | None, service: str
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """At stage `runtime`: a finding and a decision for each drift, and for guardrails that no drift explains."""
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

    def failed_remediation(self, remediation: Remediation, at: datetime) -> Signal | None:
        """What a failed remediation says of its service; None where no service owns the entity."""
        ...

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold: ...


class Gate(Protocol):
    """Turns a release's declared resources and its service's threshold into a verdict."""

    def decide(
        self,
        release: Release,
        stage: Stage,
        service: Service,
        resources: Sequence[Resource],
        threshold: Threshold,
        *,
        unknowns: Sequence[str],
        first_seen: Mapping[str, datetime],
        now: datetime,
    ) -> Decision:
        """Refused where a policy refuses or the risk exceeds the threshold; *could not tell* for any of `unknowns`.

        `first_seen` (by finding id) gives findings their age.
        """
        ...
