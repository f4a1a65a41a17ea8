"""Remediations: the plan, the state, and how it came to that."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from setpoint.model.attribution import Inquiry, RecordedChange, Untold
from setpoint.model.remediation import Change, Plan, Remediation, RemediationState
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, Moment, example, meant, spelt

_CHANGE = {
    "path": "VersioningConfiguration",
    "before": {"Status": "Suspended"},
    "after": {"Status": "Enabled"},
}
_PLAN = {
    "changes": [_CHANGE],
    "precondition": "c9d1f00b6e8b4a52a7f3f0a1d2c4b6e8",
    "permissions": ["s3:PutBucketVersioning"],
}
_STEP = {"at": "2026-05-31T12:00:00Z", "state": "planned", "reason": "the policy says so"}
_CHANGE_RECORDED = {
    "principal": "arn:aws:sts::123456789012:assumed-role/Deployer/ana",
    "issuer": "arn:aws:iam::123456789012:role/Deployer",
    "event": "PutBucketVersioning",
    "source": "s3.amazonaws.com",
    "id": "8a2f1c60-6f0b-4a3e-9a55-0f6d1d2b7c11",
    "at": "2026-05-31T11:58:20Z",
    "origin": "198.51.100.7",
}
_INQUIRY = {
    "paths": ["VersioningConfiguration"],
    "since": "2026-05-31T11:20:00Z",
    "until": "2026-05-31T12:00:00Z",
    "change": _CHANGE_RECORDED,
    "untold": None,
    "asked": 1,
    "ask_at": None,
}
REMEDIATION_EXAMPLE = {
    "id": 7,
    "urn": "aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
    "service": "payments",
    "state": "awaiting approval",
    "plan": _PLAN,
    "findings": ["5f0c1d3ab1c24c8e9a7d20f1e6b4a812"],
    "reason": "the policy asks for an approval",
    "detected_at": "2026-05-31T12:00:00Z",
    "updated_at": "2026-05-31T12:00:01Z",
    "attempts": 0,
    "inquiry": None,
}

Step = tuple[datetime, RemediationState, str]
"""When a remediation came to which state, and why."""


class ChangeDocument(Document):
    """One top-level property, as it is and as it should be."""

    model_config = example(**_CHANGE)

    path: str
    before: Any
    after: Any

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(path=change.path, before=spelt(change.before), after=spelt(change.after))

    def model(self) -> Change:
        return Change(self.path, meant(self.before), meant(self.after))


class PlanDocument(Document):
    """The smallest set of changes that ends the drift of one entity."""

    model_config = example(**_PLAN)

    changes: tuple[ChangeDocument, ...]
    precondition: str
    permissions: tuple[str, ...]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        changes = tuple(map(ChangeDocument.of, plan.changes))
        return cls(changes=changes, precondition=plan.precondition, permissions=plan.permissions)

    def model(self, urn: Urn) -> Plan:
        return Plan(urn, tuple(each.model() for each in self.changes), self.precondition, self.permissions)


class RecordedChangeDocument(Document):
    """One change of an entity, as its provider recorded it."""

    model_config = example(**_CHANGE_RECORDED)

    principal: str
    issuer: str
    event: str
    source: str
    id: str
    at: Moment
    origin: str

    @classmethod
    def of(cls, change: RecordedChange) -> Self:
        return cls(
            principal=change.principal,
            issuer=change.issuer,
            event=change.event,
            source=change.source,
            id=change.id,
            at=change.at,
            origin=change.origin,
        )

    def model(self) -> RecordedChange:
        return RecordedChange(self.principal, self.issuer, self.event, self.source, self.id, self.at, self.origin)


class UntoldDocument(Document):
    """Why it could not be told who made a change, and whether it may be later."""

    model_config = example(reason="cloudtrail:LookupEvents denied", may_be_told=False)

    reason: str
    may_be_told: bool

    @classmethod
    def of(cls, untold: Untold) -> Self:
        return cls(reason=untold.reason, may_be_told=untold.may_be_told)

    def model(self) -> Untold:
        return Untold(self.reason, may_be_told=self.may_be_told)


class InquiryDocument(Document):
    """Who sets again what was set back: the change, or why it could not be told; and when that is asked again."""

    model_config = example(**_INQUIRY)

    paths: tuple[str, ...]
    since: Moment
    until: Moment
    change: RecordedChangeDocument | None
    untold: UntoldDocument | None
    asked: int
    ask_at: Moment | None

    @classmethod
    def of(cls, inquiry: Inquiry) -> Self:
        answer = inquiry.answer
        return cls(
            paths=inquiry.paths,
            since=inquiry.since,
            until=inquiry.until,
            change=RecordedChangeDocument.of(answer) if isinstance(answer, RecordedChange) else None,
            untold=UntoldDocument.of(answer) if isinstance(answer, Untold) else None,
            asked=inquiry.asked,
            ask_at=inquiry.ask_at,
        )

    def model(self) -> Inquiry:
        answer = (self.change or self.untold or UntoldDocument(reason="nothing is said", may_be_told=False)).model()
        return Inquiry(self.paths, self.since, self.until, answer, self.asked, self.ask_at)


class RemediationDocument(Document):
    """A plan on its way."""

    model_config = example(**REMEDIATION_EXAMPLE)

    id: int
    urn: str
    service: str
    state: RemediationState
    plan: PlanDocument | None
    findings: tuple[str, ...]
    reason: str
    detected_at: Moment
    updated_at: Moment
    attempts: int
    inquiry: InquiryDocument | None = None

    @classmethod
    def of(cls, remediation: Remediation) -> Self:
        return cls(
            id=remediation.id,
            urn=remediation.urn,
            service=remediation.service,
            state=remediation.state,
            plan=PlanDocument.of(remediation.plan) if remediation.plan else None,
            findings=remediation.findings,
            reason=remediation.reason,
            detected_at=remediation.detected_at,
            updated_at=remediation.updated_at,
            attempts=remediation.attempts,
            inquiry=InquiryDocument.of(remediation.inquiry) if remediation.inquiry else None,
        )

    def model(self) -> Remediation:
        urn = Urn(self.urn)
        return Remediation(
            id=self.id,
            urn=urn,
            service=self.service,
            state=self.state,
            plan=self.plan.model(urn) if self.plan else None,
            findings=self.findings,
            reason=self.reason,
            detected_at=self.detected_at,
            updated_at=self.updated_at,
            attempts=self.attempts,
            inquiry=self.inquiry.model() if self.inquiry else None,
        )


class StepDocument(Document):
    """One step of a remediation's way."""

    model_config = example(**_STEP)

    at: Moment
    state: RemediationState
    reason: str

    @classmethod
    def of(cls, step: Step) -> Self:
        at, state, reason = step
        return cls(at=at, state=state, reason=reason)

    def model(self) -> Step:
        return self.at, self.state, self.reason


class RemediationHistoryDocument(Document):
    """A remediation with every step of its way, oldest first."""

    model_config = example(remediation=REMEDIATION_EXAMPLE, steps=[_STEP])

    remediation: RemediationDocument
    steps: tuple[StepDocument, ...]

    @classmethod
    def of(cls, history: tuple[Remediation, tuple[Step, ...]]) -> Self:
        remediation, steps = history
        return cls(remediation=RemediationDocument.of(remediation), steps=tuple(map(StepDocument.of, steps)))

    def model(self) -> tuple[Remediation, tuple[Step, ...]]:
        return self.remediation.model(), tuple(each.model() for each in self.steps)
