"""What trails recorded of changes, kept by the names of what they were made to: the last few of each call.

`reader` and `writing` ask it, inside their transactions. Which of the changes made a difference is not decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from setpoint.model.attribution import Means, RecordedChange, RecordedWrite
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.identity.tables import sessions, write_names, writes

MOST_OF_CALL: Final = 10
"""Changes that are kept of one name by one call: who looks for the last one finds it among them."""

MOST: Final = 200_000
"""Changes that are kept in all, a few kilobytes each."""

KEPT_FOR: Final = timedelta(days=90)
"""As long as AWS itself keeps the history of events (AWS CloudTrail User Guide, *Working with CloudTrail Event
history*)."""

MOST_FOUND: Final = 1_000
"""Of one entity, the newest."""

AT_ONCE: Final = 500
"""Names, or changes, of one statement."""


def keep(connection: Connection, found: Sequence[RecordedWrite], now: datetime) -> None:
    """Those that are not known; what there is too much of goes."""
    new = _new(connection, _last_of_each_call(found))
    if not new:
        return
    connection.execute(insert(writes), [_encode(each) for each in new.values()])
    numbers = _numbers(connection, list(new))
    rows: list[dict[str, Any]] = [
        {"account": each.account, "name": name, "number": numbers[identity], "call": _call(each), "at": each.change.at}
        for identity, each in new.items()
        for name in sorted({name for _, name in each.names})
    ]
    connection.execute(insert(write_names), rows)
    _drop_surplus(connection, sorted({row["name"] for row in rows}))
    _drop_old(connection, max(numbers.values()), now)


def naming(connection: Connection, account: str, names: Collection[str]) -> list[RecordedWrite]:
    """The newest that named one of these; who began a session that was recorded later is told here."""
    numbers = select(write_names.c.number).where(write_names.c.account == account, write_names.c.name.in_(list(names)))
    wanted = (
        select(writes, sessions.c.principal, sessions.c.chain, sessions.c.labels)
        .outerjoin(sessions, (sessions.c.key == writes.c.key) & (writes.c.key != ""))
        .where(writes.c.number.in_(numbers))
        .order_by(writes.c.at.desc(), writes.c.number.desc())
        .limit(MOST_FOUND)
    )
    return [_decode(row) for row in connection.execute(wanted)]


def names_between(connection: Connection, after: int, up_to: int) -> frozenset[tuple[str, str]]:
    """With their accounts, of the changes of these numbers."""
    table = write_names.c
    wanted = select(table.account, table.name).where(table.number > after, table.number <= up_to).distinct()
    return frozenset((row.account, row.name) for row in connection.execute(wanted))


def newest(connection: Connection) -> int:
    """The number of the one that was kept last; 0 where there is none."""
    found: int = connection.execute(select(func.coalesce(func.max(writes.c.number), 0))).scalar_one()
    return found


def _last_of_each_call(found: Sequence[RecordedWrite]) -> Iterator[RecordedWrite]:
    """A log may hold thousands of one call to one thing."""
    together: defaultdict[tuple[Any, ...], list[RecordedWrite]] = defaultdict(list)
    for each in found:
        together[each.account, _call(each), each.names].append(each)
    for some in together.values():
        yield from sorted(some, key=lambda each: each.change.at)[-MOST_OF_CALL:]


def _new(connection: Connection, found: Iterator[RecordedWrite]) -> dict[str, RecordedWrite]:
    by_id = {each.change.id: each for each in found}
    known = _numbers(connection, list(by_id))
    return {identity: each for identity, each in by_id.items() if identity not in known}


def _numbers(connection: Connection, identities: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in batches(identities, AT_ONCE):
        rows = connection.execute(select(writes.c.id, writes.c.number).where(writes.c.id.in_(some)))
        found |= {row.id: row.number for row in rows}
    return found


def _drop_surplus(connection: Connection, names: Sequence[str]) -> None:
    table = write_names
    place = func.row_number().over(
        partition_by=(table.c.account, table.c.name, table.c.call), order_by=(table.c.at.desc(), table.c.number.desc())
    )
    for some in batches(names, AT_ONCE):
        ranked = select(table, place.label("place")).where(table.c.name.in_(some)).subquery()
        surplus = connection.execute(select(ranked).where(ranked.c.place > MOST_OF_CALL)).all()
        for row in surplus:
            one = (table.c.account == row.account) & (table.c.name == row.name) & (table.c.number == row.number)
            connection.execute(delete(table).where(one))
        for numbers in batches(sorted({row.number for row in surplus}), AT_ONCE):
            named = select(table.c.number).where(table.c.number == writes.c.number).exists()
            connection.execute(delete(writes).where(writes.c.number.in_(numbers), ~named))


def _drop_old(connection: Connection, newest_number: int, now: datetime) -> None:
    """The newest stays in any case, so that numbers go on from it."""
    over = ((writes.c.number <= newest_number - MOST) | (writes.c.at < now - KEPT_FOR)) & (
        writes.c.number != newest_number
    )
    numbers = connection.execute(select(writes.c.number).where(over)).scalars().all()
    for some in batches(numbers, AT_ONCE):
        connection.execute(delete(write_names).where(write_names.c.number.in_(some)))
        connection.execute(delete(writes).where(writes.c.number.in_(some)))


def _call(write: RecordedWrite) -> str:
    return called(write.change.source, write.change.event)


def called(source: str, event: str) -> str:
    """As a call is kept."""
    return f"{source} {event}"


def _encode(write: RecordedWrite) -> dict[str, Any]:
    change = write.change
    document = {
        # By hand: `asdict` takes ten times as long, and logs hold thousands of these.
        "change": {
            "principal": change.principal,
            "issuer": change.issuer,
            "event": change.event,
            "source": change.source,
            "id": change.id,
            "origin": change.origin,
        },
        "region": write.region,
        "means": write.means,
        "tool": write.tool,
        "names": write.names,
        "parameters": write.parameters,
        "chain": write.chain,
        "labels": write.labels,
    }
    return {"id": change.id, "account": write.account, "key": write.key, "at": change.at, "document": document}


def _decode(row: Row[Any]) -> RecordedWrite:
    document = row.document
    write = RecordedWrite(
        change=RecordedChange(**{**document["change"], "at": row.at}),
        account=row.account,
        region=document["region"],
        means=Means(document["means"]),
        tool=document["tool"],
        names=tuple((kind, name) for kind, name in document["names"]),
        parameters=tuple((path, digest) for path, digest in document["parameters"]),
        chain=tuple(document["chain"]),
        labels=tuple(document["labels"]),
        key=row.key,
    )
    if write.chain or row.principal is None:
        return write
    labels = dict.fromkeys((*write.labels, *(row.labels or ())))
    return replace(write, chain=tuple(row.chain or (row.principal,)), labels=tuple(labels))
