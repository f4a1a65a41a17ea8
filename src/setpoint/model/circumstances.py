"""What is known of a service when a release of it is judged: gathered by the loop, decided by, and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from setpoint.model.admitting import Extra
from setpoint.model.finding import Finding
from setpoint.model.service import Threshold
from setpoint.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Circumstances:
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
    seen: Sequence[Finding] = ()
    """What is open of what agents saw inside of the service, in any release."""
    components: Sequence[Finding] = ()
    """What advisories say of the components that the release is made of."""
    waivers: Sequence[Waiver] = ()
    """All that are known; those that are active at `now` count."""
    extras: Sequence[Extra] = ()
    """What its service asks of every release that is not clean."""
    approval: str = ""
    """Who answers for the release, in a clause; empty where nobody does."""
