"""What is asked of the recorded past: what was judged, and what was decided of it then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from setpoint.model.history import Lost, PastGate, PastState


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a scope's past goes."""

    since: datetime
    """From then on all of it is there."""
    pruned_at: datetime
    """When what had become too old was let go last."""


class HistoryReader(Protocol):
    def reach(self, scope: str) -> Reach | None:
        """None where nothing was recorded yet."""
        ...

    def last_beat(self, scope: str, before: datetime) -> datetime | None:
        """When the last beat ended that was over by then; None where none is kept."""
        ...

    def past_states(
        self, scope: str, since: datetime, until: datetime | None, *, service: str | None = None
    ) -> Iterator[PastState | Lost]:
        """Every state (of one service's entities) that held at some time from `since` to `until`, oldest first.

        Where `until` is None, up to the last one.
        """
        ...

    def past_gates(
        self, since: datetime, until: datetime | None, *, service: str | None = None
    ) -> Iterator[PastGate | Lost]:
        """Every decision of the gate (about one service's releases) from `since` to `until`, oldest first."""
        ...
