"""Instances in the ledger, counted in groups of those that run the same. `writer` calls it, in its transaction.

Which bill is known best of a group (the one found running, else its image's, else its release's) is settled here, when
something is written; whoever asks later reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select, tuple_, update

from setpoint.model.inventory import AGENT, Instance, InstanceSource
from setpoint.store.interface.inventory import Reported
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory import counting, joining, numbers, pending
from setpoint.store.ledger.inventory.tables import NOTHING, groups, images, instances, releases
from setpoint.store.ledger.upserts import insert_or_update


class _Alike(NamedTuple):
    """What instances of one group have in common, in numbers."""

    service: int
    release: int
    environment: str
    image: int
    running: int


class _Row(NamedTuple):
    """What the ledger has of an instance."""

    group: int
    alike: _Alike
    source: str
    container: str
    agent_release: str | None


@dataclass(slots=True)
class _Tally:
    grown: Counter[int] = field(default_factory=Counter)
    """Group → by how many instances."""
    new: int = 0
    moved: int = 0


def report(connection: Connection, reported: Sequence[Instance], at: datetime) -> Reported:
    joined = joining.join(reported, joining.told_of(connection, {each.container for each in reported} - {""}))
    _move(connection, joined)
    # Of two reports about one instance in a batch, the later holds; what only the earlier says stays.
    latest: dict[tuple[str, str], Instance] = {}
    for each in joined.reported:
        latest[each.service, each.id] = _merged(latest.get((each.service, each.id)), each)
    bills = numbers.of_sboms(connection, {each.sbom for each in latest.values()} - {""})
    tally, unknown = _Tally(), {each.sbom for each in latest.values()} - bills.keys() - {""}
    for some in batches(list(latest.values()), numbers.TUPLES):
        _report(connection, some, bills, at, tally)
    counting.count(connection, tally.grown)
    return Reported(tally.new, tally.moved, frozenset(unknown))


def _merged(before: Instance | None, now: Instance) -> Instance:
    if before is None:
        return now
    return Instance(
        now.service,
        now.id,
        now.release or before.release,
        now.environment or before.environment,
        now.image or before.image,
        now.sbom or before.sbom,
        now.source or before.source,
        container=now.container or before.container,
    )


def _move(connection: Connection, joined: joining.Joined) -> None:
    """What is known of agents alone goes by other names, or goes; nothing is lost of what they told."""
    of = numbers.of_services(connection, {service for service, _ in (*joined.gone, *joined.renamed)})
    named = tuple_(instances.c.service, instances.c.name)
    for some in batches([(of[service], name) for service, name in joined.gone], numbers.TUPLES):
        counting.drop(connection, named.in_(some) & (instances.c.source == AGENT))
    for (service, before), (_, now) in joined.renamed.items():
        counting.drop(connection, named == (of[service], now))
        connection.execute(update(instances).where(named == (of[service], before)).values(name=now))


def _report(
    connection: Connection, reported: Sequence[Instance], bills: Mapping[str, int], at: datetime, tally: _Tally
) -> None:
    services = numbers.of_services(connection, {each.service for each in reported})
    digests = numbers.of_images(connection, {each.image for each in reported})
    known = _known(connection, [(services[each.service], each.id) for each in reported])
    before = [known.get((services[each.service], each.id)) for each in reported]
    told = [_told(each, row, digests[each.image]) for each, row in zip(reported, before, strict=True)]
    versions = numbers.of_releases(connection, {(services[each.service], each.release) for each in told})
    alike = [
        _completed(
            _Alike(
                services[each.service],
                versions[services[each.service], each.release],
                each.environment,
                digests[each.image],
                bills.get(each.sbom, NOTHING),
            ),
            row,
            is_there=bool(each.container) and row is not None and each.container == row.container,
        )
        for each, row in zip(told, before, strict=True)
    ]
    of_group = _groups(connection, set(alike))
    for now, row in zip(alike, before, strict=True):
        if row is None or row.group != of_group[now]:
            tally.grown[of_group[now]] += 1
            tally.new += row is None
        if row is not None and row.group != of_group[now]:
            tally.grown[row.group] -= 1
            tally.moved += 1
    rows = [
        {
            "service": now.service,
            "name": each.id,
            "group": of_group[now],
            "source": each.source,
            "first_seen": at,
            "last_seen": at,
            "container": each.container,
            "agent_release": each.agent_release,
        }
        for each, now in zip(told, alike, strict=True)
    ]
    numbers.insert_all(connection, insert_or_update(connection, instances, keep=["first_seen"]), rows)


def _told(each: Instance, before: _Row | None, image: int) -> Instance:
    """With what others told of it, and still holds.

    Of what somebody else tells of, an agent says what is in it. It knows its release best, until the image is another.
    """
    if each.source == AGENT:
        each = replace(each, agent_release=each.release)
    if before is None:
        return each
    if each.source == AGENT:
        each = replace(each, source=before.source)
    elif image in (NOTHING, before.alike.image) or before.alike.image == NOTHING:
        of_agent = before.agent_release if InstanceSource.tells(each.source) else None
        each = replace(each, release=of_agent or each.release, agent_release=before.agent_release)
    return replace(each, container=each.container or before.container)


def _completed(said: _Alike, row: _Row | None, *, is_there: bool) -> _Alike:
    """With what was known before where nothing is said; a bill that ran is another's once the release or image is.

    Of what `is_there` as the same container, what is said for the first time was so before.
    """
    if row is None:
        return said
    before = row.alike
    release, image = said.release or before.release, said.image or before.image
    same = all(
        now == then or (is_there and then == NOTHING)
        for now, then in ((release, before.release), (image, before.image))
    )
    return _Alike(
        said.service,
        release,
        said.environment or before.environment,
        image,
        said.running or (before.running if same else NOTHING),
    )


def _known(connection: Connection, places: Sequence[tuple[int, str]]) -> dict[tuple[int, str], _Row]:
    """By service and name."""
    table = instances
    wanted = numbers.is_in(connection, (table.c.service, table.c.name), places)
    columns = (table.c.service, table.c.name, table.c.group, table.c.source, table.c.container, table.c.agent_release)
    rows = connection.execute(select(*columns).where(wanted)).all()
    found = connection.execute(select(groups).where(groups.c.id.in_(sorted({row.group for row in rows}))))
    of = {row.id: _alike(row) for row in found}
    return {
        (row.service, row.name): _Row(row.group, of[row.group], row.source, row.container, row.agent_release)
        for row in rows
    }


def _alike(row: Row[Any]) -> _Alike:
    return _Alike(row.service, row.release, row.environment, row.image, row.running)


def _groups(connection: Connection, wanted: Collection[_Alike]) -> dict[_Alike, int]:
    """The number of each, new ones included."""
    columns = [groups.c[name] for name in _Alike._fields]
    names = sorted(wanted)
    found = numbers.find(connection, groups, columns, names)
    missing = [each for each in names if each not in found]
    if missing:
        best = _best(connection, missing)
        rows = [{**each._asdict(), "sbom": best[each], "instances": 0} for each in missing]
        connection.execute(insert(groups), rows)
        found |= numbers.find(connection, groups, columns, missing)
    return found


def _best(connection: Connection, wanted: Collection[_Alike]) -> dict[_Alike, int]:
    """The number of the bill that is known best of each."""
    of_image = _sboms(connection, images, {each.image for each in wanted})
    of_release = _sboms(connection, releases, {each.release for each in wanted})
    return {
        each: each.running or of_image.get(each.image) or of_release.get(each.release) or NOTHING for each in wanted
    }


def _sboms(connection: Connection, table: Table, wanted: Collection[int]) -> dict[int, int]:
    known = sorted({*wanted} - {NOTHING})
    if not known:
        return {}
    return {
        row.id: row.sbom for row in connection.execute(select(table.c.id, table.c.sbom).where(table.c.id.in_(known)))
    }


def settle_again(connection: Connection, concerned: ColumnElement[bool]) -> None:
    """Of these groups another bill may be known best now."""
    rows = {row.id: row for row in connection.execute(select(groups).where(concerned))}
    best = _best(connection, {_alike(row) for row in rows.values()})
    moved = [row for row in rows.values() if row.sbom != best[_alike(row)]]
    for row in moved:
        connection.execute(update(groups).where(groups.c.id == row.id).values(sbom=best[_alike(row)]))
    pending.note_services(connection, {row.service for row in moved if row.instances})
