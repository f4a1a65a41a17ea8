"""An order: what a person tells the loop to do. Appended by a command, carried out by whoever holds the lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderKind(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    UNDO = "undo"
    PAUSE = "pause"
    """Nothing is changed from now on, whatever the mode: everything returns to audit at once."""
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Order:
    id: int
    kind: OrderKind
    remediation: int | None
    """Whom it is about; None for pause and resume."""
    actor: str
    reason: str
    at: datetime
    done_at: datetime | None = None
    """When the loop had carried it out, or found that it could not."""
    outcome: str = ""
    """What came of it, in one clause."""
