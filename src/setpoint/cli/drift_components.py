"""`setpoint drift --plane component`: what each release of a service runs, against what was built of it."""

from __future__ import annotations

from collections.abc import Sequence

from setpoint.cli.output import Output
from setpoint.cli.source import Source
from setpoint.compare.component.running import ALARMS, ReleaseDrift
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.wording import counted


def show_component_drift(source: Source, service: str | None, *, everything: bool, as_json: bool) -> int:
    """Exits 1 when something runs that was not built so, 3 when that cannot be told of all of it."""
    if service is None:
        raise InputError("the component plane is shown for one service", remedy="name it: --service NAME")
    output = Output.of(as_json=as_json)
    releases = source.inventory.drift(service)
    if as_json:
        output.json({"service": service, "releases": [_json(each) for each in releases]})
    for each in releases:
        _show(output, service, each, everything=everything)
    if any(drift.kind in ALARMS for each in releases for drift in each.comparison.drifts):
        return 1
    return 3 if _is_unsure(releases) else 0


def _is_unsure(releases: Sequence[ReleaseDrift]) -> bool:
    return any(not (each.comparison.has_built and each.comparison.is_whole) for each in releases)


def _show(output: Output, service: str, release: ReleaseDrift, *, everything: bool) -> None:
    comparison = release.comparison
    shown = [each for each in comparison.drifts if everything or each.kind in ALARMS]
    left_out = len(comparison.drifts) - len(shown)
    name = f"{service}@{release.release}" if release.release else f"{service}, of no release that its agents name"
    output.line(f"{name}: {counted(comparison.processes, 'process', 'processes')}, {counted(len(shown), 'difference')}")
    if not comparison.has_built:
        remedy = (
            f"add it: setpoint sbom add FILE --release {name}"
            if release.release
            else "tell the agents which it is: SETPOINT_RELEASE"
        )
        output.line(f"could not tell: no bill of what was built is known; {remedy}", style="bold yellow")
    if not comparison.is_whole:
        output.line("could not tell all: a process has not told everything yet", style="bold yellow")
    for kind, count in comparison.not_compared:
        run = counted(count, f"{kind} package runs", f"{kind} packages run")
        output.line(f"not compared: {run}, and the built bill lists none of that kind")
    output.table(
        ("kind", "what", "built", "running", "details", "processes"),
        [(each.kind, each.subject, each.built, each.running, each.details, each.instances) for each in shown],
    )
    if left_out:
        output.line(f"never loaded: {counted(left_out, 'package')}; --all names each")


def _json(release: ReleaseDrift) -> Json:
    comparison = release.comparison
    return {
        "release": release.release,
        "processes": comparison.processes,
        "has_built": comparison.has_built,
        "is_whole": comparison.is_whole,
        "not_compared": dict(comparison.not_compared),
        "drifts": [
            {
                "kind": each.kind,
                "what": each.subject,
                "built": each.built,
                "running": each.running,
                "details": each.details,
                "processes": each.instances,
            }
            for each in comparison.drifts
        ],
    }
