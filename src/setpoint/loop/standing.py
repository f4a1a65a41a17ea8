"""How far what the last heartbeat left can be relied on now, and what keeps Setpoint from acting; commands and API ask.

Without it nothing that is shown is known to be so: what was read a week ago is no answer to how things are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from setpoint.errors import CouldNotTellError
from setpoint.loop.settings import LoopSettings
from setpoint.loop.shown import too_old
from setpoint.model.snapshot import doubts
from setpoint.store.interface import BeatRow, LedgerReader


@dataclass(frozen=True, slots=True)
class Standing:
    beat: BeatRow
    """The last one."""
    too_old: str = ""
    """Why it does not tell how things are now; empty where it does."""
    paused: str = ""
    """By whom all changes are paused, and why: `by mara: …`; empty while they are not."""

    @property
    def is_certain(self) -> bool:
        """Whether what was not found may be said not to be there."""
        return not self.too_old and not doubts(self.beat.coverage)

    @property
    def held(self) -> Mapping[str, int]:
        """Why else reverts were held back → how many."""
        return {why: times for why, times in self.beat.held.items() if why != f"paused {self.paused}"}


def standing(ledger: LedgerReader, settings: LoopSettings, now: datetime) -> Standing:
    """Raises `CouldNotTellError` where nothing was ever looked at."""
    pause = ledger.pause_in_force()
    for beat in ledger.beats(scope=settings.scope, limit=1):
        paused = f"by {pause.actor}: {pause.reason}" if pause else ""
        return Standing(beat, "".join(too_old(beat.ended_at, settings, now)), paused)
    raise CouldNotTellError("no heartbeat was recorded yet", remedy="run one with: setpoint beat")
