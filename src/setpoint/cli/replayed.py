"""What `setpoint policy replay` found: shown while it goes on and when it is done, and as JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from setpoint.cli.output import Output
from setpoint.decide.replay import Change, Standing, Tally, summary
from setpoint.decide.replayed import ReplayReport
from setpoint.model.canonical import Json
from setpoint.model.policy import Stage
from setpoint.model.wording import counted

if TYPE_CHECKING:
    from rich.status import Status

LISTED: Final = 10
"""How many of the things that could not be told are shown one by one; JSON has all of them."""

PATIENCE: Final = 1.0
"""Seconds without a word that nobody minds."""


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

    def __call__(self, report: ReplayReport) -> None:
        if time.monotonic() < self._next or not sys.stderr.isatty():
            return
        self._next += PATIENCE
        judged = f"{counted(report.states, 'state')} and {counted(report.releases, 'release')} judged"
        text = f"{judged}, {counted(len(report.changes), 'change')} …"
        if self._status is None:
            from rich.console import Console

            self._status = Console(stderr=True).status(text)
            self._status.start()
        self._status.update(text)


def show(output: Output, report: ReplayReport) -> None:
    """Every change, what each policy changes altogether, and what could not be told."""
    output.table(
        ("at", "resource", "policy", "path", "was", "would be", "because"), [_row(each) for each in report.changes]
    )
    output.table(
        ("policy", "newly violated", "no longer", "effect changed"),
        [(each.policy, each.newly_violated, each.no_longer, each.otherwise) for each in summary(report.changes)],
    )
    output.line(
        f"judged again: {counted(report.states, 'state')}, {counted(report.releases, 'release')}; "
        f"decided otherwise: {report.changed:,}"
    )
    untold = [*report.window.untold, *report.untold]
    for each in untold[:LISTED]:
        output.line(f"could not tell: {each}", style="bold yellow")
    if len(untold) > LISTED:
        output.line(f"could not tell of {len(untold) - LISTED:,} more; see all of them with: --json")


def document(report: ReplayReport) -> Json:
    """All of it as JSON."""
    return {
        "since": report.window.since.isoformat(),
        "until": report.window.until.isoformat() if report.window.until else None,
        "states": report.states,
        "releases": report.releases,
        "changed": report.changed,
        "changes": [_change(each) for each in report.changes],
        "summary": [_tally(each) for each in summary(report.changes)],
        "could_not_tell": [*report.window.untold, *report.untold],
    }


def _row(change: Change) -> tuple[object, ...]:
    path = change.path if change.stage is Stage.RUNTIME else f"at {change.stage}"
    standings = (_shown(change.was, change.stage), _shown(change.would_be, change.stage))
    return change.at, change.subject, change.policy, path, *standings, change.because


def _shown(standings: Sequence[Standing], stage: Stage) -> str:
    return "; ".join(dict.fromkeys(_one(each, stage) for each in standings))


def _one(standing: Standing, stage: Stage) -> str:
    waived = f", waived by {', '.join(standing.waivers)}" if standing.waivers else ""
    # What runs already is neither admitted nor refused.
    verdict = "" if stage is Stage.RUNTIME else f"{standing.verdict}, "
    return f"{standing.outcome}, {standing.severity}: {verdict}{standing.effect}{waived}"


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
