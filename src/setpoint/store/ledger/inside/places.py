"""Weak places in the ledger: a row for each, with the counts of all boots. Used by `taking` and `reader`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from setpoint.model.canonical import canonical_bytes
from setpoint.model.inside import Place
from setpoint.model.report import AgentReport, Frame, Origin, ReportedPlace, Sighting
from setpoint.store.ledger.columns import EPOCH, MICROSECOND
from setpoint.store.ledger.inside.growth import seen_again
from setpoint.store.ledger.inside.tables import place_boots, places
from setpoint.store.ledger.upserts import insert_or_update

MOST_PLACES: Final = 10_000
"""Of one service; what is found in more places is not told apart any more."""

MOST_PROBES: Final = 8


def merge(connection: Connection, report: AgentReport, *, is_gone: bool) -> None:
    """`is_gone`: of a boot whose own counts were let go, what it counted before is in the totals already."""
    reported = {each.key: each for each in report.places}
    if not reported:
        return
    known = _rows(connection, report, reported)
    room = MOST_PLACES - _count(connection, report.service) if reported.keys() - known.keys() else 0
    of_boot = _rows_of_boot(connection, report, reported)
    rows, boots = [], []
    for key, place in sorted(reported.items()):
        row = known.get(key)
        if row is None and room <= 0:
            continue
        room -= row is None
        before = of_boot.get(key, (0, 0))
        now = max(before[0], place.count), max(before[1], place.attacks)
        growth = (0, 0) if is_gone and key not in of_boot else (now[0] - before[0], now[1] - before[1])
        rows.append(_merged(row, place, report, growth))
        boots.append({**_key(report, key), "boot": report.boot, "met": now[0], "attacks": now[1]})
    if rows:
        connection.execute(insert_or_update(connection, places), rows)
        connection.execute(insert_or_update(connection, place_boots), boots)


def _merged(row: Row[Any] | None, place: ReportedPlace, report: AgentReport, growth: tuple[int, int]) -> dict[str, Any]:
    # By the clock of an agent's machine, which may be ahead.
    first, last = min(place.first, report.received_at), min(place.last, report.received_at)
    sighting = _encode(place.sighting)
    new = {
        **_key(report, place.key),
        "sighting": sighting,
        "met": growth[0],
        "attacks": growth[1],
        "first": first,
        "last": last,
        "probes": sorted(place.probes)[:MOST_PROBES],
        "releases": seen_again({}, report.release, last),
        "changed": report.offset,
    }
    if row is None:
        return new
    told = max(row.sighting, sighting, key=_surely)
    releases = seen_again(row.releases, report.release, last)
    same = told == row.sighting and not growth[1] and releases.keys() == row.releases.keys()
    return new | {
        "sighting": told,
        "met": row.met + growth[0],
        "attacks": row.attacks + growth[1],
        "first": min(row.first, first),
        "last": max(row.last, last),
        "probes": sorted({*row.probes, *place.probes})[:MOST_PROBES],
        "releases": releases,
        "changed": row.changed if same else max(row.changed, report.offset),
    }


def decode(row: Row[Any]) -> Place:
    return Place(
        service=row.service,
        key=row.key,
        sighting=_decode(row.sighting),
        count=row.met,
        attacks=row.attacks,
        first=row.first,
        last=row.last,
        probes=tuple(row.probes),
        releases={release: _moment(at) for release, at in row.releases.items()},
    )


def _rows(connection: Connection, report: AgentReport, keys: Mapping[str, Any]) -> dict[str, Row[Any]]:
    wanted = select(places).where(places.c.service == report.service, places.c.key.in_(list(keys)))
    return {row.key: row for row in connection.execute(wanted)}


def _rows_of_boot(connection: Connection, report: AgentReport, keys: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    table = place_boots
    of_boot = (table.c.service == report.service) & (table.c.boot == report.boot)
    wanted = select(table.c.key, table.c.met, table.c.attacks).where(of_boot, table.c.key.in_(list(keys)))
    return {key: (count, attacks) for key, count, attacks in connection.execute(wanted)}


def _count(connection: Connection, service: str) -> int:
    return connection.execute(select(func.count()).select_from(places).where(places.c.service == service)).scalar_one()


def _key(report: AgentReport, key: str) -> dict[str, str]:
    return {"service": report.service, "key": key}


def _surely(sighting: Mapping[str, Any]) -> tuple[float, bytes]:
    """The same one is told whatever the order in which sightings come."""
    return sighting["confidence"], canonical_bytes(sighting)


def _moment(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND


def _encode(sighting: Sighting) -> dict[str, Any]:
    return {
        "kind": sighting.kind,
        "cwe": sighting.cwe,
        "sink": sighting.sink,
        "frames": [[each.file, each.line, each.function] for each in sighting.frames],
        "origins": [[each.part, each.name, each.shape, each.fingerprint] for each in sighting.origins],
        "context": sighting.context,
        "method": sighting.method,
        "route": sighting.route,
        "confidence": sighting.confidence,
    }


def _decode(document: Mapping[str, Any]) -> Sighting:
    rest = {name: document[name] for name in ("kind", "cwe", "sink", "context", "method", "route", "confidence")}
    return Sighting(
        frames=tuple(Frame(*each) for each in document["frames"]),
        origins=tuple(Origin(*each) for each in document["origins"]),
        **rest,
    )
