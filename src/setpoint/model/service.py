"""Services, their releases, and how much risk each may carry now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from setpoint.errors import InputError
from setpoint.model.decision import Factor
from setpoint.model.urn import Urn


class Tier(StrEnum):
    """How much hangs on a service."""

    CRITICAL = "critical"
    STANDARD = "standard"
    LOW = "low"


class Exposure(StrEnum):
    """Who can reach it."""

    INTERNET = "internet"
    INTERNAL = "internal"


class DataClass(StrEnum):
    """The most sensitive data that it handles; each weighs at least as much as the one before."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    REGULATED = "regulated"
    """A law or a contract says what happens to it: personal data, health, cards."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    tier: Tier = Tier.STANDARD
    exposure: Exposure = Exposure.INTERNAL
    owner: str = ""
    environment: str = ""
    """`production`, `staging`: as the configuration calls it; empty where that says nothing."""
    data: DataClass | None = None
    """None where nobody said."""

    @property
    def urn(self) -> Urn:
        return Urn.service(self.name)


@dataclass(frozen=True, slots=True)
class Release:
    service: str
    version: str

    @property
    def urn(self) -> Urn:
        return Urn.release(self.service, self.version)


def check_release(release: Release) -> None:
    """Raises `InputError` for one that no gate should be asked about."""
    for name, text in (("service", release.service), ("version", release.version)):
        if not text.strip():
            raise InputError(
                f"the {name} of the release is empty",
                remedy=f"name the {name}; a variable that is not set names nothing",
            )


class SignalKind(StrEnum):
    """What production showed of a service that lowers its threshold."""

    DRIFT = "drift"
    RECURRING_DRIFT = "recurring drift"
    FAILED_REMEDIATION = "failed remediation"
    ATTACK = "attack that got through"


@dataclass(frozen=True, slots=True)
class Signal:
    """One such showing."""

    service: str
    kind: SignalKind
    weight: float
    """Its load when it happened; it halves with every half-life."""
    at: datetime
    cause: str
    """What happened, in one clause, with the URN."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The highest risk that a release of this service may carry at a moment."""

    service: str
    base: float
    """Of the service's tier, in quiet times."""
    value: float
    load: float
    """What is left of all signals."""
    factors: tuple[Factor, ...]
    """Each signal's share of the load."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of one signal."""

    signal: Signal
    left: float
    """Of the load; at most the signal's weight."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the threshold will be at a level again, if nothing more happens."""

    name: str
    level: float
    at: datetime | None
    """None where it never is."""
