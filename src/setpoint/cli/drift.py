"""`setpoint drift`: the differences that the last heartbeat left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from setpoint.cli.beats import coverage_json, explain_coverage, last_beat
from setpoint.cli.options import config_option, json_option, service_option
from setpoint.cli.output import Output, moment, value
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, Drift, Gap
from setpoint.model.snapshot import AreaCoverage, doubts
from setpoint.settings import load_settings
from setpoint.wiring import open_reader


@click.command(name="drift")
@config_option
@click.option("--plane", type=click.Choice(["config"]), default="config", show_default=True, help="Which plane.")
@service_option
@json_option
def command(config: Path, plane: str, service: str | None, *, as_json: bool) -> int:
    """Show where production differed from what was declared, at the last heartbeat.

    Exits 1 when there is drift, 3 when something could not be read.
    """
    output = Output.of(as_json=as_json)
    settings = load_settings(config)
    with open_reader(settings) as ledger:
        last = last_beat(ledger, settings.loop.scope)
        comparisons = list(ledger.comparisons(settings.loop.scope, service=service))
    drifts = [drift for each in comparisons for drift in each.drifts]
    if as_json:
        output.json(_document(plane, moment(last.ended_at), comparisons, last.coverage))
    else:
        output.line(f"as of {moment(last.ended_at)}: {len(drifts)} differences")
        output.table(
            ("kind", "resource", "path", "intended", "actual"),
            [(each.kind, each.urn, each.path, value(each.intended), value(each.actual)) for each in drifts],
        )
        _show_gaps(output, [gap for each in comparisons for gap in each.gaps])
        explain_coverage(output, last.coverage)
    if drifts:
        return 1
    return 3 if doubts(last.coverage) else 0


def _show_gaps(output: Output, gaps: list[Gap]) -> None:
    if gaps:
        output.line("not compared:")
        output.table(
            ("resource", "path", "kind", "because"), [(each.urn, each.path, each.kind, each.reason) for each in gaps]
        )


def _document(plane: str, at: str, comparisons: list[Comparison], coverage: Sequence[AreaCoverage]) -> Json:
    return {
        "plane": plane,
        "as_of": at,
        "drift": [_drift(drift) for each in comparisons for drift in each.drifts],
        "gaps": [
            {"urn": gap.urn, "path": gap.path, "kind": gap.kind, "reason": gap.reason}
            for each in comparisons
            for gap in each.gaps
        ],
        "coverage": coverage_json(coverage),
    }


def _drift(drift: Drift) -> Json:
    return {
        "urn": drift.urn,
        "kind": drift.kind,
        "path": drift.path,
        "intended": drift.intended,
        "actual": drift.actual,
    }
