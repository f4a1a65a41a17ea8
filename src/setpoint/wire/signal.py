"""What is ingested is acknowledged with, and questions to the lake."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from setpoint.store.interface import Answer, Receipt
from setpoint.wire.document import WHOLE, Document, example, meant, spelt

LONGEST_SQL = 60_000
MOST_ROWS = 10_000
MOST_SECONDS = 60.0

_SQL = "SELECT type, count(*) FROM signals GROUP BY type"

Sql = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_SQL, pattern=r"\S"),
    Field(description="One read-only statement over the published views."),
]
Seconds = Annotated[float, Field(strict=True, gt=0, le=MOST_SECONDS, description="After which it is given up.")]


class ReceiptDocument(Document):
    """What became of what was sent: it is on the disk."""

    model_config = example(appended=998, duplicates=2, last_offset=41_310)

    appended: int
    duplicates: int = Field(description="How many were there already, by source and id, and were dropped.")
    last_offset: int

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        return cls(appended=receipt.appended, duplicates=receipt.duplicates, last_offset=receipt.last_offset)

    def model(self) -> Receipt:
        return Receipt(self.appended, self.duplicates, self.last_offset)


class QueryRequest(Document):
    """A question to the lake."""

    model_config = example(sql=_SQL, limit=1000, timeout=10.0)

    sql: Sql
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST_ROWS, description="Rows, at most."), WHOLE] = 1_000
    timeout: Seconds = 10.0


class ExportRequest(Document):
    """A question to the lake whose answer is to be a Parquet file."""

    model_config = example(sql=_SQL, timeout=60.0)

    sql: Sql
    timeout: Seconds = 10.0


class QueryAnswer(Document):
    """The rows; `cut` says whether there were more."""

    model_config = example(
        columns=["type", "count_star()"], types=["VARCHAR", "BIGINT"], rows=[["app.request", 4131]], cut=False
    )

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool

    @classmethod
    def of(cls, answer: Answer) -> Self:
        rows = tuple(tuple(spelt(each) for each in row) for row in answer.rows)
        return cls(columns=answer.columns, types=answer.types, rows=rows, cut=answer.cut)

    def model(self) -> Answer:
        rows = tuple(tuple(meant(each) for each in row) for row in self.rows)
        return Answer(self.columns, self.types, rows, self.cut)
