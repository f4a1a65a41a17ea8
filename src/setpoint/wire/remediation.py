"""Remediations: the plan, the state, and how it came to that."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

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
