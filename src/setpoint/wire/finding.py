"""Findings, as the ledger remembers them."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from setpoint.model.finding import Finding, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.wire.attribution import ATTRIBUTION, AttributionDocument, attribution_document
from setpoint.wire.document import Document, Moment, example, meant, spelt
from setpoint.wire.remediation import UntoldDocument


class FindingDocument(Document):
    """Something that is wrong with an entity of a service, until it is seen to be right again."""

    model_config = example(
        id="5f0c1d3ab1c24c8e9a7d20f1e6b4a812",
        urn="aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
        service="payments",
        source="drift",
        rule="drift/changed",
        path="VersioningConfiguration.Status",
        severity="high",
        title="VersioningConfiguration.Status is Suspended, declared Enabled",
        evidence={"intended": "Enabled", "actual": "Suspended"},
        policies=["recovery/bucket-versioning"],
        first_seen="2026-05-31T12:00:00Z",
        opened_at="2026-05-31T12:00:00Z",
        last_changed="2026-05-31T12:00:00Z",
        closed_at=None,
        times_opened=1,
        accepted_by="",
        attribution=ATTRIBUTION,
    )

    id: str
    urn: str
    service: str
    source: FindingSource
    rule: str
    path: str
    severity: Severity
    title: str
    evidence: dict[str, Any]
    policies: tuple[str, ...]
    first_seen: Moment
    opened_at: Moment
    last_changed: Moment
    closed_at: Moment | None
    times_opened: int
    accepted_by: str = ""
    attribution: AttributionDocument | UntoldDocument | None = Field(
        default=None, description="Who made it so, by an audit trail, or why not; null where none was asked."
    )

    @classmethod
    def of(cls, record: FindingRecord) -> Self:
        finding = record.finding
        return cls(
            id=finding.id,
            urn=finding.urn,
            service=finding.service,
            source=finding.source,
            rule=finding.rule,
            path=finding.path,
            severity=finding.severity,
            title=finding.title,
            evidence={name: spelt(value) for name, value in finding.evidence.items()},
            policies=finding.policies,
            first_seen=record.first_seen,
            opened_at=record.opened_at,
            last_changed=record.last_changed,
            closed_at=record.closed_at,
            times_opened=record.times_opened,
            accepted_by=finding.accepted_by,
            attribution=attribution_document(record.attribution),
        )

    def model(self) -> FindingRecord:
        finding = Finding(
            urn=Urn(self.urn),
            service=self.service,
            source=self.source,
            rule=self.rule,
            path=self.path,
            severity=self.severity,
            title=self.title,
            evidence={name: meant(value) for name, value in self.evidence.items()},
            policies=self.policies,
            accepted_by=self.accepted_by,
        )
        return FindingRecord(
            finding,
            self.first_seen,
            self.opened_at,
            self.last_changed,
            self.closed_at,
            self.times_opened,
            attribution=self.attribution.model() if self.attribution else None,
        )
