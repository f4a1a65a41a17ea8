"""What else is to be known of what the last heartbeat left, told by every command that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from setpoint.cli.output import Output
from setpoint.cli.source import Source
from setpoint.errors import CouldNotTellError
from setpoint.loop.standing import Standing
from setpoint.model.canonical import Json


def show_standing(output: Output, now: Standing) -> None:
    """How old it is, and why nothing is done about it."""
    if now.too_old:
        output.line(f"could not tell how it is now: {now.too_old}", style="bold yellow")
    if now.paused:
        output.line(f"all changes are paused {now.paused}; end it with: setpoint resume --reason WHY", style="yellow")
    for reason, times in now.held.items():
        output.line(f"{times:,} {'revert was' if times == 1 else 'reverts were'} held back: {reason}", style="yellow")


def show_standing_of(output: Output, source: Source) -> None:
    """For what can be told without any heartbeat. Asks nothing where nobody would read the answer."""
    if not output.as_json:
        with suppress(CouldNotTellError):
            show_standing(output, source.standing())


def standing_json(now: Standing) -> Mapping[str, Json]:
    """The same as fields of a JSON document."""
    return {"too_old": now.too_old, "paused": now.paused, "held_back": dict(now.held)}
