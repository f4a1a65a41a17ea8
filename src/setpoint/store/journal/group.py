"""Batches that are written together, in one write and one sync: a value that `journal` puts together, pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from setpoint.errors import Error
from setpoint.store.interface.journal import Receipt
from setpoint.store.journal.codec import encode
from setpoint.store.journal.known import KnownIdentities
from setpoint.store.journal.segment import Place


@dataclass(slots=True, eq=False)
class Append:
    """A batch that waits to be written. Two are never the same, whatever is in them."""

    identities: Sequence[bytes]
    lines: Sequence[bytes]
    received_at: datetime
    sender: str = ""
    outcome: Receipt | Error | None = None


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """What is new of a batch, as it will stand on the disk; empty where nothing is."""

    identities: Sequence[bytes]
    data: bytes


class Group:
    def __init__(self, first: int) -> None:
        self.first = first
        """The offset of the first event that is added."""
        self.next = first
        self.data = bytearray()
        self.identities: set[bytes] = set()
        self.places: list[Place] = []
        """Where each batch stands, from the start of `data`."""
        self.receipts: list[tuple[Append, Receipt]] = []
        """What each may be told, once all is durable."""

    def encoded(self, waiting: Append, known: KnownIdentities) -> EncodedBatch:
        """Without what is in the journal, in the group, or further up in the batch."""
        new: dict[bytes, bytes] = {}
        for identity, line in zip(waiting.identities, waiting.lines, strict=True):
            if identity not in known and identity not in self.identities and identity not in new:
                new[identity] = line
        identities = list(new)
        lines = list(new.values())
        data = encode(self.next, waiting.received_at, identities, lines, waiting.sender) if new else b""
        return EncodedBatch(identities, data)

    def add(self, waiting: Append, batch: EncodedBatch) -> None:
        position, count = len(self.data), len(batch.identities)
        last = self.next + count - 1
        if count:
            self.places.append(Place(position, position + len(batch.data), self.next, last, waiting.received_at))
            self.data += batch.data
            self.identities.update(batch.identities)
            self.next = last + 1
        self.receipts.append((waiting, Receipt(count, len(waiting.lines) - count, last)))
