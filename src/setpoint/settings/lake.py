"""`lake:`: where signals are kept for queries, for how long, and how much queries may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.fields import Fields
from setpoint.store.lake.limits import LakeLimits

LEAST_MEMORY: Final = 128 * 1024 * 1024
"""Bytes; DuckDB asks for about that much a thread (*Performance Guide*, "Environment")."""


LONGEST: Final = 60.0
"""Seconds of a query; the server waits a little longer than that for ingest to answer."""


@dataclass(frozen=True, slots=True)
class LakeSettings:
    file: Path = Path("setpoint.sqlite.lake") / "lake.duckdb"
    """Alone in its folder, which nobody else may enter: DuckDB's own files lie beside it."""
    days: int = 30
    """How long an event is kept, in whole days (UTC)."""
    limits: LakeLimits = field(default_factory=LakeLimits)


def read_lake(fields: Fields, base: Path, ledger: Path) -> LakeSettings:
    folder = fields.optional_text("folder")
    usual = LakeLimits()
    limits = LakeLimits(
        memory=int(fields.number("memory_bytes", usual.memory, least=LEAST_MEMORY, most=1e15)),
        temporary=int(fields.number("temporary_bytes", usual.temporary, most=1e15)),
        threads=int(fields.number("threads", usual.threads, least=1, most=64)),
        queries=int(fields.number("queries", usual.queries, least=1, most=16)),
        rows=int(fields.number("rows", usual.rows, least=1, most=1e6)),
        answer=int(fields.number("answer_bytes", usual.answer, least=1024)),
        seconds=fields.seconds("timeout", usual.seconds, least=0.1, most=LONGEST),
        export=int(fields.number("export_bytes", usual.export, least=1024, most=1e12)),
    )
    settings = LakeSettings(
        file=(base / folder if folder else ledger.with_name(f"{ledger.name}.lake")) / "lake.duckdb",
        days=int(fields.number("days", 30, least=1, most=3660)),
        limits=limits,
    )
    fields.done()
    return settings
