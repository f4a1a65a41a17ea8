"""`setpoint drift explain`: the rule by which a value is drift, unknown, the same or to be expected, and its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, value
from setpoint.cli.source import Source, source_option
from setpoint.errors import InputError
from setpoint.model.drift import Explanation
from setpoint.model.urn import Urn


@click.command(name="explain")
@click.argument("subject")
@click.argument("path", default="")
@click.option("--case", metavar="NAME", help="SUBJECT is a file of recordings, and this one of them is meant.")
@source_option
@json_option
def command(source: Source, subject: str, path: str, case: str | None, *, as_json: bool) -> int:
    """Say why a value is drift, unknown, the same, or was to be expected.

    SUBJECT is the URN of an entity, as the last heartbeat saw it, or a file of recordings with --case. PATH is one of
    its properties; without it, all are told of which there is something to say. A PATH that its type does not have is
    refused.
    """
    output = Output.of(as_json=as_json)
    told = _recorded(subject, case, path) if case is not None else source.explain(_urn(subject), path)
    if as_json:
        output.json(
            [
                {
                    "path": each.path,
                    "verdict": each.verdict,
                    "intended": each.intended,
                    "actual": each.actual,
                    "because": each.because,
                }
                for each in told
            ]
        )
    output.table(
        ("path", "verdict", "intended", "actual", "because"),
        [(each.path, each.verdict, value(each.intended), value(each.actual), each.because) for each in told],
    )
    return 0


def _urn(subject: str) -> Urn:
    try:
        return Urn.parse(subject)
    except InputError as error:
        if not Path(subject).is_file():
            raise
        raise InputError(
            "a file may hold many recordings", where=subject, remedy="name the one that is meant: --case NAME"
        ) from error


def _recorded(file: str, case: str, path: str) -> Sequence[Explanation]:
    from setpoint.cli.drift_replay import explain_recorded

    return explain_recorded(Path(file), case, path)
