"""`setpoint up`: the loop, the server and what takes signals in, until stopped."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from setpoint.cli.duties import Work, perform
from setpoint.cli.listening import Listening, listening_options
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.errors import Error
from setpoint.logs import LogLevel, configure_logs
from setpoint.model.health import Duty
from setpoint.settings import Settings, load_settings
from setpoint.status import run_folder
from setpoint.supervisor.libraries import expect_libraries
from setpoint.supervisor.link import Alone, Link

SOCKET = "ingest.sock"


@click.command(name="up")
@config_option
@json_option
@click.option(
    "--only",
    type=click.Choice([str(duty) for duty in Duty]),
    multiple=True,
    help="Run this only, may be repeated; a single one runs in this very process.",
)
@click.option(
    "--ingest-socket",
    type=click.Path(path_type=Path),
    help="Where server and ingest meet, if each runs by itself.  [default: beside the ledger]",
)
@click.option(
    "--log-level",
    type=click.Choice([str(level) for level in LogLevel]),
    default=str(LogLevel.WARNING),
    show_default=True,
    envvar="SETPOINT_LOG_LEVEL",
    help="Log this and what is worse, on the error stream.",
)
@click.option("--link", type=int, hidden=True)
@listening_options
@only_here("runs Setpoint on this machine")
def command(
    config: Path,
    only: tuple[str, ...],
    ingest_socket: Path | None,
    log_level: str,
    link: int | None,
    listening: Listening,
    *,
    as_json: bool,
) -> int:
    """Run the loop, the server and the ingest process until SIGTERM or Ctrl-C, each restarted when it ends.

    The step in hand is finished first. With --json, one document a line for each beat. One worker at a time runs on a
    ledger.
    """
    supervisor = Link(link) if link is not None else Alone()
    settings = listening.revise(load_settings(config))
    duties = [duty for duty in Duty if not only or duty in only]
    expect_libraries(duties)
    single = duties[0] if len(duties) == 1 else None
    configure_logs(LogLevel(log_level), process=single or "supervisor", scope=settings.loop.scope)
    if single is None:
        _supervise(settings, {duty: _command(duty, config, log_level, listening, as_json=as_json) for duty in duties})
        return 0
    socket = ingest_socket or run_folder(settings.ledger) / SOCKET
    work = Work(settings, Output.of(as_json=as_json), socket, supervisor)
    try:
        perform(single, work)
    except Error as error:
        supervisor.gave_up(error)
        return error.exit_code
    return 0


def _supervise(settings: Settings, commands: dict[Duty, list[str]]) -> None:
    # Only who supervises pays for it.
    from setpoint.supervisor.runtime import take_run_folder
    from setpoint.supervisor.supervisor import Supervisor

    with take_run_folder(settings.ledger, settings.loop.scope) as (folder, sockets):
        if Duty.SERVER in commands:
            _expect_to_listen(settings)
        for arguments in commands.values():
            arguments += ["--ingest-socket", str(sockets / SOCKET)]
        asyncio.run(Supervisor(folder, settings.loop.scope, commands).run())


def _expect_to_listen(settings: Settings) -> None:
    """What the server would be refused for, before the loop has begun a beat."""
    from setpoint.server.listening import expect_to_listen

    expect_to_listen(settings.server)


def _command(duty: Duty, config: Path, log_level: str, listening: Listening, *, as_json: bool) -> list[str]:
    """This program again, for one duty. `-P`: the folder that somebody happens to be in is no place for modules."""
    arguments = ["up", "--only", duty, "--config", str(config), "--log-level", log_level, *listening.arguments()]
    return [sys.executable, "-P", "-m", "setpoint", *arguments, *(["--json"] if as_json else [])]
