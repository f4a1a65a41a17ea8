"""`setpoint runtime SERVICE`: what its agents see inside of it: routes, functions that were reached, flows."""

from __future__ import annotations

from collections.abc import Sequence

import click

from setpoint.cli.flows import flow_json, show_flows
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import InsideSource, Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.inside import InsideSummary, RouteUse
from setpoint.model.report import Coverage
from setpoint.model.wording import counted

SAID = {
    Coverage.EXACT: "exact: what is not listed did not run",
    Coverage.SAMPLED: "sampled: what is not listed may have run all the same",
    Coverage.OFF: "off: which functions run is not recorded",
}


@click.command(name="runtime")
@click.argument("service")
@source_option
@click.option("--routes", "wants_routes", is_flag=True, help="Routes: calls, errors, latency, effects.")
@click.option("--functions", "wants_functions", is_flag=True, help="Functions that were reached, by file.")
@click.option("--flows", "wants_flows", is_flag=True, help="Weak places, with the path from the route to the call.")
@json_option
def command(
    source: Source, service: str, *, wants_routes: bool, wants_functions: bool, wants_flows: bool, as_json: bool
) -> int:
    """Show what agents see inside of SERVICE; all of it, unless a part is named.

    Exits 3 when no agent of it was heard of within the last hour, or more was seen than is kept.
    """
    output, inside = Output.of(as_json=as_json), source.inside
    everything = not (wants_routes or wants_functions or wants_flows)
    summary = inside.runtime(service)
    document: dict[str, Json] = _summary_json(summary)
    _show_summary(output, summary)
    if wants_routes or everything:
        routes = inside.routes(service)
        document["routes"] = [_route_json(each) for each in routes]
        _show_routes(output, routes)
    if wants_functions or everything:
        document |= _functions(output, inside, summary)
    if wants_flows or everything:
        flows = inside.flows(service)
        document["flows"] = [flow_json(each) for each in flows]
        show_flows(output, flows)
    if as_json:
        output.json(document)
    return 0 if summary.agents and not summary.full else 3


def _show_summary(output: Output, summary: InsideSummary) -> None:
    output.line(
        f"{summary.service}: {counted(summary.agents, 'agent')} heard of within the last hour, "
        f"{counted(summary.routes, 'route')}, {counted(summary.functions, 'function')} reached, "
        f"{counted(summary.places, 'weak place')}"
    )
    for each in summary.full:
        output.line(f"could not tell: as many {each} are kept as can be; there may be more", style="bold yellow")


def _show_routes(output: Output, routes: Sequence[RouteUse]) -> None:
    if not routes:
        output.line("no routes were called")
        return
    output.table(
        ("route", "method", "calls", "errors", "p50", "p95", "effects", "writes", "seen"),
        [_route_row(each) for each in routes],
    )


def _route_row(route: RouteUse) -> tuple[object, ...]:
    effects = ", ".join(f"{name} {count:,}" for name, count in sorted(route.effects.items()) if count)
    return (
        route.route,
        route.method,
        f"{route.calls:,}",
        f"{route.error_share:.1%}",
        _bound(route, 0.5),
        _bound(route, 0.95),
        effects,
        "yes" if route.writes else "no",
        route.last_seen,
    )


def _bound(route: RouteUse, share: float) -> str:
    """A histogram tells a bound, and no value."""
    if not any(route.latency.values()):
        return ""
    seconds = route.within(share)
    return "beyond" if seconds is None else f"≤ {seconds * 1000:g} ms"


def _functions(output: Output, inside: InsideSource, summary: InsideSummary) -> dict[str, Json]:
    """For people how many of each file, for programs each."""
    if output.as_json:
        reached = inside.functions(summary.service)
        listed = [
            {"part": part, "file": each.file, "line": each.line, "function": each.function} for part, each in reached
        ]
        return {"functions": listed}
    output.line(f"functions reached, {SAID[summary.coverage]}")
    files = inside.files(summary.service)
    output.table(("code", "file", "functions"), [(each.part, each.file, each.functions) for each in files])
    return {}


def _summary_json(summary: InsideSummary) -> dict[str, Json]:
    return {
        "service": summary.service,
        "agents": summary.agents,
        "coverage": summary.coverage,
        "full": list(summary.full),
    }


def _route_json(route: RouteUse) -> Json:
    return {
        "route": route.route,
        "method": route.method,
        "framework": route.framework,
        "calls": route.calls,
        "error_share": route.error_share,
        "statuses": route.statuses,
        "p50_s": route.within(0.5),
        "p95_s": route.within(0.95),
        "latency": route.latency,
        "seconds": route.seconds,
        "effects": route.effects,
        "writes": route.writes,
        "last_seen": route.last_seen.isoformat(),
    }
