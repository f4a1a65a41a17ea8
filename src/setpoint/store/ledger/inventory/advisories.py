"""Advisories in the ledger: as documents, by their packages, by all of their names. `writer` and `reader` call it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from setpoint.model.advisory import Advisory
from setpoint.model.canonical import digest
from setpoint.model.component import PackageName
from setpoint.store.interface.inventory import AdvisoryChanges
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import numbers, pending
from setpoint.store.ledger.inventory.packing import encode_advisory, pack, unpack_advisory
from setpoint.store.ledger.inventory.tables import (
    advisories,
    advisory_names,
    advisory_packages,
)

AT_ONCE: Final = 1_000
"""Advisories that are looked up together."""

MOST_ALIASES: Final = 10
"""Steps from alias to alias: real ones take two; what goes on for longer is a mistake of whoever wrote them."""


def put(connection: Connection, given: Iterable[Advisory]) -> AdvisoryChanges:
    """Each as it was modified last, whatever comes last: an older state of it tells nothing new."""
    new: list[str] = []
    changed: list[str] = []
    latest: dict[str, Advisory] = {}
    for each in given:
        if each.id not in latest or each.modified >= latest[each.id].modified:
            latest[each.id] = each
    for some in batches(list(latest.values()), AT_ONCE):
        _put(connection, some, new, changed)
    return AdvisoryChanges(tuple(new), tuple(changed), len(latest) - len(new) - len(changed))


def _put(connection: Connection, given: Sequence[Advisory], new: list[str], changed: list[str]) -> None:
    table = advisories
    asked = select(table.c.id, table.c.name, table.c.modified, table.c.digest).where(
        table.c.name.in_([each.id for each in given])
    )
    known = {row.name: row for row in connection.execute(asked)}
    rows: list[dict[str, Any]] = []
    for each in given:
        before = known.get(each.id)
        if before is not None and each.modified < before.modified:
            continue
        document = encode_advisory(each)
        key = bytes.fromhex(digest(document))
        if before is None or before.digest != key:
            (new if before is None else changed).append(each.id)
            rows.append(_row(each, key, document))
    if not rows:
        return
    again = [row for row in rows if row["name"] in known]
    former = _forget_names(connection, [known[row["name"]].id for row in again])
    for row in again:
        connection.execute(update(table).where(table.c.name == row["name"]).values(row))
    if first := [row for row in rows if row["name"] not in known]:
        connection.execute(insert(table), first)
    of = numbers.find(connection, table, (table.c.name,), [row["name"] for row in rows])
    _index(connection, [each for each in given if each.id in of], of)
    pending.note_advisories(connection, {number: former.get(number, ()) for number in of.values()})


def _row(advisory: Advisory, key: bytes, document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": advisory.id,
        "source": advisory.source,
        "modified": advisory.modified,
        "withdrawn": advisory.withdrawn,
        "digest": key,
        "document": pack(document),
    }


def _forget_names(connection: Connection, again: Sequence[int]) -> dict[int, list[str]]:
    """Names and packages of advisories that come anew; number → the names."""
    names: dict[int, list[str]] = {}
    table = advisory_names
    for number, name in connection.execute(
        select(table.c.advisory, table.c.name).where(table.c.advisory.in_(again)).order_by(table.c.name)
    ):
        names.setdefault(number, []).append(name)
    for each in (advisory_names, advisory_packages):
        connection.execute(delete(each).where(each.c.advisory.in_(again)))
    return names


def _index(connection: Connection, given: Sequence[Advisory], of: Mapping[str, int]) -> None:
    packages = numbers.of_packages(connection, {affected.package for each in given for affected in each.affected})
    affected = {(packages[one.package], of[each.id]) for each in given for one in each.affected}
    if affected:
        rows = [{"package": package, "advisory": advisory} for package, advisory in sorted(affected)]
        connection.execute(insert(advisory_packages), rows)
    named = {(name, of[each.id]) for each in given for name in (each.id, *each.aliases)}
    connection.execute(
        insert(advisory_names), [{"name": name, "advisory": advisory} for name, advisory in sorted(named)]
    )


def named(connection: Connection, names: Collection[str]) -> list[Advisory]:
    """By these ids or aliases, and all that are the same problem by their aliases."""
    known: set[str] = set()
    new, found = {*names}, set[int]()
    table = advisory_names
    for _ in range(MOST_ALIASES):
        known |= new
        met = _select(connection, table.c.advisory, table.c.name, sorted(new)) - found
        found |= met
        new = _select(connection, table.c.name, table.c.advisory, sorted(met)) - known
        if not new:
            break
    return _read(connection, sorted(found))


def _select(connection: Connection, column: Any, by: Any, values: Sequence[Any]) -> set[Any]:
    found: set[Any] = set()
    for some in batches(values):
        found |= {*connection.execute(select(column).where(by.in_(some))).scalars()}
    return found


def of_packages(connection: Connection, packages: Collection[PackageName]) -> list[Advisory]:
    known = sorted(numbers.known_packages(connection, packages).values())
    found = _select(connection, advisory_packages.c.advisory, advisory_packages.c.package, known)
    return _read(connection, sorted(found))


def _read(connection: Connection, wanted: Sequence[int]) -> list[Advisory]:
    table = advisories
    found: list[Any] = []
    for some in batches(wanted):
        found += connection.execute(select(table.c.name, table.c.document).where(table.c.id.in_(some))).all()
    return [unpack_advisory(row.document) for row in sorted(found, key=lambda row: row.name)]
