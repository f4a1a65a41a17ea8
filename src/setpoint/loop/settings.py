"""How the loop turns: read from `setpoint.yaml` by `settings`, used by the heartbeat and the reconciler."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from setpoint.model.admitting import BroughtError
from setpoint.model.remediation import Mode
from setpoint.model.scan import ScanKind
from setpoint.model.service import Service, Tier

if TYPE_CHECKING:
    from setpoint.loop.restraint import Freeze


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How alerts are sent; all in seconds."""

    group_for: float = 30.0
    """So long a message is held open for more alerts of the same kind and service."""
    timeout: float = 10.0
    """In which a channel has to say that it has a message."""
    first_pause: float = 5.0
    """Before the second attempt; doubles each time."""
    longest_pause: float = 900.0
    give_up_after: float = 86400.0
    """Age from which a message that cannot be delivered is tried no more."""
    stop_within: float = 2.0
    """How long a stop waits for attempts that are under way."""

    def pause(self, attempts: int) -> timedelta:
        """After so many attempts."""
        doublings = min(attempts - 1, 30)  # enough to reach any longest pause, too few to overflow
        return timedelta(seconds=min(self.first_pause * 2**doublings, self.longest_pause))


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """How much of the past is kept."""

    keep: float = 90 * 86400.0
    """Seconds, from when something was over."""
    prune_every: float = 3600.0


LONGEST_TICKET: Final = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class ScanRule:
    """Kinds of scans that some releases are not judged without."""

    kinds: frozenset[ScanKind]
    services: tuple[str, ...] = ()
    """Empty for all."""
    tiers: frozenset[Tier] = frozenset()
    """Empty for all."""

    def is_about(self, service: Service) -> bool:
        named = not self.services or service.name in self.services
        return named and (not self.tiers or service.tier in self.tiers)


@dataclass(frozen=True, slots=True)
class EntrySettings:
    """What releases need beside being admitted, and how they get in without."""

    scans: tuple[ScanRule, ...] = ()
    grants_last: float = 86400.0
    """Seconds for which an approval, or that a release goes to a canary first, holds."""
    break_glass_lasts: float = 4 * 3600.0
    """Seconds."""
    ticket: str = r"[A-Za-z0-9#][A-Za-z0-9._:/#-]*"
    """The form of what an emergency is tracked under: a regular expression that all of it has to match."""

    def kinds_for(self, service: Service) -> frozenset[ScanKind]:
        """Of the scans that it is not judged without."""
        return frozenset(kind for rule in self.scans if rule.is_about(service) for kind in rule.kinds)

    def check_ticket(self, ticket: str) -> None:
        """Raises `BroughtError` for one that nobody could look up."""
        if len(ticket) > LONGEST_TICKET or not re.fullmatch(self.ticket, ticket):
            shown = "empty" if not ticket.strip() else "not of the form that gate.break_glass.ticket names"
            raise BroughtError(
                f"the ticket is {shown}", where="--break-glass", remedy=f"give one that matches {self.ticket}"
            )


@dataclass(frozen=True, slots=True)
class LoopSettings:
    scope: str = "default"
    """What one worker works on at a time; the lease in the ledger is taken on it."""
    mode: Mode = Mode.AUDIT
    interval: float = 60.0
    """Seconds from the start of one beat to the start of the next."""
    full_scan_every: float = 0.0
    """Seconds after which a beat reads everything again; in between, only what was pointed at. 0: every beat does."""
    verify_for: float = 120.0
    """Seconds that a revert may take to show, before it counts as failed."""
    retry_after: float = 1.0
    """Seconds before the first second look; doubles each time."""
    attempts: int = 5
    """How often a revert is tried while the provider says *not now*."""
    stale_after: float = 86400.0
    """Seconds after which the last heartbeat is too old for the gate to rely on."""
    owner_tag: str = "service"
    """The tag that names the owning service."""
    limit_per_beat: int = 20
    """Reverts that one beat may begin; then nothing more happens until the next, and it says so."""
    limit_per_service: int = 10
    limit_percent: float = 25.0
    """Of all declared resources, rounded up, and at least three."""
    freezes: tuple[Freeze, ...] = ()
    """Windows in which nothing is changed."""
    guard_times: int = 3
    """A revert of the same value for this time within `guard_window` seconds is not made: a person decides."""
    guard_window: float = 3600.0
    approve_within: float = 86400.0
    """Seconds after which an approval that nobody gave is no longer waited for."""
    forget_instances_after: float = 86400.0
    """Seconds since anybody saw an instance, after which it counts as gone."""
    keep_bills_for: float = 90 * 86400.0
    """Seconds since a bill of materials was of anything, after which it is deleted."""
    delivery: DeliverySettings = DeliverySettings()
    history: HistorySettings = HistorySettings()

    @property
    def lease_for(self) -> float:
        """Seconds without a sign of life after which another worker may take over."""
        return max(30.0, 3 * self.interval)
