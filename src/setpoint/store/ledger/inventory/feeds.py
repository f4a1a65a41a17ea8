"""What comes beside advisories: how far their sources were read, which flaws are exploited, and what agents loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from setpoint.model.advisory import SyncState
from setpoint.model.inventory import ExploitScore, KnownExploited, Load, Reached
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import bills, numbers, pending
from setpoint.store.ledger.inventory.tables import (
    component_loads,
    components,
    exploit_scores,
    known_exploited,
    services,
    sync_states,
)
from setpoint.store.ledger.upserts import insert_or_update

STEPS: Final = 100
"""Of a probability: nearly all of them move a little every day, and what is concluded again is what passes a hundredth.
So what a finding says is never further off than that, however slowly it got there."""


def sync_state(connection: Connection, source: str) -> SyncState | None:
    row = connection.execute(select(sync_states).where(sync_states.c.source == source)).one_or_none()
    return None if row is None else SyncState(**row._mapping)


def put_sync_state(connection: Connection, state: SyncState) -> None:
    row = {
        "source": state.source,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "newest": state.newest,
        "synced_at": state.synced_at,
    }
    connection.execute(insert_or_update(connection, sync_states), row)


def put_known_exploited(connection: Connection, entries: Iterable[KnownExploited]) -> int:
    """All that there are; how many are new, other or gone, whose advisories are to be concluded again."""
    now = {each.cve: each for each in entries}
    before = {row.cve: KnownExploited(**row._mapping) for row in connection.execute(select(known_exploited))}
    moved = {cve for cve in before | now if before.get(cve) != now.get(cve)}
    for some in batches(sorted(before.keys() - now.keys())):
        connection.execute(delete(known_exploited).where(known_exploited.c.cve.in_(some)))
    rows = [
        {"cve": each.cve, "added": each.added, "due": each.due, "ransomware": each.ransomware} for each in now.values()
    ]
    if rows:
        connection.execute(insert_or_update(connection, known_exploited), rows)
    pending.note_advisories_named(connection, moved)
    return len(moved)


def put_exploit_scores(connection: Connection, scores: Iterable[ExploitScore]) -> None:
    """The advisories of those that moved, as far as they bear on what is kept, are to be concluded again."""
    now = {each.cve: each for each in scores}
    pending.note_advisories_named(connection, _moved(connection, now))
    rows = [
        {"cve": each.cve, "probability": each.probability, "percentile": each.percentile, "at": each.at}
        for each in now.values()
    ]
    if rows:
        connection.execute(insert_or_update(connection, exploit_scores), rows)


def _moved(connection: Connection, now: Mapping[str, ExploitScore]) -> list[str]:
    """Of all scores that come in a day, few are of flaws that anything here has, and few of these are other ones."""
    bearing = pending.names_that_bear(connection) & now.keys()
    before = find_exploit_scores(connection, bearing)
    return sorted(cve for cve in bearing if cve not in before or _step(before[cve]) != _step(now[cve]))


def _step(score: ExploitScore) -> int:
    return int(score.probability * STEPS)


def find_known_exploited(connection: Connection, cves: Collection[str]) -> dict[str, KnownExploited]:
    return {row.cve: KnownExploited(**row._mapping) for row in _rows(connection, known_exploited, cves)}


def find_exploit_scores(connection: Connection, cves: Collection[str]) -> dict[str, ExploitScore]:
    return {row.cve: ExploitScore(**row._mapping) for row in _rows(connection, exploit_scores, cves)}


def _rows(connection: Connection, table: Any, cves: Collection[str]) -> list[Any]:
    return [
        row for some in batches(sorted(cves)) for row in connection.execute(select(table).where(table.c.cve.in_(some)))
    ]


def note_loaded(connection: Connection, loads: Sequence[Load], at: datetime) -> set[int]:
    """The numbers of the services of which something new is known."""
    known = bills.keys_to_numbers(connection, {each.component for each in loads})
    of = numbers.of_services(connection, {each.service for each in loads})
    rows = {}
    for each in loads:
        if each.component in known:
            place = (known[each.component], of[each.service], each.release)
            rows[place] = {
                "component": place[0],
                "service": place[1],
                "release": place[2],
                "reached": each.reached,
                "modules": list(each.modules),
                "first_seen": at,
            }
    before = _reached(connection, {place[0] for place in rows}, of.values())
    new = {place: row for place, row in rows.items() if _says_more(Reached(str(row["reached"])), before.get(place))}
    if new:
        connection.execute(
            insert_or_update(connection, component_loads, ["first_seen"]), [new[each] for each in sorted(new)]
        )
    return {place[1] for place in new}


def _says_more(reached: Reached, before: str | None) -> bool:
    """What one process did not load another one of the same release may have."""
    return before is None or _ORDER.index(reached) > _ORDER.index(Reached(before))


_ORDER: Final = (
    Reached.UNKNOWN,
    Reached.NOT_SEEN,
    Reached.NOT_LOADED,
    Reached.LOADED,
    Reached.PACKAGE,
    Reached.SYMBOL,
)


def _reached(connection: Connection, wanted: Collection[int], of: Iterable[int]) -> dict[tuple[int, int, str], str]:
    """In these services alone: the same components run in all others, too."""
    table = component_loads
    asked = select(table.c.component, table.c.service, table.c.release, table.c.reached)
    rows = connection.execute(
        asked.where(numbers.any_of(table.c.component, wanted), numbers.any_of(table.c.service, set(of)))
    )
    return {(row.component, row.service, row.release): row.reached for row in rows}


def loads(connection: Connection, wanted: Collection[int], only: Collection[str] | None = None) -> list[Load]:
    table = component_loads
    of_services = [services.c.name.in_(only)] if only is not None else []
    asked = (
        select(services.c.name, table.c.release, components.c.key, table.c.reached, table.c.modules)
        .join(services, services.c.id == table.c.service)
        .join(components, components.c.id == table.c.component)
        .where(numbers.any_of(table.c.component, wanted), *of_services)
        .order_by(services.c.name, table.c.component, table.c.release)
    )
    return [
        Load(row.name, row.release, row.key.hex(), Reached(row.reached), tuple(row.modules))
        for row in connection.execute(asked)
    ]
