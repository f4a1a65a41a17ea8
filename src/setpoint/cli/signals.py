"""`setpoint signals query`: what agents, pipelines and webhooks told, in SQL. The server answers, from its lake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, value
from setpoint.cli.server_options import lacks_client, named_server, server_at
from setpoint.errors import InputError
from setpoint.settings import load_settings
from setpoint.store.interface import Answer

if TYPE_CHECKING:
    from setpoint.client.server import Server

ROWS: Final = 100
SECONDS: Final = 10.0


class SignalsDoor(Protocol):
    """Who answers questions to the lake."""

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer: ...

    def export(self, sql: str, file: BinaryIO, *, timeout: float) -> int: ...


@click.group(name="signals")
def command() -> None:
    """Ask what agents, pipelines and webhooks told."""


@command.command(name="query")
@click.argument("sql")
@click.option("--limit", type=click.IntRange(1), default=ROWS, show_default=True, help="The most rows to show.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long it may run.",
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the whole result into this file instead of showing it.",
)
@config_option
@json_option
@click.pass_context
def query(
    context: click.Context,
    sql: str,
    limit: int,
    timeout: float,
    parquet: Path | None,
    config: Path,
    *,
    as_json: bool,
) -> int:
    """Ask one question in SQL: a SELECT over signals, agent_counters or daily; DESCRIBE tells their columns.

    The lake is asked through a server: the one that is named, else that of the configuration.
    """
    output = Output.of(as_json=as_json)
    with _door(named_server(context) or _configured(context, config)) as door:
        if parquet is None:
            show(output, door.query(sql, limit=limit, timeout=timeout))
            return 0
        size = export(door, sql, parquet, timeout=timeout)
    if as_json:
        output.json({"file": str(parquet), "bytes": size})
    output.line(f"{size:,} bytes written to {parquet}")
    return 0


def show(output: Output, answer: Answer) -> None:
    if output.as_json:
        output.json({"columns": answer.columns, "types": answer.types, "rows": answer.rows, "cut": answer.cut})
    elif not answer.rows:
        output.line("no rows")
    output.table(answer.columns, [[value(cell) for cell in row] for row in answer.rows], whole=True)
    if answer.cut:
        output.line("there are more rows: give a larger --limit, or --parquet for all of them", style="yellow")


def export(door: SignalsDoor, sql: str, file: Path, *, timeout: float) -> int:
    """Into the file once all of it is there: a half one is never left under its name."""
    partial = file.with_name(f".{file.name}.part")
    try:
        with partial.open("wb") as stream:
            size = door.export(sql, stream, timeout=timeout)
        partial.replace(file)
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", where=str(file)) from error
    finally:
        partial.unlink(missing_ok=True)
    return size


@contextmanager
def _door(server: Server) -> Iterator[SignalsDoor]:
    try:
        from setpoint.client.connection import Connection
        from setpoint.client.signals import RemoteSignals
    except ImportError as error:
        raise lacks_client() from error
    with Connection(server) as connection:
        yield RemoteSignals(connection)


def _configured(context: click.Context, config: Path) -> Server:
    settings = load_settings(config).server
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"
    return server_at(context, address, insecure=settings.insecure)
