"""`setpoint status`: how the processes are that `setpoint up` started on this ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import assert_never

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.health import Duty, ProcessStatus, Status
from setpoint.model.wording import counted


@click.command(name="status")
@source_option
@json_option
def command(source: Source, *, as_json: bool) -> int:
    """Show each process that `setpoint up` started: its state, how far it lags, what is wrong.

    Exits 1 when one is down or lags, 3 when no supervisor runs or it has not said anything lately.
    """
    output = Output.of(as_json=as_json)
    status, now = source.status(), datetime.now(UTC)
    if as_json:
        output.json(status.document())
    else:
        _show(output, status, now)
    return 0 if status.healthy else 1


def _show(output: Output, status: Status, now: datetime) -> None:
    output.line(f"{status.host}:{status.pid} works on {status.scope}, since {status.since:%Y-%m-%d %H:%M:%SZ}")
    output.table(
        ("process", "state", "health", "pid", "since", "restarts", "goes by", "lag"),
        [
            (
                each.duty,
                each.state,
                "healthy" if each.healthy else "unhealthy",
                each.pid,
                each.since,
                each.restarts,
                each.health.measures.get("configuration", ""),
                _lag(each, now),
            )
            for each in status.processes
        ],
    )
    _show_configuration(output, status)
    for each in status.processes:
        if paused := each.health.measures.get("paused"):
            output.line(f"all changes are paused, in every scope of this ledger, {paused}", style="bold yellow")
        for broken in each.health.measures.get("broken_glass", ()):
            output.line(f"let in whatever the gate says: {broken}", style="bold yellow")
        for run in each.health.measures.get("dast", ()):
            output.line(_dast(run))
        for problem in each.health.problems:
            output.line(f"{each.duty}: {problem}", style="bold yellow")
        if each.last_error:
            output.line(f"{each.duty}: ended last because: {each.last_error}")


def _dast(run: Json) -> str:
    """How the last scan of a running service went."""
    tested = f"dast of {run['service']}, release {run['release']}"
    if not run["ended_at"]:
        return f"{tested}: goes on since {run['began_at'][:19]}Z"
    if not run["requests"]:
        return f"{tested}: {run['outcome']}, {run['ended_at'][:19]}Z"
    found = f"{counted(run['faults'], 'fault')} with {counted(run['requests'], 'request')}"
    return f"{tested}: {run['outcome']}, {run['ended_at'][:19]}Z, {found}"


def _show_configuration(output: Output, status: Status) -> None:
    """So that nobody takes for live what was edited."""
    if status.refused:
        output.line(f"refused, and what was read before is in force: {status.refused}", style="bold red")
    late = [each.duty for each in status.processes if each.health.measures.get("configuration_changed")]
    if late:
        output.line(
            f"settings or policies were edited and are not in force in: {', '.join(late)}; "
            f"have them read again with: kill -HUP {status.pid}",
            style="yellow",
        )


def _lag(process: ProcessStatus, now: datetime) -> str:
    """How far it is behind, in the words of its duty; empty while it has not said."""
    measures = process.health.measures
    match process.duty:
        case Duty.LOOP:
            return _loop_lag(measures, now)
        case Duty.INGEST:
            return _ingest_lag(measures)
        case Duty.SERVER:
            return _server_lag(measures)
        case _:
            assert_never(process.duty)


def _loop_lag(measures: Mapping[str, Json], now: datetime) -> str:
    if not measures.get("last_beat_at"):
        return "no beat yet" if measures else ""
    age = (now - datetime.fromisoformat(measures["last_beat_at"])).total_seconds()
    return f"last beat {age:.0f} s ago, took {measures['last_beat_s']:.1f} s, every {measures['interval_s']:g} s"


def _ingest_lag(measures: Mapping[str, Json]) -> str:
    if "lag" not in measures:
        return ""
    return f"{counted(measures['lag'], 'event')} not in the lake yet, journal {measures['bytes'] / 1e6:,.1f} MB"


def _server_lag(measures: Mapping[str, Json]) -> str:
    if "in_flight" not in measures:
        return ""
    return f"{measures['in_flight']:,} requests in flight, event loop {measures['delay_ms']:.0f} ms late"
