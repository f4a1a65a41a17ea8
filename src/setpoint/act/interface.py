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
    """`drift`, `guardrail`, `escalated`, `remediation`, `coverage`."""
    subject: Urn | None
    service: str
    title: str
    details: Mapping[str, Json] = field(default_factory=dict)
    helps: str = ""
    """One command: `setpoint findings --service payments`."""


class Notifier(Protocol):
    """Tells people. Never raises: an alert that cannot be delivered is reported by the notifier itself."""

    def notify(self, alert: Alert) -> None: ...
