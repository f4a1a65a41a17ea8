"""`setpoint drift explain`: the rule by which a value is drift, unknown or to be expected, and the rule's source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, value
from setpoint.cli.source import Source, source_option
from setpoint.compare.config.tiers import reason
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison
from setpoint.model.paths import covers
from setpoint.model.urn import Urn

Told = tuple[str, str, Json, Json, str]
"""(path, what it is, intended, actual, because)."""


@click.command(name="explain")
@click.argument("subject")
@click.argument("path", default="")
@click.option("--case", metavar="NAME", help="SUBJECT is a file of recordings, and this one of them is meant.")
@source_option
@json_option
def command(source: Source, subject: str, path: str, case: str | None, *, as_json: bool) -> int:
    """Say why a value is drift, unknown, or was to be expected.

    SUBJECT is the URN of an entity, as the last heartbeat saw it; PATH is one of its properties, and all where it is
    left out.
    """
    output = Output.of(as_json=as_json)
    comparison = _recorded(subject, case) if case is not None else _remembered(source, Urn.parse(subject))
    told = [each for each in _told(comparison) if not path or covers(path, each[0]) or covers(each[0], path)]
    if not told:
        raise CouldNotTellError(
            f"nothing was told of {path or 'it'}: both sides are the same there, or neither has it", where=subject
        )
    if as_json:
        names = ("path", "verdict", "intended", "actual", "because")
        output.json([dict(zip(names, each, strict=True)) for each in told])
    output.table(
        ("path", "verdict", "intended", "actual", "because"),
        [(where, verdict, value(one), value(other), because) for where, verdict, one, other, because in told],
    )
    return 0


def _recorded(file: str, case: str) -> Comparison:
    from setpoint.cli.drift_replay import recorded_comparison

    return recorded_comparison(Path(file), case)


def _remembered(source: Source, urn: Urn) -> Comparison:
    for comparison in source.comparisons():
        if comparison.urn == urn:
            return comparison
    raise CouldNotTellError("the last heartbeat left no difference of this entity", where=urn)


def _told(comparison: Comparison) -> Iterator[Told]:
    for drift in comparison.drifts:
        yield drift.path, drift.kind, drift.intended, drift.actual, reason(drift.kind)
    for gap in comparison.gaps:
        yield gap.path, gap.kind, None, None, gap.reason
    for fold in comparison.folds:
        yield fold.path, "expected", None, fold.actual, fold.rule
