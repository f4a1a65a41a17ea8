"""What people tell the loop, in the ledger: waivers and orders. `writer.py` and `reader.py` call it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from setpoint.errors import ConflictError, NotFoundError
from setpoint.model.order import Order, OrderKind
from setpoint.model.waiver import Waiver
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.tables import orders, waiver_matches, waivers
from setpoint.store.ledger.upserts import insert_or_update

_IDENTITY: Final = re.compile(r"w[0-9]{1,18}", re.ASCII)
"""No more digits than every database's numbers have room for."""

SWITCHES = (OrderKind.PAUSE, OrderKind.RESUME)


def add_waiver(connection: Connection, waiver: Waiver) -> Waiver:
    """With the id that the ledger gives it."""
    values = {
        name: getattr(waiver, name)
        for name in ("scope", "policy", "path", "reason", "owner", "ticket", "actor", "created_at", "expires_at")
    }
    number = connection.execute(insert(waivers).values(values).returning(waivers.c.id)).scalar_one()
    return replace(waiver, id=f"w{number}")


def end_waiver(connection: Connection, identity: str, at: datetime) -> tuple[Waiver, Waiver]:
    """As it was, and as it expires at `at`; `InputError` where the ledger has none such, or it has expired before."""
    number = int(identity[1:]) if _IDENTITY.fullmatch(identity) else 0
    row = connection.execute(select(waivers).where(waivers.c.id == number)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no waiver {identity!r} in the ledger", remedy="list them with: setpoint waivers")
    if row.expires_at <= at:
        raise ConflictError(f"waiver {identity} ended at {row.expires_at.isoformat()}")
    connection.execute(update(waivers).where(waivers.c.id == number).values(expires_at=at))
    before = _waiver(row, None)
    return before, replace(before, expires_at=at)


def note_matches(connection: Connection, identities: Sequence[str], at: datetime) -> None:
    rows = [{"waiver": each, "at": at} for each in sorted(set(identities))]
    if rows:
        connection.execute(insert_or_update(connection, waiver_matches), rows)


def read_waivers(connection: Connection) -> list[Waiver]:
    """Every waiver that was ever entered, oldest first."""
    matched = read_matches(connection)
    return [
        _waiver(row, matched.get(f"w{row.id}")) for row in connection.execute(select(waivers).order_by(waivers.c.id))
    ]


def read_matches(connection: Connection) -> dict[str, datetime]:
    """Waiver id → when it last kept something from counting."""
    return {row.waiver: row.at for row in connection.execute(select(waiver_matches))}


def add_order(connection: Connection, order: Order) -> Order:
    """With the number that the ledger gives it."""
    # A switch is in force as soon as it is written: there is nothing to carry out.
    done_at = order.at if order.kind in SWITCHES else None
    values = {
        "kind": order.kind,
        "remediation": order.remediation,
        "actor": order.actor,
        "reason": order.reason,
        "at": order.at,
        "done_at": done_at,
        "outcome": "",
    }
    number = connection.execute(insert(orders).values(values).returning(orders.c.id)).scalar_one()
    return replace(order, id=number, done_at=done_at)


def settle_order(connection: Connection, order: Order, outcome: str, at: datetime) -> None:
    connection.execute(update(orders).where(orders.c.id == order.id).values(done_at=at, outcome=outcome))


def open_orders(connection: Connection) -> list[Order]:
    """Given and not yet carried out, oldest first."""
    wanted = select(orders).where(orders.c.done_at.is_(None)).order_by(orders.c.id)
    return [_order(row) for row in connection.execute(wanted)]


def pause_in_force(connection: Connection) -> Order | None:
    """The latest order to pause, unless one to resume came after it."""
    last = select(func.max(orders.c.id)).where(orders.c.kind.in_(SWITCHES)).scalar_subquery()
    row = connection.execute(select(orders).where(orders.c.id == last)).one_or_none()
    return _order(row) if row is not None and row.kind == OrderKind.PAUSE else None


def tell_waiver(waiver: Waiver, action: str, at: datetime, actor: str, before: Waiver | None = None) -> Entry:
    """What the audit log says of a waiver that was entered, or ended: then it was different before."""
    details = {
        "waiver": waiver.id,
        "policy": waiver.policy,
        "path": waiver.path,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "before": before.expires_at.isoformat() if before else None,
        "expires_at": waiver.expires_at.isoformat(),
    }
    return Entry(at, action, waiver.scope, details, actor)


def tell_order(order: Order, action: str, at: datetime) -> Entry:
    """What the audit log says of an order that was given or carried out."""
    subject = f"remediation {order.remediation}" if order.remediation is not None else "everything"
    details = {"order": order.id, "reason": order.reason, "outcome": order.outcome}
    return Entry(at, f"{order.kind} {action}", subject, details, order.actor)


def _waiver(row: Row[Any], last_matched: datetime | None) -> Waiver:
    return Waiver(
        id=f"w{row.id}",
        scope=row.scope,
        policy=row.policy,
        path=row.path,
        reason=row.reason,
        owner=row.owner,
        ticket=row.ticket,
        created_at=row.created_at,
        expires_at=row.expires_at,
        actor=row.actor,
        last_matched=last_matched,
    )


def _order(row: Row[Any]) -> Order:
    return Order(row.id, OrderKind(row.kind), row.remediation, row.actor, row.reason, row.at, row.done_at, row.outcome)
