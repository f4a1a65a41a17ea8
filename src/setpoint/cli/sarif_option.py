"""`--sarif FILE`: what a command tells, as SARIF for code hosts and editors, beside what it prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import Decorator
from setpoint.cli.output import Output
from setpoint.errors import InputError
from setpoint.model.canonical import Json

STANDARD_OUTPUT: Final = "-"

sarif_option: Decorator = click.option(
    "--sarif", metavar="FILE", help="Write it as SARIF 2.1.0 too; - for standard output, and nothing else there."
)

sarif_values_option: Decorator = click.option(
    "--sarif-values", is_flag=True, help="Values in the SARIF too, not only their shapes: they may be secret."
)


def write_sarif(file: str, log: Json, *, as_json: bool) -> None:
    """Raises `InputError` where the file cannot be written."""
    if file == STANDARD_OUTPUT:
        if as_json:
            raise InputError("--json and --sarif - both want standard output", remedy="give --sarif a file")
        Output(as_json=True, stream=sys.stdout).json(log)
        return
    try:
        with Path(file).open("w", encoding="utf-8") as stream:
            Output(as_json=True, stream=stream).json(log)
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", where=file) from error
