"""Weak places, from the part of a request to the call, with the path between: for `setpoint runtime`."""

from __future__ import annotations

from collections.abc import Sequence

from setpoint.cli.output import Output, moment
from setpoint.model.canonical import Json
from setpoint.model.inside import Place
from setpoint.model.wording import counted


def show_flows(output: Output, flows: Sequence[Place]) -> None:
    """The attacked first, then those that are surest."""
    if not flows:
        output.line("no weak places were met")
    for place in sorted(flows, key=lambda each: (-each.attacks, -each.sighting.confidence, each.key)):
        _show_flow(output, place)


def _show_flow(output: Output, place: Place) -> None:
    sighting = place.sighting
    attacked = f"  ATTACKED {counted(place.attacks, 'time')}" if place.attacks else ""
    output.line(f"{sighting.kind} (CWE-{sighting.cwe}){attacked}", style="bold red" if place.attacks else "bold")
    where = f"{sighting.method} {sighting.route}".strip()
    origins = ", ".join(f"{each.part} {each.name}".strip() for each in sighting.origins)
    output.line(f"  {' '.join(filter(None, (where, origins))) or 'called by the application'}")
    for depth, frame in enumerate(sighting.frames):
        output.line(f"  {'   ' * depth}└─ {frame.function}  {frame.file}:{frame.line}")
    context = f" ({sighting.context})" if sighting.context else ""
    output.line(f"  {'   ' * len(sighting.frames)}└─ {sighting.sink}{context}")
    releases = ", ".join(each for each in sorted(place.releases) if each) or "releases that nobody named"
    output.line(
        f"  confidence {sighting.confidence:.0%}, met {counted(place.count, 'time')}, last {moment(place.last)}, "
        f"in {releases}, key {place.key}"
    )


def flow_json(place: Place) -> Json:
    sighting = place.sighting
    return {
        "key": place.key,
        "type": sighting.kind,
        "cwe": sighting.cwe,
        "sink": sighting.sink,
        "context": sighting.context,
        "method": sighting.method,
        "route": sighting.route,
        "origins": [
            {"part": each.part, "name": each.name, "shape": each.shape, "fingerprint": each.fingerprint}
            for each in sighting.origins
        ],
        "frames": [{"file": each.file, "line": each.line, "function": each.function} for each in sighting.frames],
        "confidence": sighting.confidence,
        "count": place.count,
        "attacks": place.attacks,
        "first": place.first.isoformat(),
        "last": place.last.isoformat(),
        "probes": list(place.probes),
        "releases": {release: at.isoformat() for release, at in place.releases.items()},
    }
