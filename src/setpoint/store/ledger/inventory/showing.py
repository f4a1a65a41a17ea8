"""Instances page by page: those that have some components, or all of a service. `reader` calls it.

Only instances that are shown are read; what they have in common is read once for each group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_

from setpoint.model.inventory import AGENT, Instance
from setpoint.store.interface.inventory import InstancePlace, InstanceUse
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory.numbers import any_of
from setpoint.store.ledger.inventory.tables import (
    NOTHING,
    groups,
    images,
    instances,
    releases,
    sbom_components,
    sboms,
    services,
)
from setpoint.store.ledger.inventory.using import bills_with

running = sboms.alias("running_sboms")
counting = sboms.alias("counting_sboms")
"""What is known best."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What its instances have in common."""

    id: int
    size: int
    sbom: int
    service: str
    common: tuple[str, str, str, str]
    """Release, environment, image and what was found running."""
    bill: str
    """The one that counts."""

    @classmethod
    def of(cls, row: Row[Any]) -> _Group:
        ran = row.running.hex() if row.running else ""
        return cls(
            row.id,
            row.instances,
            row.sbom,
            row.service,
            (row.version or "", row.environment, row.image or "", ran),
            row.counting.hex() if row.counting else "",
        )


_Found = tuple[_Group, str, Instance]
"""An instance, by its group and name."""


def instances_of(
    connection: Connection, wanted: Collection[int], after: InstancePlace, limit: int
) -> list[InstanceUse]:
    """Of all groups that have any of these components, in order of service, group and name."""
    met = _met(connection, groups.c.sbom.in_(bills_with(wanted)), after, limit)
    listed = _listed(connection, wanted, {each.sbom for each in met})
    return [
        InstanceUse(instance, listed[of.sbom], (of.service, of.id, name))
        for of, name, instance in _first(connection, met, after[1:], limit)
    ]


def without_bill(connection: Connection, service: str | None, after: InstancePlace, limit: int) -> list[InstanceUse]:
    """Of all groups of which no bill is known, in the same order."""
    wanted = groups.c.sbom == NOTHING
    if service is not None:
        wanted &= services.c.name == service
    met = _met(connection, wanted, after, limit)
    return [
        InstanceUse(instance, (), (of.service, of.id, name))
        for of, name, instance in _first(connection, met, after[1:], limit)
    ]


def _met(connection: Connection, wanted: ColumnElement[bool], after: InstancePlace, limit: int) -> list[_Group]:
    """Groups that have instances, from the one on where the page before ended."""
    service, group, _ = after
    behind = tuple_(services.c.name, groups.c.id) >= (service, group)
    # One more, since of the group where the page before ended nothing may be left.
    asked = _groups(wanted & (groups.c.instances > 0) & behind).order_by(services.c.name, groups.c.id)
    return [_Group.of(row) for row in connection.execute(asked.limit(limit + 1))]


def page(connection: Connection, service: str | None, after: tuple[str, str], limit: int) -> list[Instance]:
    """In order of service and name."""
    asked = (
        _instances()
        .join(services, services.c.id == instances.c.service)
        .where(tuple_(services.c.name, instances.c.name) > after)
        .order_by(services.c.name, instances.c.name)
        .limit(limit)
    )
    if service is not None:
        asked = asked.where(services.c.name == service)
    return _shown(connection, asked)


def from_source(connection: Connection, source: str, prefix: str) -> list[Instance]:
    """All that it told of last, whose names begin so; in no order."""
    begins = func.substr(instances.c.name, 1, len(prefix)) == prefix  # LIKE knows no case in SQLite
    return _shown(connection, _instances().where(instances.c.source == source, begins))


def _shown(connection: Connection, asked: Select[Any]) -> list[Instance]:
    rows = connection.execute(asked).all()
    met = connection.execute(_groups(any_of(groups.c.id, {group for group, *_ in rows})))
    of = {row.id: _Group.of(row) for row in met}
    return [_instance(of[group], name, *seen) for group, name, *seen in rows]


def _first(connection: Connection, met: Sequence[_Group], begun: tuple[int, str], limit: int) -> Iterator[_Found]:
    """The first instances of these groups, each with its group; of the one that was begun, those behind the name."""
    group, name = begun
    left, room = list(met), limit
    while left and room > 0:
        together = left[: _fitting(left, room)] if left[0].id != group else left[:1]
        wanted: ColumnElement[bool] = instances.c.group.in_([each.id for each in together])
        if together[0].id == group:
            wanted &= instances.c.name > name
        of_group: defaultdict[int, list[Any]] = defaultdict(list)
        asked = _instances().where(wanted).order_by(instances.c.group, instances.c.name).limit(room)
        for row in connection.execute(asked):
            of_group[row[0]].append(row)
        for each in together:
            room -= len(of_group[each.id])
            yield from ((each, found, _instance(each, found, *seen)) for _, found, *seen in of_group[each.id])
        left = left[len(together) :]


def _fitting(left: Sequence[_Group], room: int) -> int:
    """How many groups can be read together: those that fit as a whole, or a single one that does not."""
    size = 0
    for count, each in enumerate(left):
        size += each.size
        if size > room:
            return max(count, 1)
    return len(left)


def _listed(connection: Connection, wanted: Collection[int], of: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """Bill → which of these components it lists, in order."""
    listed: defaultdict[int, list[int]] = defaultdict(list)
    table = sbom_components
    for some in batches(sorted(of)):
        asked = select(table.c.sbom, table.c.component).where(any_of(table.c.component, wanted), table.c.sbom.in_(some))
        for sbom, component in connection.execute(asked.order_by(table.c.component)):
            listed[sbom].append(component)
    return {sbom: tuple(each) for sbom, each in listed.items()}


def _instances() -> Select[Any]:
    table = instances
    return select(
        table.c.group,
        table.c.name,
        table.c.source,
        table.c.first_seen,
        table.c.last_seen,
        table.c.container,
        table.c.agent_release,
    )


def _groups(wanted: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            groups.c.id,
            groups.c.instances,
            groups.c.sbom,
            services.c.name.label("service"),
            releases.c.version,
            groups.c.environment,
            images.c.digest.label("image"),
            running.c.digest.label("running"),
            counting.c.digest.label("counting"),
        )
        .select_from(groups)
        .join(services, services.c.id == groups.c.service)
        .outerjoin(releases, releases.c.id == groups.c.release)
        .outerjoin(images, images.c.id == groups.c.image)
        .outerjoin(running, running.c.id == groups.c.running)
        .outerjoin(counting, counting.c.id == groups.c.sbom)
        .where(wanted)
    )


def _instance(
    of: _Group,
    name: str,
    source: str,
    first_seen: datetime,
    last_seen: datetime,
    container: str,
    agent_release: str | None,
) -> Instance:
    tellers = source if agent_release is None or source == AGENT else f"{source}, {AGENT}"
    seen = (tellers, first_seen, last_seen, of.bill)
    return Instance(of.service, name, *of.common, *seen, container, agent_release)
