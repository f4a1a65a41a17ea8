"""Decisions, their reasons and factors."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from setpoint.model.admitting import BreakGlass, Extra
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, Moment, example, meant, spelt

_FACTOR = {"name": "severity", "value": 4.0, "because": "encryption/database-encrypted is high"}
_REASON = {
    "policy": "encryption/database-encrypted",
    "outcome": "violated",
    "severity": "high",
    "message": "the database is not encrypted at rest",
    "evidence": {"StorageEncrypted": False},
    "effect": "deny",
}
_EXTRA = {
    "name": "approval",
    "because": "the load is 2.40, and from 2 on it is required",
    "brought": "mara approved it, until 2026-06-01T12:00:00+00:00: mended, and looked at by two",
    "remedy": "",
    "is_known": True,
    "is_of_policy": False,
}
_BROKEN = {
    "service": "payments",
    "version": "1.4.2",
    "ticket": "INC-4711",
    "reason": "the shop is down, and this mends it",
    "actor": "mara",
    "at": "2026-05-31T12:00:00Z",
    "expires_at": "2026-05-31T16:00:00Z",
}
DECISION_EXAMPLE = {
    "subject": "release:payments@1.4.2",
    "service": "payments",
    "stage": "deploy",
    "verdict": "refuse",
    "effect": "deny",
    "path": "",
    "reasons": [_REASON],
    "risk": 12.0,
    "risk_factors": [_FACTOR],
    "threshold": 7.2,
    "threshold_factors": [{"name": "drift", "value": 0.9, "because": "a bucket of it became public"}],
    "waivers": ["w12"],
    "extras": [_EXTRA],
    "break_glass": None,
    "decided": None,
    "is_of_critical": True,
}


class FactorDocument(Document):
    """One named multiplier of a risk, or one contribution to a threshold's load."""

    model_config = example(**_FACTOR)

    name: str
    value: float
    because: str

    @classmethod
    def of(cls, factor: Factor) -> Self:
        return cls(name=factor.name, value=factor.value, because=factor.because)

    def model(self) -> Factor:
        return Factor(self.name, self.value, self.because)


class ReasonDocument(Document):
    """Why, in one sentence, with what was seen."""

    model_config = example(**_REASON)

    policy: str
    outcome: Outcome
    severity: Severity
    message: str
    evidence: dict[str, Any]
    effect: Effect | None = Field(default=None, description="What it asks for at a gate.")

    @classmethod
    def of(cls, reason: Reason) -> Self:
        return cls(
            policy=reason.policy,
            outcome=reason.outcome,
            severity=reason.severity,
            message=reason.message,
            evidence={name: spelt(value) for name, value in reason.evidence.items()},
            effect=reason.effect,
        )

    def model(self) -> Reason:
        evidence = {name: meant(value) for name, value in self.evidence.items()}
        return Reason(self.policy, self.outcome, self.severity, self.message, evidence, self.effect)


class ExtraDocument(Document):
    """Something that a tightened service asks of a release, and what was brought of it."""

    model_config = example(**_EXTRA)

    name: str
    because: str
    brought: str = Field(description="Empty where nothing was.")
    remedy: str
    is_known: bool = Field(default=True, description="Whether it could be told that nothing was brought.")
    is_of_policy: bool = Field(default=False, description="Whether a policy asks for it, and not the load.")

    @classmethod
    def of(cls, extra: Extra) -> Self:
        return cls(
            name=extra.name,
            because=extra.because,
            brought=extra.brought,
            remedy=extra.remedy,
            is_known=extra.is_known,
            is_of_policy=extra.is_of_policy,
        )

    def model(self) -> Extra:
        return Extra(self.name, self.because, self.brought, self.remedy, self.is_known, self.is_of_policy)


class BrokenGlassDocument(Document):
    """A release is let in whatever is decided, for a while."""

    model_config = example(**_BROKEN)

    service: str
    version: str
    ticket: str
    reason: str
    actor: str
    at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, broken: BreakGlass) -> Self:
        return cls(
            service=broken.service,
            version=broken.release,
            ticket=broken.ticket,
            reason=broken.reason,
            actor=broken.actor,
            at=broken.at,
            expires_at=broken.expires_at,
        )

    def model(self) -> BreakGlass:
        return BreakGlass(self.service, self.version, self.ticket, self.reason, self.actor, self.at, self.expires_at)


class DecisionDocument(Document):
    """What was decided of whom, at which stage, and on what grounds."""

    model_config = example(**DECISION_EXAMPLE)

    subject: str
    service: str
    stage: Stage
    verdict: Verdict
    effect: Effect
    path: str
    reasons: tuple[ReasonDocument, ...]
    risk: float | None
    risk_factors: tuple[FactorDocument, ...]
    threshold: float | None
    threshold_factors: tuple[FactorDocument, ...]
    waivers: tuple[str, ...]
    extras: tuple[ExtraDocument, ...] = ()
    break_glass: BrokenGlassDocument | None = None
    decided: Verdict | None = Field(default=None, description="The verdict, where an emergency lets it in instead.")
    is_of_critical: bool = Field(default=False, description="Whether its service is critical.")

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(
            subject=decision.subject,
            service=decision.service,
            stage=decision.stage,
            verdict=decision.verdict,
            effect=decision.effect,
            path=decision.path,
            reasons=tuple(map(ReasonDocument.of, decision.reasons)),
            risk=decision.risk,
            risk_factors=tuple(map(FactorDocument.of, decision.risk_factors)),
            threshold=decision.threshold,
            threshold_factors=tuple(map(FactorDocument.of, decision.threshold_factors)),
            waivers=decision.waivers,
            extras=tuple(map(ExtraDocument.of, decision.extras)),
            break_glass=BrokenGlassDocument.of(decision.break_glass) if decision.break_glass else None,
            decided=decision.decided,
            is_of_critical=decision.is_of_critical,
        )

    def model(self) -> Decision:
        return Decision(
            subject=Urn(self.subject),
            service=self.service,
            stage=self.stage,
            verdict=self.verdict,
            effect=self.effect,
            path=self.path,
            reasons=tuple(each.model() for each in self.reasons),
            risk=self.risk,
            risk_factors=tuple(each.model() for each in self.risk_factors),
            threshold=self.threshold,
            threshold_factors=tuple(each.model() for each in self.threshold_factors),
            waivers=self.waivers,
            extras=tuple(each.model() for each in self.extras),
            break_glass=self.break_glass.model() if self.break_glass else None,
            decided=self.decided,
            is_of_critical=self.is_of_critical,
        )


class DatedDecisionDocument(Document):
    """A decision, and when it was made."""

    model_config = example(at="2026-05-31T12:00:00Z", decision=DECISION_EXAMPLE)

    at: Moment
    decision: DecisionDocument

    @classmethod
    def of(cls, dated: tuple[datetime, Decision]) -> Self:
        at, decision = dated
        return cls(at=at, decision=DecisionDocument.of(decision))

    def model(self) -> tuple[datetime, Decision]:
        return self.at, self.decision.model()
