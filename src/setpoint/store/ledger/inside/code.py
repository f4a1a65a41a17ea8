"""What agents saw of the code of each release of a service. Used by `taking` and `reader`.

How closely they looked only ever gets less, what is defined only more, and counts grow with the largest of each boot:
reports may come late, twice, or in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select

from setpoint.model.inside import Watch
from setpoint.model.report import AgentReport, Coverage, Frame, SinkCaller
from setpoint.store.ledger.inside.growth import grown
from setpoint.store.ledger.inside.tables import coverage, defined, look_boots, looks, releases
from setpoint.store.ledger.upserts import insert_or_merge, insert_or_update

MOST_FILES: Final = 20_000
MOST_LOOKS: Final = 50_000
"""Of one service, in all of its releases: those of the latest ones, where it is more."""
KEPT_RELEASES: Final = 8
"""The latest."""
MOST_COVERAGES: Final = 2_000
"""Releases of one service of which it is known how closely they were watched: more than are kept."""

LARGEST_COUNT: Final = 2**40
"""Of one boot: what is said beyond would not fit into a sum of many."""

LEAST_EXACT: Final = (Coverage.OFF, Coverage.SAMPLED, Coverage.EXACT)


def merge(connection: Connection, report: AgentReport, *, is_gone: bool) -> None:
    """`is_gone`: of a boot whose own counts were let go, what it counted before is in the totals already."""
    _note_coverage(connection, report)
    if report.defined:
        _define(connection, report)
    if report.looks:
        _look(connection, report, is_gone=is_gone)


def watches(connection: Connection, service: str) -> tuple[Watch, ...]:
    """Of each release that was watched, by when that began."""
    how = {row.release: Coverage(row.coverage) for row in _of(connection, coverage, service)}
    files: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for row in _of(connection, defined, service):
        files[row.release][row.file] = frozenset(row.functions)
    quiet: defaultdict[str, dict[SinkCaller, int]] = defaultdict(dict)
    for row in _of(connection, looks, service):
        quiet[row.release][SinkCaller(Frame(row.file, row.line, row.function), row.cwe)] = row.looks
    seen = select(releases).where(releases.c.service == service).order_by(releases.c.first_seen, releases.c.release)
    return tuple(
        Watch(
            row.release,
            row.first_seen,
            row.last_seen,
            how.get(row.release, Coverage.OFF),
            files[row.release],
            quiet[row.release],
        )
        for row in connection.execute(seen)
    )


def _note_coverage(connection: Connection, report: AgentReport) -> None:
    """An agent that does not watch is part of how closely its release is watched."""
    of_release = (coverage.c.service == report.service) & (coverage.c.release == report.release)
    known = connection.execute(select(coverage.c.coverage).where(of_release)).scalar_one_or_none()
    least = min(report.coverage, Coverage(known or Coverage.EXACT), key=LEAST_EXACT.index)
    if known == least or (known is None and not _has_room(connection, coverage, report, MOST_COVERAGES)):
        return
    row = {"service": report.service, "release": report.release, "coverage": least}
    connection.execute(insert_or_update(connection, coverage), row)


def _define(connection: Connection, report: AgentReport) -> None:
    told: defaultdict[str, set[str]] = defaultdict(set)
    for each in report.defined:
        told[each.file].add(each.function)
    table = defined
    of_release = (table.c.service == report.service) & (table.c.release == report.release)
    wanted = select(table.c.file, table.c.functions).where(of_release, table.c.file.in_(list(told)))
    known = {file: set(functions) for file, functions in connection.execute(wanted)}
    new = {file: functions for file, functions in told.items() if not functions <= known.get(file, set())}
    if new and (known.keys() >= new.keys() or _has_room(connection, table, report, MOST_FILES - len(new))):
        rows = [
            {
                "service": report.service,
                "release": report.release,
                "file": file,
                "functions": sorted(functions | known.get(file, set())),
            }
            for file, functions in sorted(new.items())
        ]
        connection.execute(insert_or_update(connection, table), rows)


def _look(connection: Connection, report: AgentReport, *, is_gone: bool) -> None:
    of_boot = (look_boots.c.service == report.service) & (look_boots.c.boot == report.boot)
    before: dict[str, int] = connection.execute(select(look_boots.c.looks).where(of_boot)).scalar_one_or_none() or {}
    told = {_key(each.caller): each for each in report.looks}
    now = before | {key: max(min(each.count, LARGEST_COUNT), before.get(key, 0)) for key, each in told.items()}
    growth = {key: count for key, count in grown(before, now).items() if not is_gone or key in before}
    if growth and _has_room(connection, looks, report, MOST_LOOKS - len(growth)):
        rows = [{**_caller(report, told[key].caller), "looks": count} for key, count in sorted(growth.items())]
        connection.execute(insert_or_merge(connection, looks, add=("looks",)), rows)
    if now != before:
        row = {"service": report.service, "boot": report.boot, "looks": now}
        connection.execute(insert_or_update(connection, look_boots), row)


def _has_room(connection: Connection, table: Table, report: AgentReport, most: int) -> bool:
    """Whether there are fewer rows than that, if need be after those of older releases are gone."""
    if _count(connection, table, report.service) < most:
        return True
    latest = select(releases.c.release).where(releases.c.service == report.service)
    latest = latest.order_by(releases.c.last_seen.desc(), releases.c.release).limit(KEPT_RELEASES)
    of_others = (table.c.service == report.service) & table.c.release.not_in(latest)
    connection.execute(delete(table).where(of_others))
    return _count(connection, table, report.service) < most


def _count(connection: Connection, table: Table, service: str) -> int:
    return connection.execute(select(func.count()).select_from(table).where(table.c.service == service)).scalar_one()


def _of(connection: Connection, table: Table, service: str) -> Collection[Any]:
    return connection.execute(select(table).where(table.c.service == service)).all()


def _key(caller: SinkCaller) -> str:
    """No name holds a line feed."""
    return f"{caller.cwe}\n{caller.frame.line}\n{caller.frame.file}\n{caller.frame.function}"


def _caller(report: AgentReport, caller: SinkCaller) -> Mapping[str, Any]:
    return {
        "service": report.service,
        "release": report.release,
        "file": caller.frame.file,
        "function": caller.frame.function,
        "line": caller.frame.line,
        "cwe": caller.cwe,
    }
