"""The audit log: append-only rows, each chained to its writer's row before, with seals over the rows of all writers.

The chain shows when a row was changed, removed or inserted by somebody who does not rebuild everything after it; a seal
shows when rows at a writer's end were removed. Neither is signed: who owns the file and rebuilds the chain and all
later seals is seen only by comparing with a digest that was kept elsewhere. What is cut off the end, the signed mark
beside the ledger tells (`store.audit_mark`); rows written since that was made can be cut off unseen.

Details never hold secrets: whoever writes a row has redacted it. The writing modules append, in the transaction of what
they tell about; `audit_check.py` verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from setpoint.model.canonical import Json, canonical_bytes
from setpoint.store.interface import AuditEnd
from setpoint.store.ledger.columns import to_microseconds
from setpoint.store.ledger.tables import audit_log, seals

ITSELF: Final = "setpoint"
"""The actor of what no person asked for; which worker it was, the row's writer says."""

SEAL_EVERY: Final = 256
"""Rows between two seals: few enough to matter, too many to slow a write down."""

DIGEST_BYTES: Final = 32
"""256 bits: somebody may try for years to find another text with the same digest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row tells; the log adds where it stands."""

    at: datetime
    action: str
    """`finding opened`, `remediation applying`, `lease taken`, …"""
    subject: str
    details: Mapping[str, Json] = field(default_factory=dict)
    actor: str = ITSELF


def append(connection: Connection, writer: str, entries: Sequence[Entry]) -> None:
    """Add rows at the end of the log and of the writer's chain; seal when enough have gathered."""
    if not entries:
        return
    sequence = _last_sequence(connection)
    previous = _head(connection, writer)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        sequence += 1
        told = (entry.actor, entry.action, entry.subject, entry.details)
        digest = row_digest(sequence, writer, to_microseconds(entry.at), *told, previous)
        rows.append(
            {
                "sequence": sequence,
                "writer": writer,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "details": entry.details,
                "previous": previous,
                "digest": digest,
            }
        )
        previous = digest
    connection.execute(insert(audit_log), rows)
    _, sealed, _ = _last_seal(connection)
    if sequence - sealed >= SEAL_EVERY:
        seal(connection)


def seal(connection: Connection) -> None:
    """Seal every row that no seal covers yet."""
    number, sealed, previous = _last_seal(connection)
    rows = connection.execute(
        select(audit_log.c.sequence, audit_log.c.digest)
        .where(audit_log.c.sequence > sealed)
        .order_by(audit_log.c.sequence)
    ).all()
    if not rows:
        return
    through = rows[-1].sequence
    digest = seal_digest(number + 1, through, previous, (row.digest for row in rows))
    connection.execute(insert(seals), {"number": number + 1, "through": through, "digest": digest})


def row_digest(
    sequence: int, writer: str, at: int, actor: str, action: str, subject: str, details: Json, previous: str
) -> str:
    """Of one row; `at` in microseconds, `previous` the digest of the writer's row before (empty for its first)."""
    told = canonical_bytes([sequence, writer, at, actor, action, subject, details, previous])
    return hashlib.blake2b(told, digest_size=DIGEST_BYTES).hexdigest()


def seal_digest(number: int, through: int, previous: str, digests: Iterable[str]) -> str:
    """Of one seal: over the seal before and every row since, in order, and so over where each writer's chain stands."""
    told = canonical_bytes([number, through, previous, list(digests)])
    return hashlib.blake2b(told, digest_size=DIGEST_BYTES).hexdigest()


def end(connection: Connection) -> AuditEnd | None:
    """The last row; None while there is none."""
    last = select(audit_log.c.sequence, audit_log.c.digest).order_by(audit_log.c.sequence.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return AuditEnd(row.sequence, row.digest) if row is not None else None


def _last_sequence(connection: Connection) -> int:
    return connection.execute(select(func.max(audit_log.c.sequence))).scalar_one_or_none() or 0


def _head(connection: Connection, writer: str) -> str:
    """The digest of the writer's last row; empty before its first."""
    last = select(audit_log.c.digest).where(audit_log.c.writer == writer).order_by(audit_log.c.sequence.desc()).limit(1)
    return connection.execute(last).scalar_one_or_none() or ""


def _last_seal(connection: Connection) -> tuple[int, int, str]:
    """(number, through, digest); zeros before the first."""
    row = connection.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).one_or_none()
    return (0, 0, "") if row is None else (row.number, row.through, row.digest)
