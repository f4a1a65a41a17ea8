"""Taking something in: read, checked, made pseudonymous, appended. The part of a call that is no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from setpoint.model.event import Event
from setpoint.store.interface import Journal, Receipt

Pseudonymise = Callable[[Event], Event]
"""What the privacy rules leave of an event; nothing else of it is ever written."""


@dataclass(frozen=True, slots=True)
class Taking:
    journal: Journal
    pseudonymise: Pseudonymise
    told: Callable[[], None]
    """Called when something new is in the journal."""

    def take(self, read: Callable[[], Sequence[Event]], received_at: datetime, sender: str) -> Receipt:
        """All that is read, durably, or nothing."""
        receipt = self.journal.append([self.pseudonymise(each) for each in read()], received_at, sender)
        if receipt.appended:
            self.told()
        return receipt
