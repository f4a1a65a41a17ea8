"""How the loop turns: read from `setpoint.yaml` by `settings`, used by the heartbeat and the reconciler."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.model.remediation import Mode


@dataclass(frozen=True, slots=True)
class LoopSettings:
    scope: str = "default"
    """What one worker works on at a time; the lease in the ledger is taken on it."""
    mode: Mode = Mode.AUDIT
    interval: float = 60.0
    """Seconds from the start of one beat to the start of the next."""
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

    @property
    def lease_for(self) -> float:
        """Seconds without a sign of life after which another worker may take over."""
        return max(30.0, 3 * self.interval)
