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

        Returns how many were new. Raises `LakeError` where nothing of it was written; who owns the lake then closes it,
        opens it again after a while, and goes on behind `taken()`, which may be less than it was: a damaged lake begins
        anew.
        """
        ...

    def retain(self, days: int) -> int:
        """Drop what came in before so many days ago (whole days, UTC); how many events went."""
        ...


class LakeReader(Protocol):
    def taken(self) -> int:
        """The offset up to which the journal is in the lake."""
        ...

    def damage(self) -> Sequence[str]:
        """What was wrong when the lake was opened, and what became of it, a sentence each."""
        ...

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        """One read-only statement over the published views; `timeout` in seconds.

        Raises `InputError` for any other statement, or one that runs too long or asks too much; `TemporaryError` where
        too many run already; `LakeError` where the lake itself cannot be read.
        """
        ...

    def export(self, sql: str, file: Path, *, timeout: float) -> int:
        """Write a query's result as Parquet into a new file; how many rows. Raises as `query` does."""
        ...


class Lake(LakeWriter, LakeReader, Protocol):
    """The whole of it, for the one process that owns it."""

    def close(self) -> None: ...
