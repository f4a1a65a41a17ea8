"""Policies, with all that their files say."""

from __future__ import annotations

from typing import Any, Self

from setpoint.model.policy import Effect, Example, Policy, Revision, Severity, Stage, Subject
from setpoint.model.service import Service
from setpoint.wire.document import Document, example, meant, spelt
from setpoint.wire.service import SERVICE_EXAMPLE, ServiceDocument

_EXAMPLE = {
    "name": "a bucket that anybody may list",
    "type": "AWS::S3::Bucket",
    "given": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
    "speaks": True,
    "where": "policies/exposure/public-bucket.yaml:31",
}
_REVISION = {"before": "critical", "where": "setpoint.yaml:31", "reason": "nothing of ours is in it"}
_POLICY = {
    "id": "exposure/public-bucket",
    "title": "A bucket is not public",
    "why": "Anybody could read what is in it.",
    "remedy": "block public access",
    "severity": "critical",
    "subject": "resource",
    "types": ["AWS::S3::Bucket"],
    "reads": ["PublicAccessBlockConfiguration.BlockPublicAcls"],
    "expression": "resource.PublicAccessBlockConfiguration.BlockPublicAcls == true",
    "effects": {"deploy": "deny", "runtime": "remediate"},
    "references": ["CIS AWS 3.0.0 2.1.4"],
    "examples": [_EXAMPLE],
    "where": "policies/exposure/public-bucket.yaml:1",
    "expression_where": "policies/exposure/public-bucket.yaml:12",
    "severity_revision": None,
    "effect_revisions": {"deploy": _REVISION},
    "reads_where": {"PublicAccessBlockConfiguration.BlockPublicAcls": "policies/exposure/public-bucket.yaml:9"},
}


class ExampleDocument(Document):
    """A case that comes with a policy."""

    model_config = example(**_EXAMPLE)

    name: str
    type: str
    given: dict[str, Any]
    speaks: bool
    where: str

    @classmethod
    def of(cls, case: Example) -> Self:
        given = {name: spelt(value) for name, value in case.given.items()}
        return cls(name=case.name, type=case.type, given=given, speaks=case.speaks, where=case.where)

    def model(self) -> Example:
        given = {name: meant(value) for name, value in self.given.items()}
        return Example(self.name, self.type, given, self.speaks, self.where)


class RevisionDocument(Document):
    """That the configuration, and not the policy's file, says how bad something is, or what follows from it."""

    model_config = example(**_REVISION)

    before: str
    where: str
    reason: str

    @classmethod
    def of(cls, revision: Revision) -> Self:
        return cls(before=revision.before, where=revision.where, reason=revision.reason)

    def model(self) -> Revision:
        return Revision(self.before, self.where, self.reason)


class PolicyDocument(Document):
    """One policy as its file declares it, or as the overrides of the configuration leave it."""

    model_config = example(**_POLICY)

    id: str
    title: str
    why: str
    remedy: str
    severity: Severity
    subject: Subject
    types: tuple[str, ...]
    reads: tuple[str, ...]
    expression: str
    effects: dict[Stage, Effect]
    references: tuple[str, ...]
    examples: tuple[ExampleDocument, ...]
    where: str
    expression_where: str
    reads_where: dict[str, str]
    severity_revision: RevisionDocument | None
    effect_revisions: dict[Stage, RevisionDocument]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(
            id=policy.id,
            title=policy.title,
            why=policy.why,
            remedy=policy.remedy,
            severity=policy.severity,
            subject=policy.subject,
            types=policy.types,
            reads=policy.reads,
            expression=policy.expression,
            effects=dict(policy.effects),
            references=policy.references,
            examples=tuple(map(ExampleDocument.of, policy.examples)),
            where=policy.where,
            expression_where=policy.expression_where,
            reads_where=dict(policy.reads_where),
            severity_revision=RevisionDocument.of(policy.severity_revision) if policy.severity_revision else None,
            effect_revisions={stage: RevisionDocument.of(each) for stage, each in policy.effect_revisions.items()},
        )

    def model(self) -> Policy:
        return Policy(
            id=self.id,
            title=self.title,
            why=self.why,
            remedy=self.remedy,
            severity=self.severity,
            subject=self.subject,
            types=self.types,
            reads=self.reads,
            expression=self.expression,
            effects=self.effects,
            references=self.references,
            examples=tuple(each.model() for each in self.examples),
            where=self.where,
            expression_where=self.expression_where,
            reads_where=self.reads_where,
            severity_revision=self.severity_revision.model() if self.severity_revision else None,
            effect_revisions={stage: each.model() for stage, each in self.effect_revisions.items()},
        )


class PolicyInForceDocument(Document):
    """A policy as the overrides of the configuration leave it for a service."""

    model_config = example(service=SERVICE_EXAMPLE, policy=_POLICY)

    service: ServiceDocument
    policy: PolicyDocument

    @classmethod
    def of(cls, in_force: tuple[Policy, Service]) -> Self:
        policy, service = in_force
        return cls(service=ServiceDocument.of(service), policy=PolicyDocument.of(policy))

    def model(self) -> tuple[Policy, Service]:
        return self.policy.model(), self.service.model()
