"""What `setpoint policy replay` found: gathered, shown while it goes on and when it is done, and as JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from setpoint.cli.output import Output, moment
from setpoint.decide.replay import Change, Replayed, Standing, Tally, summary
from setpoint.model.canonical import Json
from setpoint.model.globs import matches
from setpoint.model.history import Lost
from setpoint.model.policy import Stage

if TYPE_CHECKING:
    from rich.status import Status

LISTED: Final = 10
"""How many of the things that could not be told are shown one by one; JSON has all of them."""

PATIENCE: Final = 1.0
"""Seconds without a word that nobody minds."""


@dataclass(frozen=True, slots=True)
class Window:
    since: datetime
    until: datetime | None
    """None where the past is judged up to now."""
    untold: tuple[str, ...]
    """What of it is not recorded, a clause each."""


@dataclass(slots=True)
class Result:
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
            self.untold.append(f"{judged.subject} at {moment(judged.at)}: {judged.reason}")
            return
        told = [each for each in judged.changes if matches(self.policy, each.policy)]
        self.changes += told
        self.changed += bool(told)
        self.spoke |= judged.spoke
        self.untold += [
            f"{judged.subject} at {moment(judged.at)}: {reason.message}"
            for reason in judged.failed
            if matches(self.policy, reason.policy)
        ]

    def exit_code(self) -> int:
        if self.changes:
            return 1
        return 3 if self.window.untold or self.untold else 0


class Progress:
    """A line on the error stream that says how far it is, where that is a terminal and it takes long; else nothing."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._next = time.monotonic() + PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, result: Result) -> None:
        if time.monotonic() < self._next or not sys.stderr.isatty():
            return
        self._next += PATIENCE
        text = f"{result.states:,} states and {result.releases:,} releases judged, {len(result.changes):,} changes …"
        if self._status is None:
            from rich.console import Console

            self._status = Console(stderr=True).status(text)
            self._status.start()
        self._status.update(text)


def show(output: Output, result: Result) -> None:
    """Every change, what each policy changes altogether, and what could not be told."""
    output.table(
        ("at", "resource", "policy", "path", "was", "would be", "because"), [_row(each) for each in result.changes]
    )
    output.table(
        ("policy", "newly violated", "no longer", "effect changed"),
        [(each.policy, each.newly_violated, each.no_longer, each.otherwise) for each in summary(result.changes)],
    )
    output.line(
        f"judged again: {result.states:,} states, {result.releases:,} releases; decided otherwise: {result.changed:,}"
    )
    untold = [*result.window.untold, *result.untold]
    for each in untold[:LISTED]:
        output.line(f"could not tell: {each}", style="bold yellow")
    if len(untold) > LISTED:
        output.line(f"could not tell of {len(untold) - LISTED:,} more; see all of them with: --json")


def document(result: Result) -> Json:
    """All of it as JSON."""
    return {
        "since": result.window.since.isoformat(),
        "until": result.window.until.isoformat() if result.window.until else None,
        "states": result.states,
        "releases": result.releases,
        "changed": result.changed,
        "changes": [_change(each) for each in result.changes],
        "summary": [_tally(each) for each in summary(result.changes)],
        "could_not_tell": [*result.window.untold, *result.untold],
    }


def _row(change: Change) -> tuple[object, ...]:
    path = change.path if change.stage is Stage.RUNTIME else f"at {change.stage}"
    standings = (_shown(change.was), _shown(change.would_be))
    return change.at, change.subject, change.policy, path, *standings, change.because


def _shown(standings: Sequence[Standing]) -> str:
    return "; ".join(dict.fromkeys(_one(each) for each in standings))


def _one(standing: Standing) -> str:
    waived = f", waived by {', '.join(standing.waivers)}" if standing.waivers else ""
    return f"{standing.outcome}, {standing.severity}: {standing.verdict}, {standing.effect}{waived}"


def _change(change: Change) -> Json:
    return {
        "at": change.at.isoformat(),
        "subject": change.subject,
        "service": change.service,
        "stage": change.stage,
        "policy": change.policy,
        "path": change.path,
        "kind": change.kind,
        "was": [_standing(each) for each in change.was],
        "would_be": [_standing(each) for each in change.would_be],
        "because": change.because,
    }


def _standing(standing: Standing) -> Json:
    return {
        "outcome": standing.outcome,
        "severity": standing.severity,
        "verdict": standing.verdict,
        "effect": standing.effect,
        "waivers": list(standing.waivers),
    }


def _tally(tally: Tally) -> Json:
    return {
        "policy": tally.policy,
        "newly_violated": tally.newly_violated,
        "no_longer_violated": tally.no_longer,
        "effect_changed": tally.otherwise,
    }
