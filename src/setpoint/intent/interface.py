"""What the loop asks of intent: the declared state with its coverage, and a cheap way to see that it is the same."""

from __future__ import annotations

from typing import Protocol

from setpoint.model.snapshot import Snapshot


class IntentReader(Protocol):
    """One declared source or several. Raises `InputError` (with file:line or address) where a source cannot be used."""

    def fingerprint(self) -> str:
        """A digest of the raw sources: while it is the same, so is what `read` returns."""
        ...

    def busy(self) -> str:
        """What the tool that declares is doing right now, in a clause: a change by Setpoint would meet it half-way."""
        ...

    def read(self) -> Snapshot:
        """Everything declared. A type that Setpoint does not read is `NOT_COVERED` in the coverage."""
        ...
