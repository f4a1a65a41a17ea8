"""`setpoint identity`: what principals may do, what they did, and what follows from it."""

from __future__ import annotations

import click

from setpoint.cli.identity_escalations import escalations
from setpoint.cli.identity_rightsize import rightsize
from setpoint.cli.identity_show import show
from setpoint.cli.identity_use import use


class _OrName(click.Group):
    """What is no subcommand names an identity, which is shown."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        is_shown = first not in self.commands and first not in ctx.help_option_names
        return super().parse_args(ctx, ["show", *args] if is_shown else args)


@click.group(name="identity", cls=_OrName)
def command() -> None:
    """What an identity may do, was meant to and uses: setpoint identity ARN|NAME; and what follows from it."""


for each in (show, escalations, rightsize, use):
    command.add_command(each)
