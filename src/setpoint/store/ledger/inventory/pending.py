"""What is noted to be concluded, whatever changes it. Used by all that writes the inventory.

Each note bears a stamp of its own, so that what changes while it is being concluded stays noted.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, delete, select

from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory.tables import advisory_names, matches, pending_advisories, pending_services
from setpoint.store.ledger.upserts import insert_or_update

STAMP_BITS: Final = 63
"""As many as a whole number of the database takes: two stamps alike are not to be expected."""


def note_advisories(connection: Connection, former_names: Mapping[int, Iterable[str]]) -> None:
    """By their numbers; names that one had before it changed twice are not lost."""
    waiting = {
        row.advisory: row.former_names
        for some in batches(sorted(former_names))
        for row in connection.execute(select(pending_advisories).where(pending_advisories.c.advisory.in_(some)))
    }
    rows = [
        {
            "advisory": number,
            "former_names": sorted({*names, *waiting.get(number, ())}),
            "stamp": secrets.randbits(STAMP_BITS),
        }
        for number, names in sorted(former_names.items())
    ]
    if rows:
        connection.execute(insert_or_update(connection, pending_advisories), rows)


def note_advisories_named(connection: Connection, names: Collection[str]) -> None:
    """Of those that are called so, the ones that bear on some component."""
    table = advisory_names
    bearing = select(matches.c.advisory).distinct()
    for some in batches(sorted(names)):
        asked = select(table.c.advisory).where(table.c.name.in_(some), table.c.advisory.in_(bearing))
        note_advisories(connection, dict.fromkeys(connection.execute(asked).scalars(), ()))


def names_that_bear(connection: Connection) -> set[str]:
    """All names of advisories that bear on some component."""
    bearing = select(matches.c.advisory).distinct()
    asked = select(advisory_names.c.name).where(advisory_names.c.advisory.in_(bearing))
    return {*connection.execute(asked).scalars()}


def note_services(connection: Connection, concerned: Iterable[int]) -> None:
    """By their numbers."""
    rows = [{"service": each, "stamp": secrets.randbits(STAMP_BITS)} for each in sorted({*concerned})]
    if rows:
        connection.execute(insert_or_update(connection, pending_services), rows)


def settle(connection: Connection, stamps: Collection[int]) -> None:
    for table in (pending_advisories, pending_services):
        for some in batches(sorted(stamps)):
            connection.execute(delete(table).where(table.c.stamp.in_(some)))
