"""Resources, as the last heartbeat left them in memory."""

from __future__ import annotations

from typing import Self

from setpoint.model.urn import Urn
from setpoint.store.interface import ResourceRow
from setpoint.wire.document import Document, Moment, example


class ResourceDocument(Document):
    """An entity, who owns it, and whether it differs from what was declared."""

    model_config = example(
        urn="aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
        service="payments",
        differs=True,
        updated_at="2026-05-31T12:00:00Z",
    )

    urn: str
    service: str
    differs: bool
    updated_at: Moment

    @classmethod
    def of(cls, row: ResourceRow) -> Self:
        return cls(urn=row.urn, service=row.service, differs=row.differs, updated_at=row.updated_at)

    def model(self) -> ResourceRow:
        return ResourceRow(Urn(self.urn), self.service, differs=self.differs, updated_at=self.updated_at)
