"""Documents kept once, under the digest of what they say, compressed. `history.py` and `gate_cases.py` call this."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import Connection, delete, insert, select

from setpoint.errors import LedgerError
from setpoint.model.canonical import DIGEST_BYTES, Json, canonical_bytes
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.store.ledger.columns import restore_unknowns
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import gate_states, history, states

QUICKLY: Final = 1
"""zlib's level: a state has a kilobyte or two, of which the best level makes a tenth less in twice the time."""

LARGEST: Final = 64 * 1024 * 1024
"""Bytes. No state that was recorded is as large; what is comes from somebody who wants it to fill the memory."""

ORIGIN: Final = "recorded"
"""The source of a resource that comes out of the ledger: where it was read then decides nothing."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be kept, in its canonical spelling."""

    digest: str
    text: bytes


def of_value(value: Json) -> Document:
    text = canonical_bytes(value)
    return Document(_digest(text), text)


def of_resource(resource: Resource) -> Document:
    """All that anything decided of it could depend on, and so under the digest that the resource itself has."""
    return of_value([resource.properties, resource.unread, resource.provided_by, resource.unidentified])


def to_resource(urn: Urn, value: Json) -> Resource:
    properties, unread, provided_by, unidentified = value
    return Resource(urn, properties, ORIGIN, unread, unidentified, provided_by)


def keep(connection: Connection, documents: Iterable[Document]) -> None:
    """Those that are not there yet."""
    wanted = {each.digest: each.text for each in documents}
    for some in batches(list(wanted)):
        for known in connection.execute(select(states.c.digest).where(states.c.digest.in_(some))).scalars():
            del wanted[known]
    if wanted:
        rows = [{"digest": digest, "packed": zlib.compress(text, QUICKLY)} for digest, text in wanted.items()]
        connection.execute(insert(states), rows)


class Kept:
    """Documents that were asked for together."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed

    @classmethod
    def load(cls, connection: Connection, digests: Iterable[str | None]) -> Kept:
        packed: dict[str, bytes] = {}
        for some in batches(sorted({each for each in digests if each is not None})):
            wanted = select(states.c.digest, states.c.packed).where(states.c.digest.in_(some))
            packed.update((row.digest, row.packed) for row in connection.execute(wanted))
        return cls(packed)

    def value(self, digest: str | None) -> Json:
        """None where nothing was kept; raises `LedgerError` where it is damaged, or not what it was."""
        if digest is None:
            return None
        packed = self._packed.get(digest)
        if packed is None:
            raise LedgerError(f"the state {digest} is not in the ledger")
        text = _unpacked(digest, packed)
        if _digest(text) != digest:
            raise LedgerError(f"the state {digest} is not what it was")
        value = orjson.loads(text)
        return restore_unknowns(value) if b"$unknown" in text else value

    def resource(self, urn: Urn, digest: str | None) -> Resource | None:
        """As `value`, as the resource that it is the state of."""
        value = self.value(digest)
        return None if value is None else to_resource(urn, value)


def _digest(text: bytes) -> str:
    """As `canonical.digest`, of what is spelt already."""
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).hexdigest()


def _unpacked(digest: str, packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, LARGEST)
    except zlib.error as error:
        raise LedgerError(f"the state {digest} is damaged ({error})") from error
    if not unpacking.eof:
        raise LedgerError(f"the state {digest} is damaged (it is cut short, or too large)")
    return text


def drop_unused(connection: Connection) -> int:
    """Let go of what nothing in the past refers to any more; how many went."""
    columns = (history.c.actual, history.c.intended, history.c.differences, history.c.exceptions, gate_states.c.state)
    unused = delete(states)
    for column in columns:
        unused = unused.where(states.c.digest.not_in(select(column).where(column.is_not(None))))
    return connection.execute(unused).rowcount
