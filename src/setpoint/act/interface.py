"""What the loop asks of acting: a plan, its application, and telling people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from setpoint.errors import Error
from setpoint.model.canonical import Json
from setpoint.model.drift import Drift
from setpoint.model.policy import Severity
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn


class ActionError(Error):
    """The provider refused a change for good: trying the same again does not help.

    What did not help now but may later (throttling, a time-out) is a `TemporaryError`.
    """


class Reverter(Protocol):
    """Puts actual state back to what was declared."""

    def plan(self, intended: Resource, actual: Resource, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        """The smallest patch that ends these drifts. Pure: reads nothing, writes nothing."""
        ...

    def apply(self, plan: Plan) -> None:
        """Make the changes. Safe to repeat: a change that is already made is made again without harm.

        Raises `ActionError` or `TemporaryError`; changes before the failing one stay made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should know, with the one command that helps."""

    at: datetime
    severity: Severity
    kind: str
    """`drift`, `guardrail`, `escalated`, `remediation`, `approval`, `held back`, `coverage`, `delivery`,
    `attribution`, `break-glass`."""
    subject: Urn | None
    service: str
    title: str
    details: Mapping[str, Json] = field(default_factory=dict)
    helps: str = ""
    """One command: `setpoint findings --service payments`."""
    policies: tuple[str, ...] = ()
    """The ids of those that say why."""

    def document(self) -> Mapping[str, Json]:
        """As JSON, for the ledger and for machines; `of` reads it again."""
        return {
            "at": self.at.isoformat(),
            "severity": self.severity,
            "kind": self.kind,
            "subject": self.subject,
            "service": self.service,
            "title": self.title,
            "details": self.details,
            "helps": self.helps,
            "policies": self.policies,
        }

    @classmethod
    def of(cls, document: Mapping[str, Json]) -> Alert:
        return cls(
            at=datetime.fromisoformat(document["at"]),
            severity=Severity(document["severity"]),
            kind=document["kind"],
            subject=Urn(document["subject"]) if document["subject"] else None,
            service=document["service"],
            title=document["title"],
            details=document["details"],
            helps=document["helps"],
            policies=tuple(document["policies"]),
        )


class Notifier(Protocol):
    """Tells people. Never raises: an alert that cannot be delivered is reported by the notifier itself."""

    def notify(self, alert: Alert) -> None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """Alerts of one kind and service that are sent together."""

    key: str
    """The same at every attempt: who gets a message twice can tell by it."""
    alerts: tuple[Alert, ...]
    more: int = 0
    """How many beyond these belong to it."""


class Courier(Protocol):
    """Brings alerts to people who are elsewhere. Shared by threads."""

    def channels_for(self, alert: Alert) -> Sequence[str]:
        """The names of the channels that this alert is to go to. Pure."""
        ...

    def send(self, channel: str, message: Message) -> None:
        """Returns once the channel has the message. May take long; who calls it has a deadline of its own.

        Raises `CouldNotTellError` where it cannot be said that the channel has it, in words that hold no secret.
        """
        ...
