"""Alerts on their way to people, in the ledger: grouped while nobody tried to send them, then as they are for ever.

One row is one message to one channel. Until its first attempt further alerts of the same group join it; from then on
its content stands, so that whoever gets it twice gets the same thing twice. `writer.py` and `reader.py` call this
module, inside their transactions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from setpoint.model.canonical import Json
from setpoint.store.interface import Delivery, DeliveryState, Parcel
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.tables import deliveries

LISTED: Final = 50
"""How many alerts one message holds in full; the rest is counted. More, nobody reads."""


def add(connection: Connection, scope: str, parcels: Sequence[Parcel], at: datetime, hold: timedelta) -> None:
    """Put each alert into the message of its channel and group that is still open, or into a new one, due after `hold`.

    A message is open for `hold` after its first alert, while nobody tried to send it.
    """
    ordered = sorted(parcels, key=_group_of)
    for (channel, group), some in groupby(ordered, key=_group_of):
        alerts = [parcel.alert for parcel in some]
        known = _open_message(connection, scope, channel, group, at - hold)
        if known is None:
            values = {
                "channel": _address(scope, channel),
                "alert": _packed(group, alerts, more=0),
                "created_at": at,
                "attempts": 0,
                "next_at": at + hold,
                "outcome": "",
            }
            connection.execute(insert(deliveries).values(values))
        else:
            grown = _packed(group, [*known.alerts, *alerts], known.more)
            connection.execute(update(deliveries).where(deliveries.c.id == known.id).values(alert=grown))


def begin(connection: Connection, scope: str, identity: int, retry_at: datetime) -> Delivery | None:
    """The message as it is to be sent from now on; None where it is not waiting any more, or not of this scope."""
    wanted = select(deliveries).where(deliveries.c.id == identity, _is_of(scope), _is_in(DeliveryState.WAITING))
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    begun = replace(_decode(row), attempts=row.attempts + 1, next_at=retry_at)
    values = {"attempts": begun.attempts, "next_at": retry_at}
    connection.execute(update(deliveries).where(deliveries.c.id == identity).values(values))
    return begun


def postpone(connection: Connection, delivery: Delivery, reason: str, next_at: datetime) -> None:
    """It did not get there: try again at `next_at`."""
    values = {"next_at": next_at, "outcome": reason}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))


def end(connection: Connection, delivery: Delivery, reason: str) -> None:
    """It got there; or, for a reason, it is tried no more."""
    values = {"next_at": None, "outcome": reason}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))


def tell_end(delivery: Delivery, reason: str, at: datetime) -> Entry:
    """What the audit log says of a message that was delivered, or given up."""
    details = {
        "delivery": delivery.id,
        "alerts": len(delivery.alerts) + delivery.more,
        "attempts": delivery.attempts,
        "reason": reason,
    }
    return Entry(at, "alert given up" if reason else "alert delivered", f"channel {delivery.channel}", details)


def due(connection: Connection, scope: str, before: datetime, *, untried: bool) -> dict[str, int]:
    """Channel → the message to it that is due longest at `before`; of the `untried`, also those still held open."""
    is_due = deliveries.c.next_at <= before
    if untried:
        is_due |= _is_in(DeliveryState.WAITING) & (deliveries.c.attempts == 0)
    addresses = select(deliveries.c.channel).where(is_due, _is_of(scope)).distinct()
    return {
        _channel(address): connection.execute(
            select(deliveries.c.id)
            .where(deliveries.c.channel == address, is_due)
            .order_by(deliveries.c.next_at, deliveries.c.id)
            .limit(1)
        ).scalar_one()
        for address in connection.execute(addresses).scalars().all()
    }


def next_at(connection: Connection, scope: str) -> datetime | None:
    """When the next message is due; None where none waits."""
    waiting = select(func.min(deliveries.c.next_at)).where(_is_of(scope), _is_in(DeliveryState.WAITING))
    earliest: datetime | None = connection.execute(waiting).scalar_one()
    return earliest


def read(
    connection: Connection, scope: str, state: DeliveryState | None, limit: int, *, before: int | None = None
) -> list[Delivery]:
    """Newest first; of this state only, and older than this one, where given."""
    wanted = select(deliveries).where(_is_of(scope)).order_by(deliveries.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(_is_in(state))
    if before is not None:
        wanted = wanted.where(deliveries.c.id < before)
    return [_decode(row) for row in connection.execute(wanted)]


def count(connection: Connection, scope: str) -> dict[str, dict[DeliveryState, int]]:
    """Channel → state → how many messages."""
    counts: dict[str, dict[DeliveryState, int]] = {}
    for state in DeliveryState:
        wanted = select(deliveries.c.channel, func.count()).where(_is_of(scope), _is_in(state))
        for address, number in connection.execute(wanted.group_by(deliveries.c.channel)):
            counts.setdefault(_channel(address), dict.fromkeys(DeliveryState, 0))[state] = number
    return counts


def are_over(scope: str, before: datetime) -> ColumnElement[bool]:
    """Delivered, or given up, and from before then; not the last message, whose number would be given out again."""
    last = select(func.max(deliveries.c.id)).scalar_subquery()
    is_old = (deliveries.c.created_at < before) & (deliveries.c.id < last)
    return _is_of(scope) & ~_is_in(DeliveryState.WAITING) & is_old


def _open_message(connection: Connection, scope: str, channel: str, group: str, since: datetime) -> Delivery | None:
    wanted = select(deliveries).where(
        deliveries.c.channel == _address(scope, channel),
        _is_in(DeliveryState.WAITING),
        deliveries.c.attempts == 0,
        deliveries.c.created_at > since,
    )
    rows = (row for row in connection.execute(wanted.order_by(deliveries.c.id.desc())) if row.alert["group"] == group)
    row = next(rows, None)
    return None if row is None else _decode(row)


def _packed(group: str, alerts: Sequence[Json], more: int) -> Json:
    return {"group": group, "alerts": alerts[:LISTED], "more": more + len(alerts[LISTED:])}


def _group_of(parcel: Parcel) -> tuple[str, str]:
    return parcel.channel, parcel.group


def _address(scope: str, channel: str) -> str:
    """What the column holds: two scopes may have a channel of one name each. A channel's name has no slash."""
    return f"{quote(scope, safe='')}/{channel}"


def _channel(address: str) -> str:
    return address.rpartition("/")[2]


def _is_of(scope: str) -> ColumnElement[bool]:
    # Not LIKE, which takes upper and lower case for the same in SQLite.
    prefix = _address(scope, "")
    return func.substr(deliveries.c.channel, 1, len(prefix)) == prefix


def _is_in(state: DeliveryState) -> ColumnElement[bool]:
    match state:
        case DeliveryState.WAITING:
            return deliveries.c.next_at.is_not(None)
        case DeliveryState.DELIVERED:
            return deliveries.c.next_at.is_(None) & (deliveries.c.outcome == "")
        case DeliveryState.GIVEN_UP:
            return deliveries.c.next_at.is_(None) & (deliveries.c.outcome != "")


def _decode(row: Row[Any]) -> Delivery:
    packed: Mapping[str, Any] = row.alert
    return Delivery(
        id=row.id,
        channel=_channel(row.channel),
        alerts=tuple(packed["alerts"]),
        more=packed["more"],
        created_at=row.created_at,
        attempts=row.attempts,
        next_at=row.next_at,
        reason=row.outcome,
    )
