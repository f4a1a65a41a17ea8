"""`setpoint --server … gate` while the control plane cannot be asked: the last signed thresholds decide, and say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from setpoint.errors import CouldNotTellError, Error, OutOfOrderError, TemporaryError
from setpoint.loop.admission import Admission, not_recorded
from setpoint.model.admitting import Bringing
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.model.service import Release
from setpoint.settings import DEFAULT_FILE, Settings, load_settings

AWAY: Final = (TemporaryError, OutOfOrderError)
"""The server cannot be reached, does not answer in time, or is out of order; not that it could not tell."""

FILE: Final = click.Path(path_type=Path)

_OPTIONS: Final = (
    click.option(
        "--threshold-file",
        type=FILE,
        help="The signed last thresholds that decide while the ledger or the server cannot be asked.",
    ),
    click.option("--threshold-key-file", type=FILE, help="The key that they are signed with."),
)


@dataclass(frozen=True, slots=True)
class LastThresholds:
    """Where they are, if not where the configuration says."""

    config: Path
    file: Path | None = None
    key: Path | None = None

    @property
    def are_named(self) -> bool:
        """Whether the command line says where any of the two is."""
        return self.file is not None or self.key is not None

    def settings(self) -> Settings:
        """Of the configuration, with these."""
        settings = load_settings(self.config)
        gate = settings.gate
        named = replace(gate, threshold_file=self.file or gate.threshold_file, key_file=self.key or gate.key_file)
        return replace(settings, gate=named)

    def decide(self, release: Release, stage: Stage, bringing: Bringing) -> Decision:
        """By the ledger here, and by these while it is out of reach."""
        return self._admission().decide(release, stage, bringing=bringing)

    def decide_away(self, release: Release, stage: Stage, bringing: Bringing, error: Error) -> Decision:
        """By these, because of an error that keeps whoever knows more from being asked."""
        if bringing.break_glass is not None:
            raise not_recorded(error) from error
        if not self.config.exists():
            without = "to decide without it, bring the loop's setpoint.yaml, the signed thresholds and their key"
            remedy = f"{error.remedy}; {without}" if error.remedy else without
            raise CouldNotTellError(error.what, where=error.where, remedy=remedy) from error
        return self._admission().decide_away(release, stage, error, bringing=bringing)

    def _admission(self) -> Admission:
        # Only who decides here pays for all that decides.
        from setpoint.cli.actor import actor
        from setpoint.wiring.gate import admission

        return admission(self.settings(), actor())


def threshold_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `thresholds`."""

    @wraps(command)
    def given(threshold_file: Path | None, threshold_key_file: Path | None, **options: Any) -> int:
        config = Path(click.get_current_context().params.get("config") or DEFAULT_FILE)
        return command(thresholds=LastThresholds(config, threshold_file, threshold_key_file), **options)

    for option in reversed(_OPTIONS):
        given = option(given)
    return given
