"""What one heartbeat did, for the command line, the log and the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from setpoint.model.principal import PRINCIPAL
from setpoint.model.remediation import Remediation
from setpoint.model.snapshot import Area, AreaCoverage, Extent, doubts
from setpoint.model.urn import GLOBAL

IDENTITIES: Final = Area("*", "*", GLOBAL, PRINCIPAL)
"""Users and roles of every account whose identities are compared; which of them is not known, the reasons say."""


@dataclass(slots=True)
class BeatReport:
    """Grows while the beat goes on."""

    started_at: datetime
    ended_at: datetime | None = None
    declared: int = 0
    observed: int = 0
    examined: int = 0
    """Compared and judged; all others were remembered."""
    opened: int = 0
    """Findings opened or reopened."""
    closed: int = 0
    open_findings: int = 0
    remediations: list[Remediation] = field(default_factory=list)
    """That moved in this beat, as they are at its end."""
    declared_areas: list[AreaCoverage] = field(default_factory=list)
    """What intent says of its own reading: areas declared in part, and types that are not covered."""
    observed_areas: list[AreaCoverage] = field(default_factory=list)
    running_areas: list[AreaCoverage] = field(default_factory=list)
    """How much was read of what runs, where a provider says so: of the inventory, and not of what is declared."""
    held: dict[str, int] = field(default_factory=dict)
    """Why reverts were held back → how many."""
    paused: str = ""
    """By whom all changes were paused, and why; empty while they are not."""
    broken_glass: tuple[str, ...] = ()
    """Releases that an emergency lets in now, a clause each."""
    interrupted: bool = False
    """The program was asked to stop before the beat was through."""
    not_matched: str = ""
    """Why components could not be matched against advisories; empty where they could."""
    identities_unread: tuple[str, ...] = ()
    """Why identities could not be compared, a clause each."""
    not_kept: str = ""
    """Why the thresholds could not be kept for a gate without the ledger; empty where they were."""

    @property
    def areas(self) -> list[AreaCoverage]:
        """Both sides' coverage."""
        return [*self.declared_areas, *self.observed_areas]

    @property
    def coverage(self) -> list[AreaCoverage]:
        """As it is written down for whoever asks later, a gate above all: of both sides, and of identities where they
        could not be compared."""
        unread = AreaCoverage(IDENTITIES, Extent.NONE, self.identities_unread)
        return [*self.areas, *([unread] if self.identities_unread else [])]

    def could_not_tell(self) -> bool:
        unread = bool(doubts([*self.areas, *self.running_areas])) or bool(self.identities_unread)
        return self.interrupted or unread

    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0
