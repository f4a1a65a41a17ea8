"""Options that several commands share, spelt once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from setpoint.settings import DEFAULT_FILE

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

config_option: Decorator = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    default=DEFAULT_FILE,
    show_default=True,
    envvar="SETPOINT_CONFIG",
    help="The configuration file.",
)


def goes_to_subcommand(context: click.Context) -> bool:
    """Whether a subcommand answers, which takes options of its own: `UsageError` for one that stands in front of it."""
    if context.invoked_subcommand is None:
        return False
    if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in context.params):
        raise click.UsageError(f"options of {context.invoked_subcommand!r} go behind it", context)
    return True


json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
service_option: Decorator = click.option("--service", metavar="NAME", help="Only this service's.")
