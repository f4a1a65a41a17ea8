"""Runs scanners for a command: says on a terminal how far they are, and ends them where the command is stopped."""

from __future__ import annotations

import sys
import threading

import click

from setpoint.cli.output import one_line
from setpoint.cli.stopping import stop_on_signals
from setpoint.model.scan import Scan
from setpoint.settings import ScanSettings, Settings
from setpoint.wiring.scan import SourceQuestion, examine_source


def examined(question: SourceQuestion, configuration: Settings | None) -> Scan:
    """As `examine_source`; `click.Abort` where the command was told to stop meanwhile."""
    stop = threading.Event()
    settings = configuration.scan if configuration else ScanSettings()
    with stop_on_signals(stop):
        scan = examine_source(question, settings, configuration=configuration, told=_tell, is_stopped=stop.is_set)
    if stop.is_set():
        raise click.Abort
    return scan


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(one_line(line), err=True)
