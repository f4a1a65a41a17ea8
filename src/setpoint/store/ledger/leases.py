"""Leases: who may work on a scope, told apart by a token that grows, so that a worker that was replaced is refused.

Everything here runs inside a writing transaction of the caller's: `ledger.py` takes, renews and gives back, and
`writer.py` checks at the start of every write.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, select, update

from setpoint.errors import FencedError, LeaseHeldError
from setpoint.store.interface import Lease
from setpoint.store.ledger.process import Process, is_dead, this_process
from setpoint.store.ledger.tables import leases
from setpoint.store.ledger.upserts import insert_or_update


def take(
    connection: Connection, scope: str, now: datetime, ttl: float, given_up: Container[tuple[str, int]] = ()
) -> Lease:
    """The lease, if it is free, has expired, or its holder died on this machine; otherwise `LeaseHeldError`.

    `given_up` are those, by scope and token, of which it is known that nobody works under them any more.
    """
    row = _current(connection, scope)
    is_over = row is not None and (scope, row.token) in given_up
    if row is not None and not is_over and (worker := holder(connection, scope, now)):
        until = row.expires_at.isoformat(timespec="seconds")
        raise LeaseHeldError(
            f"{worker} and until {until} at least",
            remedy=f"stop it, or wait until {until}; each scope of a ledger has one worker",
        )
    process = this_process()
    lease = Lease(
        scope,
        holder=str(process),
        token=1 if row is None else row.token + 1,
        expires_at=now + timedelta(seconds=ttl),
    )
    connection.execute(
        insert_or_update(connection, leases),
        {
            "scope": scope,
            "token": lease.token,
            "held": True,
            "host": process.host,
            "pid": process.pid,
            "birth": process.birth,
            "acquired_at": now,
            "expires_at": lease.expires_at,
        },
    )
    return lease


def holder(connection: Connection, scope: str, now: datetime) -> str:
    """Who works on the scope, and since when, as a clause; empty where nobody does."""
    row = _current(connection, scope)
    if row is None or not row.held or row.expires_at <= now or is_dead(_holder(row)):
        return ""
    return f"{_holder(row)} works on {scope!r}, since {row.acquired_at.isoformat(timespec='seconds')}"


def check(connection: Connection, lease: Lease) -> None:
    """Raises `FencedError` unless the lease is still the current one.

    The token decides and not the clock: a worker that was late, but that nobody replaced, does no harm.
    """
    row = _current(connection, lease.scope)
    if row is not None and row.held and row.token == lease.token:
        return
    now = f"{_holder(row)} has taken it over" if row is not None and row.held else "nobody holds it now"
    raise FencedError(
        f"the lease {lease.token} on {lease.scope!r} is no longer current ({now}), so nothing of this step was written",
        remedy="stop this worker, or let it take the lease again",
    )


def extend(connection: Connection, lease: Lease, now: datetime, ttl: float) -> Lease:
    """The lease with a later end; `FencedError` when it has been lost."""
    check(connection, lease)
    renewed = replace(lease, expires_at=now + timedelta(seconds=ttl))
    connection.execute(update(leases).where(leases.c.scope == lease.scope).values(expires_at=renewed.expires_at))
    return renewed


def give_back(connection: Connection, lease: Lease) -> bool:
    """Free the scope at once; whether it was still held. The row stays, so that tokens only grow."""
    given = connection.execute(
        update(leases)
        .where(leases.c.scope == lease.scope, leases.c.token == lease.token, leases.c.held)
        .values(held=False)
    )
    return given.rowcount == 1


def _current(connection: Connection, scope: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(leases).where(leases.c.scope == scope)).one_or_none()


def _holder(row: Row[tuple[object, ...]]) -> Process:
    return Process(row.host, row.pid, row.birth)
