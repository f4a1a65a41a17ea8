"""What was judged in the past, with all that it was judged from, so that it can be judged again by other policies.

The loop and the gate record it, the ledger keeps it, `decide.replay` judges it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.policy import Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Release, Service
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a judge is given of an entity beside its comparison."""

    intended: Resource | None
    """None where nothing differs, too: then there is nothing that the declared state could explain."""
    actual: Resource | None
    exceptions: Exceptions = NO_EXCEPTIONS


@dataclass(frozen=True, slots=True)
class PastState:
    """One entity as it was for a while, and what was decided of it then."""

    urn: Urn
    service: str
    at: datetime
    """When it was judged."""
    comparison: Comparison
    """Its differences only: gaps and folds decide nothing."""
    grounds: Grounds
    decided: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class GateCase:
    """All that a gate is given."""

    release: Release
    stage: Stage
    service: Service
    resources: tuple[Resource, ...]
    """What it declares."""
    circumstances: Circumstances
    scope: str = ""
    """In which the gate was asked; empty where that was not recorded."""


@dataclass(frozen=True, slots=True)
class PastGate:
    """One decision of a gate, and what it was made from."""

    at: datetime
    case: GateCase
    decided: Decision


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that was decided and cannot be judged again, because …"""

    subject: Urn
    at: datetime
    reason: str
