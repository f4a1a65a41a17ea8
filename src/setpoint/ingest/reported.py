"""From a line of the journal to what an agent reported. Pure; used by `deriving`.

What is in the journal was checked when it came in, but by an older program perhaps, and a privacy rule may have changed
it since: what does not have its form any more is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.ingest.documents import LONGEST_TEXT, moment
from setpoint.ingest.members import LONGEST_NAME
from setpoint.ingest.reports import REPORT_TYPE, check_report
from setpoint.model.canonical import Json
from setpoint.model.component import Component
from setpoint.model.inside import BEYOND
from setpoint.model.report import (
    AgentReport,
    Coverage,
    Frame,
    Origin,
    Part,
    ReportedLooks,
    ReportedPlace,
    ReportedRoute,
    Sighting,
    SinkCaller,
    ToldBill,
    ToldComponent,
)
from setpoint.store.interface import Entry
from setpoint.wiring.inventory import read_bill

MARK: Final = f'"{REPORT_TYPE}"'.encode()
"""Stands in every report's line, and hardly in any other."""

_OWN: Final = "setpoint:"
"""Begins the name of a property that an agent adds to a component."""
_PARTS: Final = {Part.APPLICATION: "application", Part.LIBRARY: "libraries"}

Members = Mapping[str, Json]


def is_report(line: bytes) -> bool:
    """Whether it may be one: a look that costs nothing, where most lines are none."""
    return MARK in line


def report_of(entry: Entry) -> AgentReport | None:
    """None for what is no report, or none that can be read."""
    try:
        event = orjson.loads(entry.line)
        if not isinstance(event, dict) or event.get("type") != REPORT_TYPE:
            return None
        check_report(event.get("data"))
        return _report(event["data"], entry)
    except (orjson.JSONDecodeError, InputError):
        return None


def _report(report: Members, entry: Entry) -> AgentReport:
    about, received_at = report.get("agent") or {}, entry.received_at
    return AgentReport(
        service=report["service"],
        instance=report["instance"],
        boot=report["boot"],
        sequence=report["sequence"],
        offset=entry.offset,
        received_at=received_at,
        reported_at=moment(report, "time", received_at),
        release=report.get("release") or "",
        version=about.get("version", ""),
        python=about.get("python", ""),
        implementation=about.get("implementation", ""),
        coverage=Coverage(about.get("coverage", Coverage.OFF)),
        started=moment(about, "started", received_at) if about.get("started") else None,
        cpu_seconds=float(about.get("cpu_seconds", 0.0)),
        container=about.get("container", ""),
        counters=report.get("counters") or {},
        mishaps=_added((each["kind"], each["count"]) for each in report.get("mishaps") or ()),
        is_watching=report.get("findings") is not None,
        places=tuple(_place(each, received_at) for each in report.get("findings") or ()),
        routes=tuple(_route(each) for each in report.get("routes") or ()),
        functions=_functions(report.get("functions") or {}),
        defined=tuple(_frame(each) for each in (report.get("functions") or {}).get("defined", ())),
        looks=tuple(_looks(each) for each in report.get("looks") or ()),
        bill=_bill(report["sbom"]) if report.get("sbom") else None,
    )


def _place(finding: Members, received_at: datetime) -> ReportedPlace:
    attacks = finding.get("attacks", int(finding.get("attack", False)))
    last = moment(finding, "last", received_at)
    return ReportedPlace(
        key=finding["key"],
        sighting=Sighting(
            kind=finding["type"],
            cwe=finding["cwe"],
            sink=finding["sink"],
            frames=tuple(_frame(each) for each in finding["frames"]),
            origins=tuple(
                Origin(each["part"], each.get("name", ""), each.get("shape", ""), each.get("fingerprint", ""))
                for each in finding.get("origins", ())
            ),
            context=finding.get("context", ""),
            method=finding.get("method", ""),
            route=finding.get("route", ""),
            confidence=float(finding.get("confidence", 0.0)),
        ),
        count=finding["count"],
        attacks=attacks,
        first=moment(finding, "first", last),
        last=last,
        probes=tuple(finding.get("probes", ())),
    )


def _route(route: Members) -> ReportedRoute:
    latency = route.get("latency") or {"bounds": [], "counts": [0], "sum": 0.0}
    bounds = [*(orjson.dumps(float(each)).decode() for each in latency["bounds"]), BEYOND]
    return ReportedRoute(
        route=route["route"],
        method=route["method"],
        framework=route.get("framework", ""),
        calls=route["calls"],
        statuses=route.get("statuses", {}),
        latency=_added(zip(bounds, latency["counts"], strict=True)),
        seconds=float(latency["sum"]),
        effects=route.get("effects", {}),
    )


def _functions(functions: Members) -> dict[Part, tuple[Frame, ...]]:
    return {part: tuple(_frame(each) for each in functions.get(name, ())) for part, name in _PARTS.items()}


def _looks(looks: Members) -> ReportedLooks:
    return ReportedLooks(SinkCaller(_frame(looks), looks["cwe"]), looks["count"])


def _bill(told: Members) -> ToldBill:
    rows = told.get("components", ())
    return ToldBill(
        digest=told["digest"],
        base=told.get("base", ""),
        is_whole=told.get("whole", True),
        components=tuple(ToldComponent(each["bom-ref"], _component(each), _facts(each)) for each in rows),
    )


def _component(row: Members) -> Component | None:
    """None for what has no package, or is told in no way that a bill of materials could hold."""
    if not row.get("purl"):
        return None
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [row]}
    try:
        components = read_bill(orjson.dumps(document), "sbom").components
    except InputError:
        return None
    return components[0] if components and components[0].purl else None


def _facts(row: Members) -> dict[str, str]:
    """Properties of our own; what does not have their form is left out."""
    found = {}
    properties = row.get("properties")
    for each in properties if isinstance(properties, list) else ():
        match each:
            case {"name": str(name), "value": str(value)} if name.startswith(_OWN):
                found[name.removeprefix(_OWN)[:LONGEST_NAME]] = value[:LONGEST_TEXT]
    return found


def _frame(frame: Members) -> Frame:
    return Frame(frame["file"], frame["line"], frame["function"])


def _added(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """By name; of what is named twice, both."""
    added: dict[str, int] = {}
    for name, count in counts:
        added[name] = added.get(name, 0) + count
    return added
