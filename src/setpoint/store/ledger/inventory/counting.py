"""How many instances each group has, and those that go. `instances` and `writer` call it, in their transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, literal, select, tuple_, update

from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import numbers, pending
from setpoint.store.ledger.inventory.tables import groups, instances

AT_ONCE: Final = 10_000
"""Instances that go in one transaction: others who want to write wait well under a second."""


def count(connection: Connection, grown: Mapping[int, int]) -> None:
    """Keep the counts of groups, and note the services that run another set of bills now."""
    touched = sorted(group for group, by in grown.items() if by)
    if not touched:
        return
    rows = [{"number": each, "by": grown[each]} for each in touched]
    before = _rows(connection, touched)
    growing = update(groups).where(groups.c.id == bindparam("number"))
    connection.execute(growing.values(instances=groups.c.instances + bindparam("by")), rows)
    changed = {row.service for row in before if (row.instances == 0) != (row.instances + grown[row.id] == 0)}
    pending.note_services(connection, changed)
    for some in batches(touched):
        connection.execute(delete(groups).where(groups.c.id.in_(some), groups.c.instances == 0))


def _rows(connection: Connection, wanted: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for some in batches(wanted):
        found += connection.execute(
            select(groups.c.id, groups.c.service, groups.c.instances).where(groups.c.id.in_(some))
        ).all()
    return found


def remove(connection: Connection, service: str, identities: Collection[str]) -> int:
    """How many were known."""
    number = numbers.known_service(connection, service)
    gone = 0
    for some in batches(sorted(identities)):
        gone += drop(connection, (instances.c.service == number) & instances.c.name.in_(some))
    return gone


def expire(connection: Connection, before: datetime) -> int:
    """The first ones of those that nobody saw since; how many."""
    silent = (
        select(instances.c.service, instances.c.name)
        .where(instances.c.last_seen < before)
        .order_by(instances.c.service, instances.c.name)
        .limit(AT_ONCE)
    )
    gone = 0
    for some in batches(connection.execute(silent).all(), numbers.TUPLES):
        places = [tuple(each) for each in some]
        gone += drop(connection, tuple_(instances.c.service, instances.c.name).in_(places))
    return gone


def drop(connection: Connection, concerned: ColumnElement[bool]) -> int:
    counted = select(instances.c.group, func.count(literal(1))).where(concerned).group_by(instances.c.group)
    shrunk: dict[int, int] = {group: -count for group, count in connection.execute(counted)}
    connection.execute(delete(instances).where(concerned))
    count(connection, shrunk)
    return -sum(shrunk.values())
