"""A service's threshold: its tier's base, lowered by what production showed, restored by quiet time.

Called by the loop, by `setpoint gate` and by `setpoint risk`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from setpoint.errors import InputError
from setpoint.model.decision import Factor
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.identity import GRANTS_DIFFER
from setpoint.model.paths import split
from setpoint.model.policy import Severity
from setpoint.model.remediation import Remediation
from setpoint.model.service import Service, Share, Signal, SignalKind, Threshold, Tier

LEAST: Final = 1.0
"""Of a threshold: the risk of a release without findings, which is always let through."""

LONGEST_HALF_LIFE: Final = 366 * 86400.0
"""Seconds. What is forgotten more slowly than that is not forgotten."""

FORGOTTEN_AFTER: Final = 64
"""Half-lives after which a signal weighs nothing that a 64-bit float could hold beside a load of 1."""


@dataclass(frozen=True, slots=True)
class ThresholdSettings:
    """How much each showing weighs, and how fast it is forgotten. A load of 1 halves what is above the least."""

    base: Mapping[Tier, float] = field(
        default_factory=lambda: {Tier.CRITICAL: 8.0, Tier.STANDARD: 16.0, Tier.LOW: 32.0}
    )
    half_life: float = 7 * 86400.0
    """Seconds in which the load of a signal halves."""
    weights: Mapping[Severity, float] = field(
        default_factory=lambda: {
            Severity.CRITICAL: 2.0,
            Severity.HIGH: 1.0,
            Severity.MEDIUM: 0.5,
            Severity.LOW: 0.1,
            Severity.INFO: 0.0,
        }
    )
    """Of drift, by its severity."""
    recurring: float = 2.0
    """How many times as much drift weighs that had been put right before."""
    failed_remediation: float = 2.0
    """As much as critical drift: production is known to be wrong, and stays so."""
    attack: float = 2.0
    """Of the first attack that got through at a place; the load of n is this times log2(1 + n) (`inside`)."""

    def __post_init__(self) -> None:
        if not 0 < self.half_life <= LONGEST_HALF_LIFE:
            raise InputError(
                f"half_life is {self.half_life:g} seconds", remedy="give more than 0 seconds and at most a year"
            )
        for tier, base in self.base.items():
            if not base >= LEAST:
                raise InputError(f"the threshold of tier {tier} is {base:g}", remedy=f"give at least {LEAST:g}")


def shares(signals: Sequence[Signal], now: datetime, settings: ThresholdSettings) -> list[Share]:
    """Each signal with what is left of it, the most first."""
    told = [Share(each, _left(each, now, settings)) for each in signals]
    return sorted(told, key=lambda share: (-share.left, share.signal.kind, share.signal.cause))


def threshold(service: Service, signals: Sequence[Signal], now: datetime, settings: ThresholdSettings) -> Threshold:
    """1 + (base - 1) / 2^load, where the load is what is left of all signals."""
    factors = [Factor(str(each.signal.kind), each.left, each.signal.cause) for each in shares(signals, now, settings)]
    base = settings.base[service.tier]
    load = math.fsum(factor.value for factor in factors)
    return Threshold(service.name, base, LEAST + (base - LEAST) * 2**-load, load, tuple(factors), now)


def recovers_at(lowered: Threshold, level: float, settings: ThresholdSettings) -> datetime | None:
    """When the threshold is at `level` again, if nothing more happens; None where it never is.

    The base itself is only ever approached, once something has lowered the threshold.
    """
    if lowered.value >= level:
        return lowered.at
    if level >= lowered.base:
        return None
    load = math.log2((lowered.base - LEAST) / (level - LEAST))
    return lowered.at + timedelta(seconds=settings.half_life * math.log2(lowered.load / load))


def _left(signal: Signal, now: datetime, settings: ThresholdSettings) -> float:
    # A clock that jumped back must not make a signal weigh more than when it happened.
    age = max(0.0, (now - signal.at).total_seconds())
    return signal.weight * 2 ** (-age / settings.half_life)


class ReleaseAssessor:
    """Implements `decide.interface.Assessor`."""

    def __init__(self, settings: ThresholdSettings | None = None) -> None:
        self._settings = settings or ThresholdSettings()

    @property
    def memory(self) -> timedelta:
        return timedelta(seconds=FORGOTTEN_AFTER * self._settings.half_life)

    @property
    def half_life(self) -> timedelta:
        return timedelta(seconds=self._settings.half_life)

    def signals(
        self, service: str, opened: Sequence[Finding], reopened: Sequence[Finding], at: datetime
    ) -> tuple[Signal, ...]:
        """One for every property that newly differs; drift that nobody's service owns lowers nobody's threshold."""
        if not service:
            return ()
        return (
            *(self._drift(service, each, SignalKind.DRIFT, at) for each in _causes(opened)),
            *(self._drift(service, each, SignalKind.RECURRING_DRIFT, at) for each in _causes(reopened)),
        )

    def failed_remediation(self, remediation: Remediation, at: datetime) -> Signal | None:
        """What a remediation that failed says of its service; None where no service owns the entity."""
        if not remediation.service:
            return None
        cause = f"{remediation.urn}: {remediation.reason}"
        weight = self._settings.failed_remediation
        return Signal(remediation.service, SignalKind.FAILED_REMEDIATION, weight, at, cause)

    def threshold(self, service: Service, signals: Sequence[Signal], now: datetime) -> Threshold:
        return threshold(service, signals, now, self._settings)

    def shares(self, signals: Sequence[Signal], now: datetime) -> list[Share]:
        return shares(signals, now, self._settings)

    def recovers_at(self, lowered: Threshold, level: float) -> datetime | None:
        return recovers_at(lowered, level, self._settings)

    def _drift(self, service: str, finding: Finding, kind: SignalKind, at: datetime) -> Signal:
        times = self._settings.recurring if kind is SignalKind.RECURRING_DRIFT else 1.0
        weight = self._settings.weights[finding.severity] * times
        return Signal(service, kind, weight, at, f"{finding.urn}: {finding.title}")


def _causes(findings: Sequence[Finding]) -> list[Finding]:
    """The most severe difference of each top-level property, or of all permissions of an identity.

    One change by hand often shows in several places.
    """
    causes: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if finding.source is FindingSource.DRIFT:
            place = (finding.urn, split(finding.path)[0] if finding.path else "")
        elif finding.rule in GRANTS_DIFFER:
            place = (finding.urn, "")
        else:
            continue
        if place not in causes or causes[place].severity.rank < finding.severity.rank:
            causes[place] = finding
    return list(causes.values())
