"""`setpoint baseline record`, `diff`, `accept`: undeclared values that are accepted as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, value
from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.baseline import read_baseline, write_baseline
from setpoint.model.canonical import Json
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.exceptions import Baseline
from setpoint.settings import Settings, load_settings
from setpoint.wiring import open_reader


@click.group(name="baseline")
def command() -> None:
    """Values that nobody declared. One that the baseline does not hold is a finding; none is ever reverted."""


@command.command(name="record")
@config_option
@json_option
def record(config: Path, *, as_json: bool) -> int:
    """Write every undeclared value of the last heartbeat into the baseline file, and drop what is no longer there."""
    output, settings = Output.of(as_json=as_json), load_settings(config)
    path, drifts = _path(settings), list(_undeclared(settings))
    accepted: dict[str, dict[str, Json]] = {}
    for drift in drifts:
        accepted.setdefault(drift.urn, {})[drift.path] = drift.actual
    write_baseline(path, Baseline(accepted))
    if as_json:
        output.json({"file": str(path), "accepted": len(drifts)})
    output.line(f"{len(drifts)} values accepted in {path}; look at them, and commit the file")
    return 0


@command.command(name="diff")
@config_option
@json_option
def diff(config: Path, *, as_json: bool) -> int:
    """Show what the baseline and the last heartbeat do not have in common. Exits 1 when that is something."""
    output, settings = Output.of(as_json=as_json), load_settings(config)
    baseline, drifts = read_baseline(_path(settings)), list(_undeclared(settings))
    there = {(drift.urn, drift.path) for drift in drifts}
    rows: list[tuple[str, str, str, Json]] = [
        ("not accepted", drift.urn, drift.path, drift.actual)
        for drift in drifts
        if not baseline.accepts(drift.urn, drift.path, drift.actual)
    ]
    rows += [
        ("no longer there", urn, path, accepted)
        for urn, values in sorted(baseline.accepted.items())
        for path, accepted in sorted(values.items())
        if (urn, path) not in there
    ]
    if as_json:
        output.json([dict(zip(("difference", "urn", "path", "value"), row, strict=True)) for row in rows])
    elif not rows:
        output.line("the baseline holds what is there")
    output.table(("difference", "resource", "path", "value"), [(*row[:3], value(row[3])) for row in rows])
    return 1 if rows else 0


@command.command(name="accept")
@click.argument("urn")
@click.argument("path")
@config_option
@json_option
def accept(urn: str, path: str, config: Path, *, as_json: bool) -> int:
    """Accept the value at PATH of URN, as the last heartbeat saw it."""
    output, settings = Output.of(as_json=as_json), load_settings(config)
    file = _path(settings)
    found = next((each for each in _undeclared(settings) if (each.urn, each.path) == (urn, path)), None)
    if found is None:
        raise InputError(
            f"the last heartbeat saw no undeclared value at {path} of {urn}", remedy="list them with: setpoint drift"
        )
    before = read_baseline(file).accepted
    write_baseline(file, Baseline({**before, found.urn: {**before.get(found.urn, {}), path: found.actual}}))
    if as_json:
        output.json({"file": str(file), "urn": urn, "path": path, "value": found.actual})
    output.line(f"accepted in {file}: {value(found.actual)}")
    return 0


def _path(settings: Settings) -> Path:
    if settings.baseline is None:
        raise InputError(
            "no baseline is configured", where=str(settings.file), remedy="name its file: baseline: baseline.yaml"
        )
    return settings.baseline


def _undeclared(settings: Settings) -> Iterator[Drift]:
    """As the last heartbeat left them."""
    with open_reader(settings) as ledger:
        if not ledger.beats(scope=settings.loop.scope, limit=1):
            raise CouldNotTellError("no heartbeat was recorded yet", remedy="run one with: setpoint beat")
        for comparison in ledger.comparisons(settings.loop.scope):
            yield from (drift for drift in comparison.drifts if drift.kind is DriftKind.UNDECLARED)
