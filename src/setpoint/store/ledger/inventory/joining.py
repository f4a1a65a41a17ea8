"""One container that several tell of: its provider by one name, the agent in it by another. `instances` calls it.

It is kept under the name that the provider, or whoever else is no agent, gives it. Only within one service: who may
speak of one service cannot take over what another runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import Connection, select

from setpoint.model.inventory import AGENT, Instance
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.inventory.tables import instances, services

Place = tuple[str, str]
"""Service and name."""


class Told(NamedTuple):
    """An instance that is known."""

    name: str
    source: str


@dataclass(slots=True)
class Joined:
    reported: list[Instance] = field(default_factory=list)
    """Under the names by which they are known."""
    renamed: dict[Place, Place] = field(default_factory=dict)
    """What is known of an agent alone → what it is called now, in the place of what has that name."""
    gone: list[Place] = field(default_factory=list)
    """What agents alone told of, if anything, that is known by another name."""


def told_of(connection: Connection, containers: Collection[str]) -> Mapping[tuple[str, str], Sequence[Told]]:
    """Service and container → the instances that are said to be it."""
    told: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    table = instances
    for some in batches(sorted(containers)):
        asked = (
            select(services.c.name.label("service"), table.c.container, table.c.name, table.c.source)
            .join(services, services.c.id == table.c.service)
            .where(table.c.container.in_(some), table.c.container != "")  # as the index has it
            .order_by(table.c.service, table.c.name)
        )
        for row in connection.execute(asked):
            told[row.service, row.container].append(Told(row.name, row.source))
    return told


def join(reported: Sequence[Instance], told: Mapping[tuple[str, str], Sequence[Told]]) -> Joined:
    """Pure. Where two are called so that are no agents' (functions of two accounts), it cannot be told: all stay."""
    joined = Joined()
    for each in reported:
        beside = [one for one in told.get((each.service, each.container), ()) if one.name != each.id]
        by_agents = [one.name for one in beside if one.source == AGENT]
        by_others = [one.name for one in beside if one.source != AGENT]
        if each.source == AGENT and len(by_others) == 1:
            joined.gone.append((each.service, each.id))
            joined.reported.append(replace(each, id=by_others[0]))
            continue
        if each.source != AGENT and by_agents and not by_others:
            joined.renamed[each.service, by_agents[0]] = (each.service, each.id)
            joined.gone += [(each.service, name) for name in by_agents[1:]]
        joined.reported.append(each)
    return joined
