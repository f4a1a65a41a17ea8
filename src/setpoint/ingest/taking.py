"""Taking something in: read, checked, made pseudonymous, appended. The part of a call that is no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from setpoint.model.event import Event
from setpoint.store.interface import Journal, Receipt

READERS: Final = 4
"""Threads that read bodies at one time: reading holds the interpreter, which whoever answers calls needs, too."""

Pseudonymise = Callable[[Event], Event]
"""What the privacy rules leave of an event; nothing else of it is ever written."""


@dataclass(frozen=True, slots=True)
class Taking:
    journal: Journal
    pseudonymise: Pseudonymise
    told: Callable[[], None]
    """Called when something new is in the journal."""
    reading: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(READERS))

    def take(self, read: Callable[[], Sequence[Event]], received_at: datetime, sender: str) -> Receipt:
        """All that is read, durably, or nothing."""
        with self.reading:
            events = [self.pseudonymise(each) for each in read()]
        receipt = self.journal.append(events, received_at, sender)
        if receipt.appended:
            self.told()
        return receipt
