"""What advisories say of components, and what is still to be concluded. `writer` and `reader` call it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from setpoint.model.advisory import AffectedStatus, Match
from setpoint.store.interface.inventory import Pending, StoredMatch
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import bills, numbers, pending
from setpoint.store.ledger.inventory.tables import (
    advisories,
    advisory_names,
    matched,
    matches,
    pending_advisories,
    pending_services,
    services,
)
from setpoint.store.ledger.upserts import insert_or_update


def read_pending(connection: Connection, limit: int) -> Pending:
    table = pending_advisories
    asked = (
        select(table.c.advisory, table.c.former_names, table.c.stamp, advisories.c.name)
        .join(advisories, advisories.c.id == table.c.advisory)
        .order_by(table.c.advisory)
        .limit(limit)
    )
    rows = connection.execute(asked).all()
    names = {row.advisory: {*row.former_names} for row in rows}
    of = select(advisory_names).where(advisory_names.c.advisory.in_([*names]))
    for row in connection.execute(of):
        names[row.advisory].add(row.name)
    concerned = (
        select(services.c.name, pending_services.c.stamp)
        .join(pending_services, pending_services.c.service == services.c.id)
        .order_by(pending_services.c.service)
        .limit(limit)
    )
    noted = connection.execute(concerned).all()
    return Pending(
        tuple(bills.components_after(connection, _matched(connection), limit)),
        tuple(row.name for row in rows),
        tuple(row.name for row in noted),
        {row.name: tuple(sorted(names[row.advisory])) for row in rows},
        frozenset(row.stamp for row in (*rows, *noted)),
    )


def _matched(connection: Connection) -> int:
    """The number of the last component that was matched."""
    return connection.execute(select(matched.c.component)).scalar_one_or_none() or 0


def put(connection: Connection, given: Pending, found: Sequence[StoredMatch]) -> None:
    """In the place of what was concluded of these components and these advisories before."""
    of = numbers.find(connection, advisories, (advisories.c.name,), [*{*given.advisories, *_named(found)}])
    for some in batches([of[each] for each in given.advisories if each in of]):
        connection.execute(delete(matches).where(matches.c.advisory.in_(some)))
    rows = {
        (each.component, of[each.match.advisory]): {
            "component": each.component,
            "advisory": of[each.match.advisory],
            "could_not_compare": each.match.status is AffectedStatus.COULD_NOT_COMPARE,
            "fixed": list(each.match.fixed),
            "reason": each.match.reason,
        }
        for each in found
        if each.match.status is not AffectedStatus.NOT_AFFECTED and each.match.advisory in of
    }
    if rows:
        connection.execute(insert_or_update(connection, matches), [rows[each] for each in sorted(rows)])


def _named(found: Sequence[StoredMatch]) -> set[str]:
    return {each.match.advisory for each in found}


def settle(connection: Connection, given: Pending, bearings: Mapping[str, str]) -> None:
    if given.components:
        row = {"id": 1, "component": max(each.id for each in given.components)}
        connection.execute(insert_or_update(connection, matched), row)
    pending.settle(connection, given.stamps)
    rows = [{"concluded": name, "bore": bearing} for name, bearing in sorted(bearings.items())]
    if rows:
        of_service = update(services).where(services.c.name == bindparam("concluded"))
        connection.execute(of_service.values(bearing=bindparam("bore")), rows)


def of_components(connection: Connection, wanted: Collection[int]) -> list[StoredMatch]:
    """In order of component and advisory."""
    found: list[StoredMatch] = []
    for some in batches(sorted(wanted), numbers.MOST_NUMBERS):
        asked = (
            select(matches, advisories.c.name)
            .join(advisories, advisories.c.id == matches.c.advisory)
            .where(numbers.any_of(matches.c.component, some))
            .order_by(matches.c.component, advisories.c.name)
        )
        found += _decoded(connection, asked)
    return found


def of_advisories(connection: Connection, names: Collection[str]) -> list[StoredMatch]:
    """In order of component and advisory."""
    asked = (
        select(matches, advisories.c.name)
        .join(advisories, advisories.c.id == matches.c.advisory)
        .where(advisories.c.name.in_(sorted(names)))
        .order_by(matches.c.component, advisories.c.name)
    )
    return _decoded(connection, asked)


def _decoded(connection: Connection, asked: Select[tuple[object, ...]]) -> list[StoredMatch]:
    return [
        StoredMatch(
            row.component,
            Match(
                row.name,
                AffectedStatus.COULD_NOT_COMPARE if row.could_not_compare else AffectedStatus.AFFECTED,
                tuple(row.fixed),
                row.reason,
            ),
        )
        for row in connection.execute(asked)
    ]
