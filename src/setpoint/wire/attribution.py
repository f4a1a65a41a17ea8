"""Who made a difference, as an audit trail tells it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from setpoint.model.attribution import Attribution, Confidence, Means, Untold
from setpoint.wire.document import Document, example
from setpoint.wire.remediation import RecordedChangeDocument, UntoldDocument

ATTRIBUTION = {
    "change": {
        "principal": "arn:aws:sts::123456789012:assumed-role/Admin/OPS-4711",
        "issuer": "arn:aws:iam::123456789012:role/Admin",
        "event": "PutBucketVersioning",
        "source": "s3.amazonaws.com",
        "id": "8a2f1c60-6f0b-4a3e-9a55-0f6d1d2b7c11",
        "at": "2026-05-31T11:58:20Z",
        "origin": "198.51.100.7",
    },
    "confidence": "exact",
    "means": "console",
    "tool": "",
    "chain": ["arn:aws:iam::123456789012:user/ana"],
    "ticket": "OPS-4711",
    "parameters": ["VersioningConfiguration.Status"],
}


class AttributionDocument(Document):
    """Who made a difference, when and how."""

    model_config = example(**ATTRIBUTION)

    change: RecordedChangeDocument
    confidence: Confidence = Field(
        description="Whether the value was recorded, too, only the call, or only the entity."
    )
    means: Means
    tool: str = Field(description="What called, or the service that did; empty where that is not told.")
    chain: tuple[str, ...] = Field(description="Who stood behind the principal, the nearest first.")
    ticket: str
    parameters: tuple[str, ...] = Field(description="Those of the call that hold the value.")

    @classmethod
    def of(cls, attribution: Attribution) -> Self:
        return cls(
            change=RecordedChangeDocument.of(attribution.change),
            confidence=attribution.confidence,
            means=attribution.means,
            tool=attribution.tool,
            chain=attribution.chain,
            ticket=attribution.ticket,
            parameters=attribution.parameters,
        )

    def model(self) -> Attribution:
        return Attribution(
            change=self.change.model(),
            confidence=self.confidence,
            means=self.means,
            tool=self.tool,
            chain=self.chain,
            ticket=self.ticket,
            parameters=self.parameters,
        )


def attribution_document(answer: Attribution | Untold | None) -> AttributionDocument | UntoldDocument | None:
    if answer is None:
        return None
    return AttributionDocument.of(answer) if isinstance(answer, Attribution) else UntoldDocument.of(answer)
