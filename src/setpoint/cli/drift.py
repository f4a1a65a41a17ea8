"""`setpoint drift`: the differences that the last heartbeat left."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

from setpoint.cli.beats import coverage_json, explain_coverage
from setpoint.cli.options import json_option, service_option
from setpoint.cli.output import Output, moment, value
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, Drift, Gap
from setpoint.model.snapshot import AreaCoverage, doubts


class _Subcommands(click.Group):
    """Imported when they are used: `setpoint drift` itself needs neither schemas nor the comparator."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return ["explain", "replay"]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ("explain", "replay"):
            return None
        command = importlib.import_module(f"setpoint.cli.drift_{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@click.group(name="drift", cls=_Subcommands, invoke_without_command=True)
@source_option
@click.option("--plane", type=click.Choice(["config"]), default="config", show_default=True, help="Which plane.")
@service_option
@json_option
def command(source: Source, plane: str, service: str | None, *, as_json: bool) -> int | None:
    """Show where production differed from what was declared, at the last heartbeat.

    Exits 1 when there is drift, 3 when something could not be read.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return None
    output = Output.of(as_json=as_json)
    last = source.last_beat()
    comparisons = list(source.comparisons(service))
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
