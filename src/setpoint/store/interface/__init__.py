"""What the rest asks of the stores: the ledger, the journal and the lake. Reading and writing are two interfaces."""

from setpoint.store.interface.journal import Entry, JournalReader, JournalWriter, Receipt
from setpoint.store.interface.lake import Answer, LakeReader, LakeWriter
from setpoint.store.interface.ledger import (
    AuditRow,
    BeatRow,
    Delivery,
    DeliveryState,
    LastKnown,
    Lease,
    Ledger,
    LedgerReader,
    LedgerWriter,
    Parcel,
    ThresholdKeeper,
)

__all__ = [
    "Answer",
    "AuditRow",
    "BeatRow",
    "Delivery",
    "DeliveryState",
    "Entry",
    "JournalReader",
    "JournalWriter",
    "LakeReader",
    "LakeWriter",
    "LastKnown",
    "Lease",
    "Ledger",
    "LedgerReader",
    "LedgerWriter",
    "Parcel",
    "Receipt",
    "ThresholdKeeper",
]
