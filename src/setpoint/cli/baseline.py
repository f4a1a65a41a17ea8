"""`setpoint baseline record`, `diff`, `accept`: undeclared values that are accepted as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, value
from setpoint.cli.source import Source, open_source
from setpoint.errors import InputError
from setpoint.intent.baseline import read_baseline, write_baseline
from setpoint.model.canonical import Json
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.exceptions import Baseline
from setpoint.model.wording import counted
from setpoint.settings import load_settings


@click.group(name="baseline")
def command() -> None:
    """Values that nobody declared. One that the baseline does not hold is a finding; none is ever reverted."""


def _undeclared_and_file(command: Callable[..., int]) -> Callable[..., int]:
    """What the last heartbeat saw that nobody declared, and the file, which is always one of this machine."""

    @config_option
    @click.option(
        "--file",
        type=click.Path(path_type=Path),
        help="The baseline's file; else the one that the configuration names.",
    )
    @wraps(command)
    def given(config: Path, file: Path | None, **options: Any) -> int:
        chosen = file or _configured(config)
        with open_source(click.get_current_context(), config) as source:
            undeclared = _undeclared(source)
        return command(undeclared=undeclared, file=chosen, **options)

    return given


def _configured(config: Path) -> Path:
    if not config.exists():
        raise InputError("nothing says which file the baseline is", where=str(config), remedy="name it with --file")
    baseline = load_settings(config).baseline
    if baseline is None:
        raise InputError(
            "no baseline is configured", where=str(config), remedy="name its file: baseline: baseline.yaml, or --file"
        )
    return baseline


def _undeclared(source: Source) -> list[Drift]:
    source.last_beat()  # without one, that nothing is undeclared would say nothing
    drifts = (drift for each in source.comparisons() for drift in each.drifts)
    return [drift for drift in drifts if drift.kind is DriftKind.UNDECLARED]


@command.command(name="record")
@_undeclared_and_file
@json_option
def record(undeclared: Sequence[Drift], file: Path, *, as_json: bool) -> int:
    """Write every undeclared value of the last heartbeat into the baseline file, and drop what is no longer there."""
    output = Output.of(as_json=as_json)
    accepted: dict[str, dict[str, Json]] = {}
    for drift in undeclared:
        accepted.setdefault(drift.urn, {})[drift.path] = drift.actual
    write_baseline(file, Baseline(accepted))
    if as_json:
        output.json({"file": str(file), "accepted": len(undeclared)})
    output.line(f"{counted(len(undeclared), 'value')} accepted in {file}; look at them, and commit the file")
    return 0


@command.command(name="diff")
@_undeclared_and_file
@json_option
def diff(undeclared: Sequence[Drift], file: Path, *, as_json: bool) -> int:
    """Show what the baseline and the last heartbeat do not have in common. Exits 1 when that is something."""
    output, baseline = Output.of(as_json=as_json), read_baseline(file)
    there = {(drift.urn, drift.path) for drift in undeclared}
    rows: list[tuple[str, str, str, Json]] = [
        ("not accepted", drift.urn, drift.path, drift.actual)
        for drift in undeclared
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
@_undeclared_and_file
@json_option
def accept(undeclared: Sequence[Drift], file: Path, urn: str, path: str, *, as_json: bool) -> int:
    """Accept the value at PATH of URN, as the last heartbeat saw it."""
    output = Output.of(as_json=as_json)
    found = next((each for each in undeclared if (each.urn, each.path) == (urn, path)), None)
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
