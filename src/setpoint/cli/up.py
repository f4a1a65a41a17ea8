"""`setpoint up`: the loop, the server and what takes signals in, until stopped; SIGHUP has it read its files again."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from socket import socket

import click

from setpoint.cli.duties import Work, perform
from setpoint.cli.listening import Listening, listening_options
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.errors import Error, InputError
from setpoint.logs import LogLevel, configure_logs
from setpoint.model.health import Duty
from setpoint.settings import Settings, load_settings
from setpoint.settings.in_force import FilesInForce
from setpoint.status import run_folder
from setpoint.supervisor.libraries import expect_libraries
from setpoint.supervisor.link import Alone, Link
from setpoint.wiring.loop import check_before_start, loop_parts
from setpoint.wiring.policies import policy_folders

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
@click.option("--listener", type=int, hidden=True)
@click.option("--check", "is_check", is_flag=True, hidden=True)
@listening_options
@only_here("runs Setpoint on this machine")
def command(
    config: Path,
    only: tuple[str, ...],
    ingest_socket: Path | None,
    log_level: str,
    link: int | None,
    listener: int | None,
    listening: Listening,
    *,
    is_check: bool,
    as_json: bool,
) -> int:
    """Run the loop, the server and the ingest process until SIGTERM or Ctrl-C, each restarted when it ends.

    The step in hand is finished first. SIGHUP has settings and policies read again. With --json, one document a line
    for each beat. One worker at a time runs on a ledger.
    """
    supervisor = Link(link) if link is not None else Alone()
    settings = listening.revise(load_settings(config))
    duties = [duty for duty in Duty if not only or duty in only]
    expect_libraries(duties)
    if is_check:
        _try(settings)
        return 0
    single = duties[0] if len(duties) == 1 else None
    configure_logs(LogLevel(log_level), process=single or "supervisor", scope=settings.loop.scope)
    if single is None:
        check_before_start(settings)
        commands = {duty: _command(duty, config, log_level, listening, as_json=as_json) for duty in duties}
        check = _program("--check", "--config", str(config), *listening.arguments())
        asyncio.run(_supervise(settings, commands, lambda: listening.revise(load_settings(config)), check))
        return 0
    work = Work(
        settings,
        Output.of(as_json=as_json),
        ingest_socket or run_folder(settings.ledger) / SOCKET,
        supervisor,
        FilesInForce(settings.file, policy_folders(settings)).now,
        listener,
    )
    try:
        perform(single, work)
    except Error as error:
        supervisor.gave_up(error)
        return error.exit_code
    return 0


async def _supervise(
    settings: Settings, commands: Mapping[Duty, list[str]], read_again: Callable[[], Settings], check: Sequence[str]
) -> None:
    # Only who supervises pays for it.
    from setpoint.supervisor.checking import expect_to_end_well
    from setpoint.supervisor.runtime import take_run_folder
    from setpoint.supervisor.supervisor import Supervisor

    async def expect_usable() -> None:
        _expect_same_place(settings, read_again())
        await expect_to_end_well(check)

    with ExitStack() as stack:
        folder, sockets = stack.enter_context(take_run_folder(settings.ledger, settings.loop.scope))
        for arguments in commands.values():
            arguments += ["--ingest-socket", str(sockets / SOCKET)]
        listeners = _listen(settings, commands, sockets / SOCKET, stack)
        await Supervisor(folder, settings.loop.scope, commands, listeners, expect_usable).run()


def _listen(
    settings: Settings, duties: Container[Duty], ingest_socket: Path, stack: ExitStack
) -> Mapping[Duty, socket]:
    """What the processes answer on, until the stack is left.

    What a server would be refused for is told here, before the loop has begun a beat.
    """
    listeners: dict[Duty, socket] = {}
    if Duty.INGEST in duties:
        from setpoint.ingest.listening import listening as listening_for_server

        listeners[Duty.INGEST] = stack.enter_context(listening_for_server(ingest_socket))
    if Duty.SERVER in duties:
        from setpoint.server.listening import listening
        from setpoint.server.tls import tls_context

        tls_context(settings.server)
        listeners[Duty.SERVER] = stack.enter_context(listening(settings.server))
    return listeners


def _expect_same_place(before: Settings, now: Settings) -> None:
    """Raises `InputError` where what this process itself holds would have to be another."""
    held = {
        "ledger": (before.database or before.ledger, now.database or now.ledger),
        "scope": (before.loop.scope, now.loop.scope),
        "server.listen": (_address(before), _address(now)),
    }
    for key, (was, is_now) in held.items():
        if was != is_now:
            raise InputError(
                f"{key} is {is_now} by now, and was {was}",
                where=str(now.file),
                remedy="stop setpoint up and start it again",
            )


def _address(settings: Settings) -> str:
    return f"{settings.server.host}:{settings.server.port}"


def _try(settings: Settings) -> None:
    """Raises the `Error` on which a process would end that starts with these settings and policies."""
    from setpoint.server.tls import tls_context

    with loop_parts(settings, stopping=lambda: True):
        tls_context(settings.server)


def _command(duty: Duty, config: Path, log_level: str, listening: Listening, *, as_json: bool) -> list[str]:
    arguments = ["--only", duty, "--config", str(config), "--log-level", log_level, *listening.arguments()]
    return _program(*arguments, *(["--json"] if as_json else []))


def _program(*arguments: str) -> list[str]:
    """This program again. `-P`: the folder that somebody happens to be in is no place for modules."""
    return [sys.executable, "-P", "-m", "setpoint", "up", *arguments]
