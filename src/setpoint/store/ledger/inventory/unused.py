"""Letting go of bills that no release, image or instance points at, and of their components. `writer` calls it.

Since when a bill is of nothing is noted when somebody looks; deleted is what has been so for long, a few bills in one
transaction, so that others who want to write wait for a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import CompoundSelect, Connection, delete, func, insert, literal, select, union, update

from setpoint.store.ledger.columns import Moment
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import bills
from setpoint.store.ledger.inventory.tables import (
    component_loads,
    component_sources,
    components,
    groups,
    images,
    matched,
    matches,
    releases,
    sbom_components,
    sboms,
    unused_sboms,
)

AT_ONCE: Final = 100
"""Bills that go in one transaction, unless they are large."""

MOST_COMPONENTS: Final = 50_000
"""Of all bills that go in one transaction; a larger one goes by itself."""


class Forgotten(NamedTuple):
    bills: int = 0
    components: int = 0
    """That no other bill lists."""


def note(connection: Connection, at: datetime) -> None:
    """Which bills are of nothing now, and were not before; and which are of something again."""
    connection.execute(delete(unused_sboms).where(unused_sboms.c.sbom.in_(_used())))
    known = select(unused_sboms.c.sbom)
    new = select(sboms.c.id, literal(at, Moment)).where(sboms.c.id.not_in(_used()), sboms.c.id.not_in(known))
    connection.execute(insert(unused_sboms).from_select(["sbom", "since"], new))


def forget(connection: Connection, before: datetime) -> Forgotten:
    """The first few of those that have been of nothing since then or longer, and still are."""
    due = _fitting(connection, before)
    if not due:
        return Forgotten()
    listed = bills.components_of_sboms(connection, due)
    for sbom, its_own in listed.items():
        for some in batches(its_own):
            listing = (sbom_components.c.sbom == sbom) & sbom_components.c.component.in_(some)
            connection.execute(delete(sbom_components).where(listing))
    for table, column in ((sboms, sboms.c.id), (unused_sboms, unused_sboms.c.sbom)):
        connection.execute(delete(table).where(column.in_(due)))
    gone = _unlisted(connection, {number for each in listed.values() for number in each})
    _forget_components(connection, gone)
    return Forgotten(len(due), len(gone))


def _used() -> CompoundSelect[tuple[int]]:
    return union(select(releases.c.sbom), select(images.c.sbom), select(groups.c.sbom), select(groups.c.running))


def _fitting(connection: Connection, before: datetime) -> list[int]:
    asked = (
        select(sboms.c.id, sboms.c.size)
        .join(unused_sboms, unused_sboms.c.sbom == sboms.c.id)
        .where(unused_sboms.c.since <= before, sboms.c.id.not_in(_used()))
        .order_by(unused_sboms.c.since, sboms.c.id)
        .limit(AT_ONCE)
    )
    fitting: list[int] = []
    room = MOST_COMPONENTS
    for row in connection.execute(asked):
        room -= row.size
        if fitting and room < 0:
            break
        fitting.append(row.id)
    return fitting


def _unlisted(connection: Connection, candidates: set[int]) -> list[int]:
    """Those that no bill lists."""
    still = set[int]()
    for some in batches(sorted(candidates)):
        table = sbom_components
        still |= {
            *connection.execute(select(table.c.component).where(table.c.component.in_(some)).distinct()).scalars()
        }
    return sorted(candidates - still)


def _forget_components(connection: Connection, gone: Sequence[int]) -> None:
    for some in batches(gone):
        for column in (
            matches.c.component,
            component_loads.c.component,
            component_sources.c.component,
            components.c.id,
        ):
            connection.execute(delete(column.table).where(column.in_(some)))
    # The numbers of the last ones may be given anew: what gets them has to be matched.
    last = select(func.coalesce(func.max(components.c.id), 0)).scalar_subquery()
    connection.execute(update(matched).where(matched.c.component > last).values(component=last))
