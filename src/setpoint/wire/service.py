"""Services, their releases, and how much risk each may carry now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from setpoint.loop.risk import ServiceRisk
from setpoint.model.service import (
    DataClass,
    Exposure,
    Recovery,
    Release,
    Service,
    Share,
    Signal,
    SignalKind,
    Threshold,
    Tier,
)
from setpoint.wire.decision import DECISION_EXAMPLE, DatedDecisionDocument, FactorDocument
from setpoint.wire.document import Document, Moment, example

SERVICE_EXAMPLE = {
    "name": "payments",
    "tier": "critical",
    "exposure": "internet",
    "owner": "payments-team",
    "environment": "production",
    "data": "regulated",
}
_SIGNAL = {
    "service": "payments",
    "kind": "drift",
    "weight": 1.0,
    "at": "2026-05-31T12:00:00Z",
    "cause": "aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts: it became public",
}
_SHARE = {"signal": _SIGNAL, "left": 0.9}
_RECOVERY = {"name": "90% of the base", "level": 7.2, "at": "2026-06-20T09:30:00Z"}
_THRESHOLD = {
    "service": "payments",
    "base": 8.0,
    "value": 4.75,
    "load": 0.9,
    "factors": [{"name": "drift", "value": 0.9, "because": "it became public"}],
    "at": "2026-06-01T12:00:00Z",
}


class ServiceDocument(Document):
    """A service, as the configuration describes it or the ledger knows it."""

    model_config = example(**SERVICE_EXAMPLE)

    name: str
    tier: Tier
    exposure: Exposure
    owner: str
    environment: str
    data: DataClass | None = None

    @classmethod
    def of(cls, service: Service) -> Self:
        return cls(
            name=service.name,
            tier=service.tier,
            exposure=service.exposure,
            owner=service.owner,
            environment=service.environment,
            data=service.data,
        )

    def model(self) -> Service:
        return Service(self.name, self.tier, self.exposure, self.owner, self.environment, self.data)


class ReleaseDocument(Document):
    """A release, and when it was first put before the gate."""

    model_config = example(service="payments", version="1.4.2", first_seen="2026-05-31T12:00:00Z")

    service: str
    version: str
    first_seen: Moment

    @classmethod
    def of(cls, known: tuple[Release, datetime]) -> Self:
        release, first_seen = known
        return cls(service=release.service, version=release.version, first_seen=first_seen)

    def model(self) -> tuple[Release, datetime]:
        return Release(self.service, self.version), self.first_seen


class SignalDocument(Document):
    """Something that production showed of a service, and that lowers its threshold."""

    model_config = example(**_SIGNAL)

    service: str
    kind: SignalKind
    weight: float
    at: Moment
    cause: str

    @classmethod
    def of(cls, signal: Signal) -> Self:
        return cls(service=signal.service, kind=signal.kind, weight=signal.weight, at=signal.at, cause=signal.cause)

    def model(self) -> Signal:
        return Signal(self.service, self.kind, self.weight, self.at, self.cause)


class ShareDocument(Document):
    """What is left of one signal."""

    model_config = example(**_SHARE)

    signal: SignalDocument
    left: float

    @classmethod
    def of(cls, share: Share) -> Self:
        return cls(signal=SignalDocument.of(share.signal), left=share.left)

    def model(self) -> Share:
        return Share(self.signal.model(), self.left)


class RecoveryDocument(Document):
    """When the threshold will be at a level again, if nothing more happens; null where it never is."""

    model_config = example(**_RECOVERY)

    name: str
    level: float
    at: Moment | None

    @classmethod
    def of(cls, recovery: Recovery) -> Self:
        return cls(name=recovery.name, level=recovery.level, at=recovery.at)

    def model(self) -> Recovery:
        return Recovery(self.name, self.level, self.at)


class ThresholdDocument(Document):
    """The highest risk that a release of a service may carry at a moment."""

    model_config = example(**_THRESHOLD)

    service: str
    base: float
    value: float
    load: float
    factors: tuple[FactorDocument, ...]
    at: Moment

    @classmethod
    def of(cls, threshold: Threshold) -> Self:
        return cls(
            service=threshold.service,
            base=threshold.base,
            value=threshold.value,
            load=threshold.load,
            factors=tuple(map(FactorDocument.of, threshold.factors)),
            at=threshold.at,
        )

    def model(self) -> Threshold:
        factors = tuple(each.model() for each in self.factors)
        return Threshold(self.service, self.base, self.value, self.load, factors, self.at)


class RiskDocument(Document):
    """How much risk a service's next release may carry, why, and when it will be more."""

    model_config = example(
        service=SERVICE_EXAMPLE,
        threshold=_THRESHOLD,
        half_life=604800.0,
        shares=[_SHARE],
        recoveries=[_RECOVERY],
        decisions=[{"at": "2026-05-31T12:00:00Z", "decision": DECISION_EXAMPLE}],
        unknowns=[],
    )

    service: ServiceDocument
    threshold: ThresholdDocument
    half_life: float = Field(description="Seconds in which what a signal weighs halves.")
    shares: tuple[ShareDocument, ...]
    recoveries: tuple[RecoveryDocument, ...]
    decisions: tuple[DatedDecisionDocument, ...]
    unknowns: tuple[str, ...] = Field(description="Why nobody can be sure of what production shows.")

    @classmethod
    def of(cls, risk: ServiceRisk) -> Self:
        return cls(
            service=ServiceDocument.of(risk.service),
            threshold=ThresholdDocument.of(risk.threshold),
            half_life=risk.half_life.total_seconds(),
            shares=tuple(map(ShareDocument.of, risk.shares)),
            recoveries=tuple(map(RecoveryDocument.of, risk.recoveries)),
            decisions=tuple(map(DatedDecisionDocument.of, risk.decisions)),
            unknowns=tuple(risk.unknowns),
        )

    def model(self) -> ServiceRisk:
        return ServiceRisk(
            service=self.service.model(),
            threshold=self.threshold.model(),
            half_life=timedelta(seconds=self.half_life),
            shares=tuple(each.model() for each in self.shares),
            recoveries=tuple(each.model() for each in self.recoveries),
            decisions=tuple(each.model() for each in self.decisions),
            unknowns=self.unknowns,
        )
