"""`setpoint identity`: what principals may do, what they did, and what follows from it."""

from __future__ import annotations

import click

from setpoint.cli.identity_escalations import escalations
from setpoint.cli.identity_rightsize import rightsize
from setpoint.cli.identity_use import use


@click.group(name="identity")
def command() -> None:
    """What principals may do, and what they use of it."""


for each in (escalations, rightsize, use):
    command.add_command(each)
