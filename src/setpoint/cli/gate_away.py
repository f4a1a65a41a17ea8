"""`setpoint --server … gate` while the control plane cannot be asked: the last signed thresholds decide, and say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from setpoint.errors import CouldNotTellError, Error, OutOfOrderError, TemporaryError
from setpoint.model.admitting import Bringing
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.model.service import Release
from setpoint.settings import DEFAULT_FILE

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

    def decide(self, release: Release, stage: Stage, bringing: Bringing, error: Error) -> Decision:
        """Without whoever knows more, because of an error; that goes on where nothing here can decide."""
        if bringing.break_glass is None and not self.config.exists():
            raise CouldNotTellError(
                f"{error.diagnostics()}; and there is no configuration here to decide by the last thresholds",
                where=str(self.config),
                remedy="bring the loop's setpoint.yaml, the signed thresholds and their key",
            ) from error
        # Only who decides alone pays for all that decides.
        from setpoint.cli.actor import actor
        from setpoint.settings import load_settings
        from setpoint.wiring import admission

        settings = load_settings(self.config)
        gate = replace(
            settings.gate,
            threshold_file=self.file or settings.gate.threshold_file,
            key_file=self.key or settings.gate.key_file,
        )
        return admission(replace(settings, gate=gate), actor()).decide_away(release, stage, error, bringing=bringing)


def threshold_options(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """The command gets `thresholds`."""

    @wraps(command)
    def given(threshold_file: Path | None, threshold_key_file: Path | None, **options: Any) -> int | None:
        config = Path(click.get_current_context().params.get("config") or DEFAULT_FILE)
        return command(thresholds=LastThresholds(config, threshold_file, threshold_key_file), **options)

    for option in reversed(_OPTIONS):
        given = option(given)
    return given
