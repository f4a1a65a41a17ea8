"""What the rest asks of the stores: the ledger, the journal and the lake. Reading and writing are two interfaces."""

from setpoint.store.interface.history import HistoryReader, Reach
from setpoint.store.interface.inside import InsideReader, ReportTaker
from setpoint.store.interface.journal import Entry, Journal, JournalReader, JournalSize, JournalWriter, Receipt
from setpoint.store.interface.lake import Answer, Lake, LakeReader, LakeWriter
from setpoint.store.interface.ledger import Ledger, LedgerReader, LedgerWriter, ThresholdKeeper
from setpoint.store.interface.pages import KeptAnswer, KeptAnswers, LedgerPages, ResourceRow, ServerLedger
from setpoint.store.interface.rows import (
    AuditCheck,
    AuditEnd,
    AuditRow,
    BeatRow,
    Delivery,
    DeliveryState,
    Known,
    LastKnown,
    Lease,
    Parcel,
)
from setpoint.store.interface.tokens import (
    AgentKeys,
    IssuedToken,
    KeyKeeper,
    StoredToken,
    TokenReader,
    TokenStore,
    TokenWriter,
)

__all__ = [
    "AgentKeys",
    "Answer",
    "AuditCheck",
    "AuditEnd",
    "AuditRow",
    "BeatRow",
    "Delivery",
    "DeliveryState",
    "Entry",
    "HistoryReader",
    "InsideReader",
    "IssuedToken",
    "Journal",
    "JournalReader",
    "JournalSize",
    "JournalWriter",
    "KeptAnswer",
    "KeptAnswers",
    "KeyKeeper",
    "Known",
    "Lake",
    "LakeReader",
    "LakeWriter",
    "LastKnown",
    "Lease",
    "Ledger",
    "LedgerPages",
    "LedgerReader",
    "LedgerWriter",
    "Parcel",
    "Reach",
    "Receipt",
    "ReportTaker",
    "ResourceRow",
    "ServerLedger",
    "StoredToken",
    "ThresholdKeeper",
    "TokenReader",
    "TokenStore",
    "TokenWriter",
]
