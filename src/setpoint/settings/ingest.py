"""`ingest:`: where the journal is, how large it may become, and how much anybody may send at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.fields import Fields
from setpoint.store.journal.limits import JournalLimits

KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * KIBIBYTE

LEAST_JOURNAL: Final = 256 * MEBIBYTE
"""Room for several of the largest bodies, however many bytes a body may have."""


@dataclass(frozen=True, slots=True)
class IngestBounds:
    """What one sender may ask of the ingest process, and all of them together."""

    body_bytes: int = 16 * MEBIBYTE
    """Of a body, as it is sent (compressed)."""
    inflated_bytes: int = 32 * MEBIBYTE
    """Of a body, once it is inflated."""
    event_bytes: int = 256 * KIBIBYTE
    """Of one event. *CloudEvents 1.0*, "Size Limits", asks for at least 64 KiB."""
    report_bytes: int = MEBIBYTE
    """Of one agent's report."""
    events: int = 10_000
    """In one body."""
    depth: int = 32
    """Levels of one event's JSON."""
    seconds: float = 30.0
    """In which a body has to arrive."""
    waiting_bytes: int = 256 * MEBIBYTE
    """Of all bodies that are not in the journal yet; from there on senders are told to come again."""


@dataclass(frozen=True, slots=True)
class IngestSettings:
    journal: Path = Path("setpoint.sqlite.journal")
    """The folder of the journal."""
    limits: JournalLimits = field(default_factory=JournalLimits)
    bounds: IngestBounds = field(default_factory=IngestBounds)


def read_ingest(fields: Fields, base: Path, ledger: Path) -> IngestSettings:
    journal = fields.optional_text("journal")
    usual = JournalLimits()
    limits = JournalLimits(
        full_at=int(fields.number("full_at_bytes", usual.full_at, least=LEAST_JOURNAL, most=1e15)),
        keep_bytes=int(fields.number("keep_bytes", usual.keep_bytes, most=1e15)),
        keep_for=fields.seconds("keep_for", usual.keep_for),
        remember=int(fields.number("remember", usual.remember, least=1, most=1e8)),
    )
    settings = IngestSettings(
        journal=base / journal if journal else ledger.with_name(f"{ledger.name}.journal"),
        limits=limits,
        bounds=_bounds(fields.section("bounds")),
    )
    fields.done()
    return settings


def _bounds(fields: Fields) -> IngestBounds:
    usual = IngestBounds()
    most = LEAST_JOURNAL // 8
    bounds = IngestBounds(
        body_bytes=int(fields.number("body_bytes", usual.body_bytes, least=KIBIBYTE, most=most)),
        inflated_bytes=int(fields.number("inflated_bytes", usual.inflated_bytes, least=KIBIBYTE, most=most)),
        event_bytes=int(fields.number("event_bytes", usual.event_bytes, least=KIBIBYTE, most=most)),
        report_bytes=int(fields.number("report_bytes", usual.report_bytes, least=KIBIBYTE, most=most)),
        events=int(fields.number("events", usual.events, least=1, most=100_000)),
        depth=int(fields.number("depth", usual.depth, least=4, most=100)),
        seconds=fields.seconds("seconds", usual.seconds, least=0.1, most=600.0),
        waiting_bytes=int(fields.number("waiting_bytes", usual.waiting_bytes, least=MEBIBYTE, most=1e12)),
    )
    fields.done()
    return bounds
