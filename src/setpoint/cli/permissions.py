"""`setpoint permissions`: the IAM policy that Setpoint's own role needs, and no more."""

from __future__ import annotations

import click

from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option


@click.command(name="permissions")
@source_option
@click.option("--enforce", is_flag=True, help="With what reverting needs, whatever mode is configured.")
def command(source: Source, *, enforce: bool) -> int:
    """Print the least-privilege IAM policy for the configured readers and, in mode enforce, actions, as JSON."""
    Output.of(as_json=True).json(source.permissions(enforce=enforce))
    return 0
