"""Scans of running services that Setpoint makes by itself: when one is due, and how the last one went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from setpoint.model.canonical import Json


class DastOutcome(StrEnum):
    TESTED = "tested"
    PARTIAL = "partly tested"
    """What it told is kept; of the rest nothing can be told."""
    FAILED = "could not tell"
    """Nothing was tested: the target did not answer, or the scan could not be made."""
    STOPPED = "stopped"
    """With Setpoint; it goes on where it was."""


@dataclass(frozen=True, slots=True)
class DastTrigger:
    """When a service is tested."""

    on_release: bool = True
    """Once for each new release."""
    every: float | None = None
    """Seconds from the end of one scan to the next."""
    delay: float = 60.0
    """Seconds from when a release is known until it runs there."""


@dataclass(frozen=True, slots=True)
class DastRun:
    """One scan that Setpoint made by itself."""

    service: str
    release: str
    began_at: datetime
    ended_at: datetime | None = None
    """None while it goes on."""
    outcome: DastOutcome | None = None
    why: str = ""
    """Where it is not `tested`: what was in the way."""
    faults: int = 0
    requests: int = 0
    tries: int = 1
    """Of this release, in a row, that came to no end; this one among them."""

    def document(self) -> dict[str, Json]:
        return {
            "service": self.service,
            "release": self.release,
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "outcome": self.outcome,
            "why": self.why,
            "faults": self.faults,
            "requests": self.requests,
            "tries": self.tries,
        }


def run_of(document: Json) -> DastRun:
    """Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    ended_at, outcome = document["ended_at"], document["outcome"]
    return DastRun(
        service=str(document["service"]),
        release=str(document["release"]),
        began_at=datetime.fromisoformat(document["began_at"]),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        outcome=DastOutcome(outcome) if outcome else None,
        why=str(document["why"]),
        faults=int(document["faults"]),
        requests=int(document["requests"]),
        tries=int(document["tries"]),
    )
