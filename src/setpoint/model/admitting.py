"""What a release brings to the gate beside itself: the extras that a tightened service asks for, and emergencies.

The configuration says which extras at which load; people and pipelines bring them; the ledger keeps what they brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from setpoint.errors import InputError
from setpoint.model.scan import Scan


class ExtraKind(StrEnum):
    DAST = "dast"
    """A scan of the running release, in front of production."""
    APPROVAL = "approval"
    """A person who answers for it."""
    CANARY = "canary"
    """It goes to a share of the traffic first."""


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """From which load on a service has to bring something."""

    load: float
    kind: ExtraKind
    share: float = 0.0
    """Of a canary: percent of the traffic, at most."""

    @property
    def name(self) -> str:
        """`canary of at most 10 %`."""
        return f"{self.kind} of at most {self.share:g} %" if self.kind is ExtraKind.CANARY else str(self.kind)


@dataclass(frozen=True, slots=True)
class Extra:
    """One that is required of a release."""

    name: str
    because: str
    """From which load on, and what the load is."""
    brought: str = ""
    """What was brought, in a clause; empty where nothing was."""
    remedy: str = ""
    """What would do, where it is missing."""
    is_known: bool = True
    """Whether anybody could tell that it was not brought: only the ledger knows of approvals."""
    is_of_policy: bool = False
    """A policy asks for it, and not the load."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An approval that a person gave, or the share of traffic that a deployment said it takes."""

    service: str
    release: str
    """Its version."""
    kind: ExtraKind
    actor: str
    reason: str
    at: datetime
    expires_at: datetime
    share: float = 0.0
    """Of a canary: percent of the traffic."""


@dataclass(frozen=True, slots=True)
class Brought:
    """All that a release brought which an extra may ask for."""

    scan: Scan | None = None
    grants: Sequence[Grant] = ()
    """Those that hold now."""
    are_grants_known: bool = True
    """False while the ledger cannot be reached."""


@dataclass(frozen=True, slots=True)
class BreakGlassRequest:
    """Somebody wants a release in whatever the gate says."""

    ticket: str
    """Where it is tracked."""
    reason: str


@dataclass(frozen=True, slots=True)
class Bringing:
    """What a release comes to the gate with."""

    scan: Scan | None = None
    """Of its source, made where it is built."""
    canary_share: float | None = None
    """Percent of the traffic that it goes to first, as its deployment says."""
    break_glass: BreakGlassRequest | None = None


NOTHING: Final = Bringing()


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """A release is let in whatever the gate says, for a while."""

    service: str
    release: str
    """Its version."""
    ticket: str
    reason: str
    actor: str
    at: datetime
    expires_at: datetime

    @property
    def clause(self) -> str:
        """For people: who, why, and until when."""
        until = self.expires_at.isoformat(timespec="seconds")
        return f"break-glass {self.ticket} by {self.actor} until {until}: {self.reason}"


class BroughtError(InputError):
    """What comes with a release cannot be used: whoever asks the gate has to give something else."""


def check_share(share: float, where: str = "--canary-share") -> None:
    """Raises `InputError` for what is no share of the traffic."""
    if not 0 < share <= 100:
        raise BroughtError(f"{share:g} is no share of the traffic", where=where, remedy="give percent, up to 100")


def check_reason(reason: str, what: str) -> None:
    """Raises `InputError` where nobody could tell later why."""
    if not reason.strip():
        raise BroughtError(f"{what} needs a reason", where="--reason", remedy="say why; it goes into the audit log")
