"""What the loop asks of intent: the declared state with its coverage, and a cheap way to see that it is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Coverage, Snapshot


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


class IdentityIntentReader(Protocol):
    """What users, groups and roles were meant to be allowed. Raises as `IntentReader` does."""

    def fingerprint(self) -> str:
        """Of what it reads itself."""
        ...

    def read(self, declared: Iterable[Resource], coverage: Coverage) -> Mapping[str, DeclaredIam]:
        """By account: with what was read already of the declared state, and how much of it that was."""
        ...
