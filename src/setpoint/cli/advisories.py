"""`setpoint advisories`: what is known of vulnerable versions."""

from __future__ import annotations

import click

from setpoint.cli.advisories_match import match


@click.group(name="advisories")
def command() -> None:
    """What is known of vulnerable versions."""


command.add_command(match)
