"""The audit log."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from setpoint.store.interface import AuditCheck, AuditEnd, AuditRow
from setpoint.wire.document import Document, Moment, example, meant, spelt


class AuditRowDocument(Document):
    """One row of the append-only log; `digest` covers everything else in it and the writer's row before."""

    model_config = example(
        sequence=118,
        writer="default#4",
        at="2026-05-31T12:00:00Z",
        actor="setpoint",
        action="finding opened",
        subject="aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
        details={"finding": "5f0c1d3ab1c24c8e9a7d20f1e6b4a812", "severity": "high"},
        previous="0e7b…",
        digest="4c1a…",
    )

    sequence: int
    writer: str
    at: Moment
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    previous: str
    digest: str

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        return cls(
            sequence=row.sequence,
            writer=row.writer,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            details={name: spelt(value) for name, value in row.details.items()},
            previous=row.previous,
            digest=row.digest,
        )

    def model(self) -> AuditRow:
        return AuditRow(
            sequence=self.sequence,
            writer=self.writer,
            at=self.at,
            actor=self.actor,
            action=self.action,
            subject=self.subject,
            details={name: meant(value) for name, value in self.details.items()},
            previous=self.previous,
            digest=self.digest,
        )


class AuditEndDocument(Document):
    """A row of the log by its number and digest: kept elsewhere, it tells later whether the log is still the same."""

    model_config = example(sequence=118, digest="4c1a…")

    sequence: int
    digest: str


class AuditCheckDocument(Document):
    """Whether the log is what was written: how many rows it has, and what is wrong with it, a sentence each."""

    model_config = example(rows=118, broken=[], doubts=[], last={"sequence": 118, "digest": "4c1a…"})

    rows: int
    broken: tuple[str, ...]
    doubts: tuple[str, ...] = Field(default=(), description="Why it cannot be told whether more is wrong.")
    last: AuditEndDocument | None = None

    @classmethod
    def of(cls, check: AuditCheck) -> Self:
        last = AuditEndDocument(sequence=check.end.sequence, digest=check.end.digest) if check.end else None
        return cls(rows=check.rows, broken=check.broken, doubts=check.doubts, last=last)

    def model(self) -> AuditCheck:
        end = AuditEnd(self.last.sequence, self.last.digest) if self.last else None
        return AuditCheck(self.rows, self.broken, self.doubts, end)
