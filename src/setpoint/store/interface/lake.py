"""What ingest and the API ask of the lake: signals in columns, one owning process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.store.interface.journal import Entry


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    """As SQL names them."""
    rows: tuple[tuple[Json, ...], ...]
    cut: bool
    """Whether there were more rows than the limit."""


class LakeWriter(Protocol):
    def take(self, entries: Sequence[Entry]) -> int:
        """Write entries and the offset up to which all is taken, in one transaction; what was taken before is left out.

        Returns how many were new.
        """
        ...

    def retain(self, days: int) -> int:
        """Drop what is older; how many rows went."""
        ...


class LakeReader(Protocol):
    def taken(self) -> int:
        """The offset up to which the journal is in the lake."""
        ...

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        """One read-only statement over the published views; `InputError` for any other, or one that runs too long."""
        ...

    def export(self, sql: str, file: Path) -> int:
        """Write a query's result as Parquet; how many rows."""
        ...
