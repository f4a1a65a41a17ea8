"""Waivers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from setpoint.model.waiver import Waiver
from setpoint.wire.document import LONGEST_NAME, Document, Moment, Name, Sentence, example

Glob = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


class WaiverRequest(Document):
    """What to waive, why, who answers for it, and until when: at most a year off."""

    model_config = example(
        urn="aws:123456789012:*:AWS::S3::Bucket:receipts-*",
        policy="recovery/*",
        path="*",
        reason="restored from elsewhere until the migration",
        owner="payments-team",
        ticket="PAY-1432",
        expires_at="2026-09-30T00:00:00Z",
    )

    urn: Name = Field(description="A glob over URNs.")
    policy: Glob = Field(default="*", description="A glob over rules: policy ids, and `drift/changed`.")
    path: Glob = Field(default="*", description="A glob over property paths.")
    reason: Sentence
    owner: Name
    ticket: Annotated[str, StringConstraints(max_length=LONGEST_NAME)] = ""
    expires_at: Moment

    @classmethod
    def of(cls, waiver: Waiver) -> Self:
        return cls(
            urn=waiver.scope,
            policy=waiver.policy,
            path=waiver.path,
            reason=waiver.reason,
            owner=waiver.owner,
            ticket=waiver.ticket,
            expires_at=waiver.expires_at,
        )

    def model(self, actor: str, now: datetime) -> Waiver:
        """To be entered by somebody at a moment; the ledger gives it its id."""
        return Waiver(
            "", self.urn, self.policy, self.path, self.reason, self.owner, self.ticket, now, self.expires_at, actor
        )


class WaiverDocument(Document):
    """Somebody answers for a known problem, for a while."""

    model_config = example(
        id="w12",
        urn="aws:123456789012:*:AWS::S3::Bucket:receipts-*",
        policy="recovery/*",
        path="*",
        reason="restored from elsewhere until the migration",
        owner="payments-team",
        ticket="PAY-1432",
        actor="token:release-manager",
        created_at="2026-05-31T12:00:00Z",
        expires_at="2026-09-30T00:00:00Z",
        last_matched="2026-06-02T08:15:00Z",
    )

    id: str
    urn: str
    policy: str
    path: str
    reason: str
    owner: str
    ticket: str
    actor: str
    created_at: Moment
    expires_at: Moment
    last_matched: Moment | None

    @classmethod
    def of(cls, waiver: Waiver) -> Self:
        return cls(
            id=waiver.id,
            urn=waiver.scope,
            policy=waiver.policy,
            path=waiver.path,
            reason=waiver.reason,
            owner=waiver.owner,
            ticket=waiver.ticket,
            actor=waiver.actor,
            created_at=waiver.created_at,
            expires_at=waiver.expires_at,
            last_matched=waiver.last_matched,
        )

    def model(self) -> Waiver:
        return Waiver(
            id=self.id,
            scope=self.urn,
            policy=self.policy,
            path=self.path,
            reason=self.reason,
            owner=self.owner,
            ticket=self.ticket,
            created_at=self.created_at,
            expires_at=self.expires_at,
            actor=self.actor,
            last_matched=self.last_matched,
        )
