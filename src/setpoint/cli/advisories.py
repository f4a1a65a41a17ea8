"""`setpoint advisories`: what is known of vulnerable versions, and how that is kept up to date."""

from __future__ import annotations

import click

from setpoint.cli.advisories_match import match
from setpoint.cli.advisories_show import list_known, show
from setpoint.cli.advisories_sync import sync


@click.group(name="advisories")
def command() -> None:
    """What is known of vulnerable versions."""


for each in (sync, list_known, show, match):
    command.add_command(each)
