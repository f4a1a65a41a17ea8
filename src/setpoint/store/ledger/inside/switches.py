"""What people want of agents, in the ledger. `writer.py` and `reader.py` call it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select

from setpoint.model.inside import AgentSwitch, Wanted
from setpoint.model.urn import Urn
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.columns import MICROSECOND
from setpoint.store.ledger.inside.tables import switches
from setpoint.store.ledger.upserts import insert_or_update

ALL: Final = ""
"""Stands for an instance where all of the service are meant."""


def put(connection: Connection, switch: AgentSwitch) -> AgentSwitch:
    """In force from now on; one for all of a service ends those for single instances."""
    table = switches
    of_service = table.c.service == switch.service
    before = connection.execute(select(table.c.issued_at).where(of_service)).scalars().all()
    # Agents follow the newest: a switch must be later than any that one of them could have been told.
    issued_at = max((switch.issued_at, *(each + MICROSECOND for each in before)))
    issued = replace(switch, issued_at=issued_at)
    if switch.instance == ALL:
        connection.execute(delete(table).where(of_service))
    row = {
        "service": issued.service,
        "instance": issued.instance,
        "wanted": issued.wanted,
        "actor": issued.actor,
        "reason": issued.reason,
        "issued_at": issued.issued_at,
    }
    connection.execute(insert_or_update(connection, table), row)
    return issued


def find(connection: Connection, service: str, instance: str) -> AgentSwitch | None:
    """The one for this very instance goes before the one for all."""
    table = switches
    wanted = select(table).where(table.c.service == service, table.c.instance.in_((instance, ALL)))
    row = connection.execute(wanted.order_by(table.c.instance.desc()).limit(1)).one_or_none()
    return None if row is None else _decode(row)


def wanted_of(connection: Connection) -> dict[tuple[str, str], Wanted]:
    """(service, instance) → what is wanted, for all of which something was said."""
    rows = connection.execute(select(switches.c.service, switches.c.instance, switches.c.wanted))
    return {(service, instance): Wanted(wanted) for service, instance, wanted in rows}


def tell(switch: AgentSwitch) -> Entry:
    details = {"instance": switch.instance or None, "reason": switch.reason}
    return Entry(
        switch.issued_at, f"agents switched {switch.wanted}", Urn.service(switch.service), details, switch.actor
    )


def _decode(row: Row[Any]) -> AgentSwitch:
    return AgentSwitch(row.service, row.instance, Wanted(row.wanted), row.actor, row.reason, row.issued_at)
