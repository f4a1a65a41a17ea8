"""What the loop asks of deciding: findings and decisions for one entity, a service's threshold. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding
from setpoint.model.policy import Stage
from setpoint.model.remediation import Remediation
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Signal, Threshold
from setpoint.model.waiver import Waiver


class Judge(Protocol):
    """Applies the policies."""

    def judge(
        self,
        comparison: Comparison,
        intended: Resource | None,
        actual: Resource | None,
        service: str,
        exceptions: Exceptions,
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """At stage `runtime`: a finding and a decision for each drift, and for guardrails that no drift explains.

        What an exception covers is no finding; its decision has no effect and names the waiver.
        """
        ...

    def version(self, type_name: str) -> str:
        """Changes whenever a policy that speaks of this type does."""
        ...


class Assessor(Protocol):
    """Turns what production showed of a service into a threshold."""

    @property
    def memory(self) -> timedelta:
        """How far back a signal may lie and still weigh something."""
        ...

    def signals(
        self, service: str, opened: Sequence[Finding], reopened: Sequence[Finding], at: datetime
    ) -> tuple[Signal, ...]:
        """What newly found drift says of its service. Guardrail findings say nothing here: they count in the risk."""
        ...

    def failed_remediation(self, remediation: Remediation, at: datetime) -> Signal | None:
        """What a failed remediation says of its service; None where no service owns the entity."""
        ...

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold: ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a service when one of its releases is judged."""

    now: datetime
    threshold: Threshold | None
    """None where it cannot be told."""
    unknowns: Sequence[str] = ()
    """What else could not be told, a clause each: any of them keeps a release from being admitted."""
    remarks: Sequence[str] = ()
    """What does not decide, but has to be said with the decision, a clause each."""
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    """Finding id → since when it is known."""
    oldest_finding: datetime | None = None
    """Since when any finding that `first_seen` does not name may be known at the earliest; None where it is new."""
    waivers: Sequence[Waiver] = ()
    """All that are known; those that are active at `now` count."""


class Gate(Protocol):
    """Turns a release's declared resources and its service's circumstances into a verdict."""

    def decide(
        self,
        release: Release,
        stage: Stage,
        service: Service,
        resources: Sequence[Resource],
        circumstances: Circumstances,
        *,
        without: Sequence[str] = (),
    ) -> Decision:
        """Refused where a policy refuses or the risk exceeds the threshold.

        `without` names findings (by id) and policies that are left out, as if nothing had been found; `InputError`
        where nothing of that name was.
        """
        ...
