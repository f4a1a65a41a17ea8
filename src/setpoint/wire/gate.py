"""What the gate is asked, and what it answers."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from setpoint.loop.admission import WhatIf
from setpoint.model.admitting import NOTHING, BreakGlassRequest, Bringing, ExtraKind, Grant
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.model.service import Exposure, Release, Tier
from setpoint.wire.decision import DECISION_EXAMPLE, DecisionDocument
from setpoint.wire.document import LONGEST_NAME, LONGEST_TEXT, Document, Moment, Name, Sentence, example
from setpoint.wire.scan import SCAN_EXAMPLE, ScanDocument

LONGEST_QUIET = 3660 * 86400.0
"""Seconds: ten years, as much as `--what-if in=` takes (`fields.LONGEST`)."""

_WHAT_IF = {
    "without": ["encryption/database-encrypted"],
    "later": 604800.0,
    "exposure": "internal",
    "tier": "standard",
    "environment": "",
}


class AskedStage(StrEnum):
    """The stages that a release asks to pass."""

    BUILD = "build"
    DEPLOY = "deploy"
    ADMIT = "admit"


class WhatIfDocument(Document):
    """What is supposed to be other than it is."""

    model_config = example(**_WHAT_IF)

    without: tuple[Name, ...] = Field(default=(), max_length=100, description="Findings, by id, and policies.")
    later: Annotated[float, Field(strict=True, ge=0, le=LONGEST_QUIET, description="Seconds of quiet.")] = 0.0
    exposure: Exposure | None = None
    tier: Tier | None = None
    environment: Annotated[str, Field(max_length=LONGEST_NAME)] = ""

    @classmethod
    def of(cls, what_if: WhatIf) -> Self:
        return cls(
            without=what_if.without,
            later=what_if.later.total_seconds(),
            exposure=what_if.exposure,
            tier=what_if.tier,
            environment=what_if.environment,
        )

    def model(self) -> WhatIf:
        return WhatIf(self.without, timedelta(seconds=self.later), self.exposure, self.tier, self.environment)


class BreakGlassDocument(Document):
    """Somebody wants the release in, whatever is decided; needs the scope `operate`."""

    model_config = example(ticket="INC-4711", reason="the shop is down, and this mends it")

    ticket: Annotated[str, Field(max_length=LONGEST_NAME, description="Where it is tracked.")]
    reason: Annotated[str, Field(max_length=LONGEST_TEXT)]


class GateRequest(Document):
    """A release that wants to pass a stage; with `what_if`, nothing is recorded."""

    model_config = example(
        service="payments",
        version="1.4.2",
        stage="deploy",
        what_if=None,
        scan=SCAN_EXAMPLE,
        canary_share=None,
        break_glass=None,
    )

    service: Name
    version: Name
    stage: AskedStage = AskedStage.DEPLOY
    what_if: WhatIfDocument | None = None
    scan: ScanDocument | None = Field(default=None, description="Of its source, made where it is built.")
    canary_share: Annotated[float, Field(strict=True, gt=0, le=100)] | None = Field(
        default=None, description="Percent of the traffic that it goes to first."
    )
    break_glass: BreakGlassDocument | None = None

    @classmethod
    def of(cls, release: Release, stage: Stage, what_if: WhatIf | None = None, bringing: Bringing = NOTHING) -> Self:
        broken = bringing.break_glass
        return cls(
            service=release.service,
            version=release.version,
            stage=AskedStage(stage),
            what_if=WhatIfDocument.of(what_if) if what_if else None,
            scan=ScanDocument.of(bringing.scan) if bringing.scan else None,
            canary_share=bringing.canary_share,
            break_glass=BreakGlassDocument(ticket=broken.ticket, reason=broken.reason) if broken else None,
        )

    def model(self) -> tuple[Release, Stage, WhatIf | None]:
        what_if = self.what_if.model() if self.what_if else None
        return Release(self.service, self.version), Stage(self.stage), what_if

    def bringing(self) -> Bringing:
        broken = self.break_glass
        return Bringing(
            scan=self.scan.model() if self.scan else None,
            canary_share=self.canary_share,
            break_glass=BreakGlassRequest(broken.ticket, broken.reason) if broken else None,
        )


class GateAnswer(Document):
    """The decision; where something was supposed, the one that would be made, and the one as it is."""

    model_config = example(decision=DECISION_EXAMPLE, as_it_is=None)

    decision: DecisionDocument
    as_it_is: DecisionDocument | None

    @classmethod
    def of(cls, decision: Decision, as_it_is: Decision | None = None) -> Self:
        return cls(
            decision=DecisionDocument.of(decision),
            as_it_is=DecisionDocument.of(as_it_is) if as_it_is else None,
        )

    def model(self) -> tuple[Decision, Decision | None]:
        return self.decision.model(), self.as_it_is.model() if self.as_it_is else None


class ApprovalRequest(Document):
    """Somebody answers for a release of a tightened service."""

    model_config = example(service="payments", version="1.4.2", reason="the finding is a test's, see INC-4711")

    service: Name
    version: Name
    reason: Sentence

    @classmethod
    def of(cls, release: Release, reason: str) -> Self:
        return cls(service=release.service, version=release.version, reason=reason)

    def release(self) -> Release:
        return Release(self.service, self.version)


class ApprovalDocument(Document):
    """An approval, until when it holds, and who gave it."""

    model_config = example(
        service="payments",
        version="1.4.2",
        actor="mara",
        reason="the finding is a test's, see INC-4711",
        at="2026-05-31T12:00:00Z",
        expires_at="2026-06-01T12:00:00Z",
    )

    service: str
    version: str
    actor: str
    reason: str
    at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(
            service=grant.service,
            version=grant.release,
            actor=grant.actor,
            reason=grant.reason,
            at=grant.at,
            expires_at=grant.expires_at,
        )

    def model(self) -> Grant:
        return Grant(self.service, self.version, ExtraKind.APPROVAL, self.actor, self.reason, self.at, self.expires_at)
