"""What is asked of the recorded past, and what judging it again found: the two ends of `setpoint policy replay`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from setpoint.decide.replay import Change, Replayed
from setpoint.model.globs import matches
from setpoint.model.history import Lost
from setpoint.model.policy import PolicyFile


@dataclass(frozen=True, slots=True)
class ReplayQuestion:
    """Which part of the past is judged again, and by what."""

    since: datetime | None = None
    """None: as far back as it goes."""
    until: datetime | None = None
    """None: up to now."""
    service: str | None = None
    """None: all of them."""
    policy: str = "*"
    """A glob: what other policies do is not told."""
    shipped: bool = True
    """Whether the shipped pack counts, where the configuration has it."""
    files: tuple[PolicyFile, ...] = ()
    """In the place of those in the configuration's folders; empty for these."""

    @property
    def is_about_others(self) -> bool:
        """Whether the policies are not those of the configuration."""
        return bool(self.files) or not self.shipped


@dataclass(frozen=True, slots=True)
class Window:
    since: datetime
    until: datetime | None
    """None where the past is judged up to now."""
    untold: tuple[str, ...]
    """What of it is not recorded, a clause each."""


@dataclass(slots=True)
class ReplayReport:
    """Grows while the past is judged."""

    window: Window
    policy: str
    """A glob: what other policies do is not told."""
    states: int = 0
    releases: int = 0
    changed: int = 0
    """States and releases that would be decided otherwise: each can make several changes."""
    changes: list[Change] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    """What could not be judged, a clause each."""
    spoke: set[str] = field(default_factory=set)
    """Every policy that spoke in what was decided then."""

    def add(self, judged: Replayed | Lost) -> None:
        if isinstance(judged, Lost):
            self.untold.append(_clause(judged, judged.reason))
            return
        told = [each for each in judged.changes if matches(self.policy, each.policy)]
        self.changes += told
        self.changed += bool(told)
        self.spoke |= judged.spoke
        self.untold += [
            _clause(judged, reason.message) for reason in judged.failed if matches(self.policy, reason.policy)
        ]

    def exit_code(self) -> int:
        if self.changes:
            return 1
        return 3 if self.window.untold or self.untold else 0


def _clause(judged: Replayed | Lost, reason: str) -> str:
    return f"{judged.subject} at {judged.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}: {reason}"
