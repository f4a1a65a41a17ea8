"""`PermissionUseWriter` on a database. `SqlWriter.permission_use` makes it, with its own transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, insert, select

from setpoint.errors import ConflictError
from setpoint.model.permission_use import Counts, Gap, GapKind, ReadLog, RecordReach, TrailBatch, Use, silent_gaps
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.identity import changes
from setpoint.store.ledger.identity.tables import (
    gaps,
    logs,
    marks,
    names,
    reach,
    sessions,
    unmapped,
    use_marks,
    uses,
)
from setpoint.store.ledger.part import PartWriter
from setpoint.store.ledger.upserts import insert_or_keep, insert_or_merge, insert_or_update

LONGEST_SESSION: Final = timedelta(hours=36)
"""A federated user's (AWS STS API Reference, GetFederationToken)."""


class SqlPermissionUseWriter(PartWriter):
    def put_uses(self, batch: TrailBatch, at: datetime) -> None:
        with self._writing(at) as connection:
            _note_logs(connection, batch)
            _add(connection, batch.counts)
            _put_marks(connection, batch)
            _put_gaps(connection, batch.gaps)
            changes.keep(connection, batch.writes, at)
            for (account, region), hours in batch.hours.items():
                if hours:
                    _reach_to(connection, account, region, hours)


def _note_logs(connection: Connection, batch: TrailBatch) -> None:
    """First of all: what was read already is not counted again."""
    _expect_new(connection, batch.source, batch.logs)
    rows = [{"source": batch.source, "name": each.name, "digest": each.digest, "at": each.at} for each in batch.logs]
    if rows:
        connection.execute(insert(logs), rows)
    if batch.forget is not None:
        old = and_(logs.c.source == batch.source, logs.c.at < batch.forget.before)
        within = logs.c.name.startswith(batch.forget.within, autoescape=True)
        connection.execute(delete(logs).where(old, within))


def _expect_new(connection: Connection, source: str, read: Collection[ReadLog]) -> None:
    for some in batches([each.name for each in read]):
        known = select(logs.c.name).where(logs.c.source == source, logs.c.name.in_(some)).limit(1)
        name = connection.execute(known).scalar_one_or_none()
        if name is not None:
            raise ConflictError(
                f"the log {name} was counted by another process meanwhile", where=source, remedy="read on"
            )


def _add(connection: Connection, counts: Counts) -> None:
    numbers = _numbers_of(connection, {name for each in counts.uses for name in _names(each)})
    rows = [
        {
            "principal": numbers[each.principal],
            "action": numbers[each.action],
            "resource": numbers[each.resource],
            "day": each.day.toordinal(),
            "original": numbers[each.original],
            "used": each.used,
            "failed": each.failed,
            "denied": each.denied,
            "first": each.first,
            "last": each.last,
        }
        for each in counts.uses
    ]
    if rows:
        add = insert_or_merge(connection, uses, add=("used", "failed", "denied"), least=("first",), most=("last",))
        connection.execute(add, rows)
        marked = [{"principal": number, "mark": 1} for number in {numbers[each.principal] for each in counts.uses}]
        connection.execute(insert_or_merge(connection, use_marks, add=("mark",)), marked)
    if counts.unmapped:
        told = [{"name": name, "events": events} for name, events in counts.unmapped.items()]
        connection.execute(insert_or_merge(connection, unmapped, add=("events",)), told)
    if counts.sessions:
        begun = [
            {
                "key": key,
                "principal": each.principal,
                "begun": each.begun,
                "chain": list(each.chain),
                "labels": list(each.labels),
            }
            for key, each in counts.sessions.items()
        ]
        connection.execute(insert_or_update(connection, sessions), begun)
        newest = max(each.begun for each in counts.sessions.values())
        connection.execute(delete(sessions).where(sessions.c.begun < newest - LONGEST_SESSION))


def _names(use: Use) -> tuple[str, ...]:
    return use.principal, use.original, use.action, use.resource


def _numbers_of(connection: Connection, wanted: Collection[str]) -> dict[str, int]:
    known = _known_numbers(connection, wanted)
    new = sorted(set(wanted) - known.keys())
    if new:
        connection.execute(insert(names), [{"name": name} for name in new])
        known |= _known_numbers(connection, new)
    return known


def _known_numbers(connection: Connection, wanted: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in batches(sorted(wanted)):
        rows = connection.execute(select(names.c.name, names.c.id).where(names.c.name.in_(some)))
        found |= {row.name: row.id for row in rows}
    return found


def _put_marks(connection: Connection, batch: TrailBatch) -> None:
    rows = [{"source": batch.source, "part": part, "mark": mark} for part, mark in batch.marks.items()]
    if rows:
        connection.execute(insert_or_update(connection, marks), rows)


def _put_gaps(connection: Connection, found: Iterable[Gap]) -> None:
    rows = [_encode_gap(each) for each in found]
    if rows:
        connection.execute(insert_or_keep(connection, gaps), rows)


def _reach_to(connection: Connection, account: str, region: str, hours: Sequence[datetime]) -> None:
    """These hours are told of: what was a gap for lack of them is none any more, and what lies between them is one."""
    here = and_(reach.c.account == account, reach.c.region == region)
    row = connection.execute(select(reach).where(here)).one_or_none()
    known = RecordReach(account, region, row.first, row.last) if row else None
    _take_out(connection, account, region, hours)
    _put_gaps(connection, known.silent_until(hours) if known else silent_gaps(account, region, hours))
    first, last = (min(known.first, *hours), max(known.last, *hours)) if known else (min(hours), max(hours))
    place = {"account": account, "region": region, "first": first, "last": last}
    connection.execute(insert_or_update(connection, reach), place)


def _take_out(connection: Connection, account: str, region: str, hours: Sequence[datetime]) -> None:
    """Out of the silent gaps, of which there are few."""
    silent = and_(gaps.c.account == account, gaps.c.region == region, gaps.c.kind == GapKind.SILENT.value)
    touched = and_(silent, gaps.c.since <= max(hours), gaps.c.until > min(hours))
    before = [decode_gap(row) for row in connection.execute(select(gaps).where(touched))]
    if not before:
        return
    left = before
    for hour in hours:
        left = [part for gap in left for part in gap.without_hour(hour)]
    connection.execute(delete(gaps).where(touched))
    _put_gaps(connection, left)


def _encode_gap(gap: Gap) -> dict[str, Any]:
    return {**asdict(gap), "kind": gap.kind.value}


def decode_gap(row: Row[Any]) -> Gap:
    return Gap(row.account, row.region, row.since, row.until, GapKind(row.kind), row.reason)
