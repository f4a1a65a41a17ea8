"""`setpoint doctor`: what can and cannot be read, before anything relies on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from setpoint.cli.beats import coverage_json
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.reading import reading, show_reading
from setpoint.cli.server_options import only_here
from setpoint.model.canonical import Json
from setpoint.model.snapshot import AreaCoverage, Extent, Snapshot, doubts
from setpoint.observe.aws.observer import permissions
from setpoint.observe.aws.workload import Workload
from setpoint.settings import Settings, load_settings
from setpoint.wiring import Wiring


@click.command(name="doctor")
@config_option
@json_option
@only_here
def command(config: Path, *, as_json: bool) -> int:
    """Read a little of everything: declared state, policies, and every area of production.

    Exits 3 when something cannot be read, and names the missing permission.
    """
    output = Output.of(as_json=as_json)
    settings = load_settings(config)
    wiring = Wiring(settings)
    partition, account = wiring.clients.identity()
    output.line(
        f"account {account} ({partition}), regions {', '.join(settings.aws.regions)}, mode {settings.loop.mode}"
    )
    snapshot, policies = wiring.intent.read(), wiring.policies.policies
    areas = _probe(wiring, snapshot)
    work = wiring.observer.workload(snapshot.resources)
    if as_json:
        document = _document(settings, account, snapshot, len(policies), areas)
        output.json({**document, "permissions": _permissions(wiring, work), "reading": reading(work, settings)})
    else:
        _show(output, snapshot, len(policies), areas, wiring)
        show_reading(output, work, settings)
    return 3 if doubts([*areas, *snapshot.coverage.areas.values()]) else 0


def _probe(wiring: Wiring, snapshot: Snapshot) -> list[AreaCoverage]:
    if not sys.stderr.isatty():
        return wiring.observer.probe(snapshot.resources)
    from rich.console import Console

    with Console(stderr=True).status("asking AWS for a little of everything …"):
        return wiring.observer.probe(snapshot.resources)


def _show(output: Output, snapshot: Snapshot, policies: int, areas: list[AreaCoverage], wiring: Wiring) -> None:
    output.line(f"{len(snapshot.resources)} resources declared, {policies} policies")
    not_covered = [each for each in snapshot.coverage.areas.values() if each.extent is Extent.NOT_COVERED]
    output.table(("declared, but not covered", "why"), [(each.area, "; ".join(each.reasons)) for each in not_covered])
    output.table(
        ("area", "read", "because"),
        [(each.area, each.extent, "; ".join(each.reasons)) for each in sorted(areas, key=lambda each: each.area)],
    )
    lacking = doubts(areas)
    if lacking:
        needed = permissions({each.area.type for each in lacking}, wiring.selection)
        output.line("reading these types wholly needs:")
        output.table(("type", "permissions"), [(name, ", ".join(actions)) for name, actions in needed.items()])
    else:
        output.line("everything can be read", style="green")


def _document(settings: Settings, account: str, snapshot: Snapshot, policies: int, areas: list[AreaCoverage]) -> Json:
    return {
        "account": account,
        "regions": list(settings.aws.regions),
        "mode": settings.loop.mode,
        "declared": len(snapshot.resources),
        "policies": policies,
        "declared_coverage": coverage_json(list(snapshot.coverage.areas.values())),
        "coverage": coverage_json(areas),
    }


def _permissions(wiring: Wiring, work: Iterable[Workload]) -> Json:
    needed = permissions({each.type for each in work}, wiring.selection)
    return {name: list(actions) for name, actions in needed.items()}
