"""How the loop turns: read from `setpoint.yaml` by `settings`, used by the heartbeat and the reconciler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from setpoint.model.remediation import Mode

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
