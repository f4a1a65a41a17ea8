"""`setpoint beat`: one heartbeat."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from setpoint.cli.beats import Progress, explain_coverage, show_beat, summary
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.cli.stopping import stop_on_signals
from setpoint.loop.report import BeatReport
from setpoint.loop.runner import Runner
from setpoint.settings import load_settings
from setpoint.wiring.loop import loop_parts


@click.command(name="beat")
@config_option
@json_option
@only_here(
    "reads and changes production with the credentials of this machine",
    remedy="leave that out; a server's own loop beats by itself, and setpoint status says when it last did",
)
def command(config: Path, *, as_json: bool) -> int:
    """Run one heartbeat, and follow the reverts that it began to their end.

    In mode audit (the default) nothing in production is changed.
    """
    output = Output.of(as_json=as_json)
    settings = load_settings(config)
    stop = threading.Event()
    # Progress first: what is declared is read while the parts are made, and alerts find their way around its line.
    with stop_on_signals(stop), Progress() as progress, loop_parts(settings, stop.is_set) as parts:
        report = Runner(parts, stop).once(progress)
        progress.stop()
        if as_json:
            output.json(summary(report))
        else:
            show_beat(output, report, mode=settings.loop.mode)
            explain_coverage(output, [*report.areas, *report.running_areas])
    return _exit_code(report)


def _exit_code(report: BeatReport) -> int:
    if report.open_findings:
        return 1
    return 3 if report.could_not_tell() else 0
