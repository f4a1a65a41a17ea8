"""What the loop asks of deciding: findings and decisions for one entity, a service's threshold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from setpoint.model.admitting import BreakGlass, Brought, Extra
from setpoint.model.circumstances import Circumstances
from setpoint.model.code import KnownWeakness
from setpoint.model.decision import Decision, Verdict
from setpoint.model.drift import Comparison
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding
from setpoint.model.identity import PrincipalUse
from setpoint.model.inside import Inside, Place
from setpoint.model.inventory import FlawUse, UsedComponent
from setpoint.model.policy import Stage
from setpoint.model.remediation import Remediation
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service, Share, Signal, Threshold


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

        What an exception covers does not count: its finding says what accepts it, and its decision has no effect.
        """
        ...

    def version(self, type_name: str, service: str) -> str:
        """Changes whenever what the policies say of this type, where it belongs to this service, does."""
        ...


class Assessor(Protocol):
    """Turns what production showed of a service into a threshold."""

    @property
    def memory(self) -> timedelta:
        """How far back a signal may lie and still weigh something."""
        ...

    @property
    def half_life(self) -> timedelta:
        """In which what a signal weighs halves."""
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

    def shares(self, signals: Sequence[Signal], now: datetime) -> Sequence[Share]:
        """Each signal with what is left of it, the most first."""
        ...

    def recovers_at(self, lowered: Threshold, level: float) -> datetime | None:
        """When a threshold is at a level again, if nothing more happens; None where it never is."""
        ...


class InsideJudge(Protocol):
    """Says what it means that agents saw a service so from inside."""

    def judge(
        self, inside: Inside, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...], tuple[Place, ...]]:
        """What is wrong at stage `runtime`, a decision for each place that still holds, and the places that count.

        What an exception covers does not count: its finding says what accepts it, and its decision has no effect.
        """
        ...

    def attacks(self, places: Sequence[Place], told: Mapping[str, int], at: datetime) -> tuple[Signal, ...]:
        """What attacks on places say of their service, beyond those that were `told`, by key."""
        ...


class ComponentJudge(Protocol):
    """Says what it means that a service runs components with flaws."""

    def judge(
        self, uses: Sequence[FlawUse], exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """A finding at stage `runtime` for each use, and a decision, in the same order; all of one service.

        What an exception covers does not count: its finding says what accepts it, and its decision has no effect.
        """
        ...

    def rule(self, name: str) -> str:
        """Of the findings of a flaw of this name."""
        ...


class CodeJudge(Protocol):
    """Says what it means that scanners tell of weaknesses in the source of a release."""

    def scan(self, weaknesses: Iterable[KnownWeakness]) -> Resource:
        """What they tell, as the gate of the release takes it among the declared resources."""
        ...

    def judge(self, service: str, weaknesses: Iterable[KnownWeakness], exceptions: Exceptions) -> tuple[Finding, ...]:
        """A finding for each. What an exception covers does not count: its finding says what accepts it."""
        ...


class EntryJudge(Protocol):
    """Says what releases need beside being admitted, and what it means that one got in without."""

    def required(self, release: Release, stage: Stage, load: float, brought: Brought) -> tuple[Extra, ...]:
        """Each extra that the load of its service asks for, with what was brought of it."""
        ...

    def approval(self, brought: Brought) -> str:
        """Who answers for the release, in a clause; empty where nobody does."""
        ...

    def broken(self, broken: BreakGlass, decided: Verdict) -> Finding:
        """A release got in by an emergency, where this had been decided."""
        ...


class ComponentPolicies(Protocol):
    """Applies the policies to the components that a service runs."""

    def judge(
        self, service: str, bill: Resource, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """At stage `runtime`; the decisions begin with one for each finding, in the same order.

        What an exception covers does not count: its finding says what accepts it, and its decision has no effect.
        """
        ...

    def bill(self, components: Iterable[UsedComponent]) -> Resource:
        """What a release is made of, as its gate takes it among the declared resources; or what a service runs."""
        ...

    def version(self, service: str) -> str:
        """Changes whenever what they say of a service at runtime may; empty where they say nothing."""
        ...


class IdentityDriftJudge(Protocol):
    """Says what it means that a principal differs from what was intended for it."""

    def judge(
        self, principal: PrincipalUse, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        """At stage `runtime`, a finding for each difference, and a decision, in the same order.

        What an exception covers does not count: its finding says what accepts it, and its decision has no effect.
        """
        ...


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

        Among `resources` is the bill of what the release is made of, where one is known.
        `without` names findings (by id) and policies that are left out, as if nothing had been found; `InputError`
        where nothing of that name was.
        """
        ...
