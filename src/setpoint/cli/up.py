"""`setpoint up`: the loop, until stopped."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from setpoint.cli.beats import Progress, explain_coverage, show_beat, summary
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.stopping import stop_on_signals
from setpoint.errors import Error
from setpoint.loop.report import BeatReport
from setpoint.loop.runner import Runner
from setpoint.settings import load_settings
from setpoint.wiring import loop_parts


@click.command(name="up")
@config_option
@json_option
def command(config: Path, *, as_json: bool) -> int:
    """Run heartbeats until SIGTERM or Ctrl-C; the step in hand is finished first.

    With --json, one document a line for each beat. One worker at a time runs on a ledger.
    """
    output = Output.of(as_json=as_json)
    settings = load_settings(config)
    stop = threading.Event()

    def report(outcome: BeatReport | Error) -> None:
        progress.stop()
        if isinstance(outcome, Error):
            quiet.forget()
            output.line(f"could not tell: {outcome.diagnostics()}", style="bold yellow")
            if as_json:
                output.json({"could_not_tell": outcome.diagnostics()})
        elif as_json:
            output.json(summary(outcome))
        elif not quiet.same(outcome):
            show_beat(output, outcome, mode=settings.loop.mode)
            explain_coverage(output, outcome.areas)

    quiet = _Quiet()
    # Progress first: what is declared is read while the parts are made, and alerts find their way around its line.
    with stop_on_signals(stop), Progress() as progress, loop_parts(settings, stop.is_set) as parts:
        progress.stop()
        output.line(
            f"watching {settings.loop.scope} every {settings.loop.interval:g} s in mode {settings.loop.mode}; "
            "stop with Ctrl-C"
        )
        Runner(parts, stop).forever(report, progress)
    output.line("stopped")
    return 0


class _Quiet:
    """Whether a beat says nothing that the one before did not say."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] | None = None

    def forget(self) -> None:
        """Something else was said meanwhile: the next beat is told, even if it is as the one before."""
        self._last = None

    def same(self, report: BeatReport) -> bool:
        moved = tuple((each.id, each.state) for each in report.remediations)
        now = (report.declared, report.observed, report.open_findings, frozenset(report.areas), moved, report.not_kept)
        unchanged = now == self._last and not report.opened and not report.closed
        self._last = now
        return unchanged
