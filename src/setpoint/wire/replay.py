"""The recorded past judged again: what is asked of it, and every decision that would change."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from setpoint.decide.replay import Change, Standing
from setpoint.decide.replayed import ReplayQuestion, ReplayReport, Window
from setpoint.model.decision import Outcome, Verdict
from setpoint.model.policy import Effect, PolicyFile, Severity, Stage
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, Moment, Name, example

MOST_FILES = 1_000
"""Of policies in one call; the shipped pack has some forty."""

LONGEST_PATH = 4_096
"""Characters: *PATH_MAX* of Linux."""

_FILE = {"name": "policies/exposure/public-bucket.yaml", "content": "id: exposure/public-bucket\n"}
_STANDING = {"outcome": "violated", "severity": "high", "verdict": "refuse", "effect": "alert", "waivers": []}
_CHANGE = {
    "at": "2026-05-31T12:00:00Z",
    "subject": "aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
    "service": "payments",
    "stage": "runtime",
    "policy": "exposure/public-bucket",
    "path": "",
    "was": [],
    "would_be": [_STANDING],
    "because": "A bucket is not public",
}


class PolicyFileDocument(Document):
    """One file of one policy."""

    model_config = example(**_FILE)

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PATH)]
    content: str = Field(description="YAML, as it is.")

    @classmethod
    def of(cls, file: PolicyFile) -> Self:
        """Of one that was read already, and so is UTF-8."""
        return cls(name=file.name, content=file.content.decode())

    def model(self) -> PolicyFile:
        return PolicyFile(self.name, self.content.encode())


class ReplayRequest(Document):
    """Which part of the past is judged again, and by what; nothing is recorded."""

    model_config = example(
        since="2026-05-01T00:00:00Z", until=None, service=None, policy="*", shipped=True, files=[_FILE]
    )

    since: Moment | None = Field(default=None, description="As far back as it goes, where it is left out.")
    until: Moment | None = Field(default=None, description="Up to now, where it is left out.")
    service: Name | None = None
    policy: Name = Field(default="*", description="Tell of the policies that fit this pattern only.")
    shipped: bool = Field(default=True, description="Whether the shipped pack counts, where the server has it.")
    files: tuple[PolicyFileDocument, ...] = Field(
        default=(), max_length=MOST_FILES, description="In the place of the server's own; its own, where empty."
    )

    @classmethod
    def of(cls, question: ReplayQuestion) -> Self:
        return cls(
            since=question.since,
            until=question.until,
            service=question.service,
            policy=question.policy,
            shipped=question.shipped,
            files=tuple(map(PolicyFileDocument.of, question.files)),
        )

    def model(self) -> ReplayQuestion:
        return ReplayQuestion(
            since=self.since,
            until=self.until,
            service=self.service,
            policy=self.policy,
            shipped=self.shipped,
            files=tuple(each.model() for each in self.files),
        )


class StandingDocument(Document):
    """What one policy had to do with one decision."""

    model_config = example(**_STANDING)

    outcome: Outcome
    severity: Severity
    verdict: Verdict
    effect: Effect
    waivers: tuple[str, ...]

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(
            outcome=standing.outcome,
            severity=standing.severity,
            verdict=standing.verdict,
            effect=standing.effect,
            waivers=standing.waivers,
        )

    def model(self) -> Standing:
        return Standing(self.outcome, self.severity, self.verdict, self.effect, self.waivers, frozenset())


class ChangeDocument(Document):
    """What a policy would have to do with a decision about one place, where that is other than it was."""

    model_config = example(**_CHANGE)

    at: Moment
    subject: str
    service: str
    stage: Stage
    policy: str
    path: str
    was: tuple[StandingDocument, ...]
    would_be: tuple[StandingDocument, ...]
    because: str

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(
            at=change.at,
            subject=change.subject,
            service=change.service,
            stage=change.stage,
            policy=change.policy,
            path=change.path,
            was=tuple(map(StandingDocument.of, change.was)),
            would_be=tuple(map(StandingDocument.of, change.would_be)),
            because=change.because,
        )

    def model(self) -> Change:
        was, would_be = (tuple(each.model() for each in side) for side in (self.was, self.would_be))
        return Change(
            self.at, Urn(self.subject), self.service, self.stage, self.policy, self.path, was, would_be, self.because
        )


class ReplayDocument(Document):
    """What judging the past again found."""

    model_config = example(
        since="2026-05-01T00:00:00Z",
        until=None,
        policy="*",
        states=311,
        releases=4,
        changed=1,
        changes=[_CHANGE],
        not_recorded=[],
        not_judged=[],
        spoke=["exposure/public-bucket"],
    )

    since: Moment
    until: Moment | None
    policy: str
    states: int
    releases: int
    changed: int
    changes: tuple[ChangeDocument, ...]
    not_recorded: tuple[str, ...] = Field(description="What of the time that was asked for is not recorded.")
    not_judged: tuple[str, ...] = Field(description="What could not be judged again, and why.")
    spoke: tuple[str, ...] = Field(description="Every policy that spoke in what was decided then.")

    @classmethod
    def of(cls, report: ReplayReport) -> Self:
        return cls(
            since=report.window.since,
            until=report.window.until,
            policy=report.policy,
            states=report.states,
            releases=report.releases,
            changed=report.changed,
            changes=tuple(map(ChangeDocument.of, report.changes)),
            not_recorded=report.window.untold,
            not_judged=tuple(report.untold),
            spoke=tuple(sorted(report.spoke)),
        )

    def model(self) -> ReplayReport:
        return ReplayReport(
            Window(self.since, self.until, self.not_recorded),
            self.policy,
            states=self.states,
            releases=self.releases,
            changed=self.changed,
            changes=[each.model() for each in self.changes],
            untold=list(self.not_judged),
            spoke=set(self.spoke),
        )
