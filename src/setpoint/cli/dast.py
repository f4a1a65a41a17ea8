"""`setpoint dast`: a running service, tested from outside. `setpoint dast URL` is short for `setpoint dast run URL`."""

from __future__ import annotations

import threading
from typing import Final

import click

from setpoint.cli.dast_options import DastOptions, dast_options
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.sarif_option import STANDARD_OUTPUT, sarif_option, write_sarif
from setpoint.cli.server_options import only_here
from setpoint.cli.stopping import stop_on_signals
from setpoint.model.code import TakenScan
from setpoint.model.dast import DastReport
from setpoint.model.policy import Severity

RUN: Final = "run"


class _RunByDefault(click.Group):
    """What begins with none of its commands is an address, or an option: a scan is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


@click.group(name="dast", cls=_RunByDefault)
def command() -> None:
    """Test a running service from outside: authentication, authorisation, configuration, injection.

    `setpoint dast URL` is short for `setpoint dast run URL`.
    """


@command.command(name=RUN)
@dast_options
@click.option(
    "--fail-on",
    type=click.Choice([str(each) for each in Severity]),
    default=str(Severity.INFO),
    show_default=True,
    help="Exit 1 for faults of this severity or a worse one.",
)
@sarif_option
@json_option
def run(options: DastOptions, fail_on: str, sarif: str | None, *, as_json: bool) -> int:
    """Test the service at URL, and list its faults.

    Each comes with the request that shows it, and a curl line to repeat that.

    Exits 1 where there is a fault (--fail-on), 3 where the scan ended early, a check could not be made, or nothing
    answers, 0 otherwise. What --sarif names is whole at every moment of the scan.

    With --service, the faults open, confirm and close findings of that service, and the scan counts for its release.
    """
    from setpoint.cli.dast_view import report_document, show_report
    from setpoint.cli.dast_watching import Watching
    from setpoint.scan.dast.sarif import dast_log, doubts_of
    from setpoint.wiring.dast import scan_service

    output, stop = Output.of(as_json=as_json), threading.Event()
    to_stdout = sarif == STANDARD_OUTPUT
    with options.question() as question, Watching(None if to_stdout else sarif) as watching, stop_on_signals(stop):
        report = scan_service(question, watching, stop)
    taken: TakenScan | None = None
    try:
        taken = options.record(question, report)
    finally:  # what was found is shown, whatever becomes of the ledger
        if as_json:
            output.json(report_document(report, taken))
        elif not to_stdout:
            show_report(output, report, doubts_of(report), taken)
    if sarif is not None and to_stdout:
        write_sarif(sarif, dast_log(report), as_json=as_json)
    return _exit_code(report, Severity(fail_on), has_doubts=bool(doubts_of(report)))


@command.command(name="plan")
@dast_options
@click.option("--fetch", "fetches", is_flag=True, help="Ask the target for its document; else nothing is sent at all.")
@json_option
def plan(options: DastOptions, *, fetches: bool, as_json: bool) -> int:
    """Show what a scan would send, and send nothing.

    How many requests each check would send to how many operations, as whom; and what would be left out, and why. Their
    number is what a service without faults gets. --json has each operation.
    """
    from setpoint.cli.dast_plan_view import plan_document, show_plan
    from setpoint.cli.dast_watching import Watching
    from setpoint.wiring.dast import plan_service

    output = Output.of(as_json=as_json)
    with options.question() as question, Watching(None) as watching:
        planned = plan_service(question, watching, threading.Event(), fetches=fetches)
    if as_json:
        output.json(plan_document(planned))
    else:
        from setpoint.scan.dast.checks.every import every_check

        themes = {each.name: theme for theme, found in every_check().items() for each in found}
        show_plan(output, planned, themes)
    return 0


@command.command(name="checks")
@json_option
@only_here("lists what this version looks for")
def checks(*, as_json: bool) -> int:
    """List the checks, by theme, with a line of what each looks for."""
    from setpoint.scan.dast.checks.every import every_check, told_of

    output = Output.of(as_json=as_json)
    known = [(theme, each.name, told_of(each)) for theme, found in every_check().items() for each in found]
    if as_json:
        output.json([{"theme": theme, "name": name, "looks_for": what} for theme, name, what in known])
    output.table(("theme", "check", "looks for"), known)
    return 0


def _exit_code(report: DastReport, least: Severity, *, has_doubts: bool) -> int:
    if any(each.severity.rank >= least.rank for each in report.faults):
        return 1
    return 3 if has_doubts else 0
