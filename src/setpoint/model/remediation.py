"""A remediation: a plan to put a difference right, and the state machine that it goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from setpoint.model.attribution import Inquiry
from setpoint.model.canonical import Json
from setpoint.model.urn import Urn


class Mode(StrEnum):
    AUDIT = "audit"
    """Decide and record; change nothing."""
    ENFORCE = "enforce"


class RemediationState(StrEnum):
    PLANNED = "planned"
    AWAITING_APPROVAL = "awaiting approval"
    APPLYING = "applying"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    FAILED = "failed"
    UNDONE = "undone"
    ESCALATED = "escalated"


TRANSITIONS: Mapping[RemediationState, frozenset[RemediationState]] = {
    RemediationState.PLANNED: frozenset(
        {
            RemediationState.AWAITING_APPROVAL,
            RemediationState.APPLYING,
            RemediationState.VERIFIED,  # the drift went by itself
            RemediationState.FAILED,  # the state is no longer the one that it was planned for
            RemediationState.ESCALATED,
        }
    ),
    RemediationState.AWAITING_APPROVAL: frozenset(
        {
            RemediationState.APPLYING,
            RemediationState.VERIFIED,  # the drift went by itself
            RemediationState.FAILED,  # the state is no longer the one that was to be approved
            RemediationState.ESCALATED,
        }
    ),
    RemediationState.APPLYING: frozenset(
        {RemediationState.VERIFYING, RemediationState.FAILED, RemediationState.ESCALATED}
    ),
    RemediationState.VERIFYING: frozenset({RemediationState.VERIFIED, RemediationState.FAILED}),
    RemediationState.VERIFIED: frozenset({RemediationState.UNDONE}),
    RemediationState.FAILED: frozenset({RemediationState.UNDONE, RemediationState.ESCALATED}),
    RemediationState.UNDONE: frozenset(),
    RemediationState.ESCALATED: frozenset(),
}
"""Which state may follow which; the ledger refuses every other step."""

UNFINISHED = frozenset({RemediationState.PLANNED, RemediationState.APPLYING, RemediationState.VERIFYING})
"""States that a restarted worker takes up again."""


@dataclass(frozen=True, slots=True)
class Change:
    """Set one top-level property from what it is to what it should be. Swapped, it is its own undo."""

    path: str
    before: Json
    after: Json

    def undo(self) -> Change:
        return Change(self.path, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Plan:
    """The smallest set of changes that ends the drift of one entity."""

    urn: Urn
    changes: tuple[Change, ...]
    precondition: str
    """The digest of the actual state that it was made for: when it is another, the plan is void."""
    permissions: tuple[str, ...]
    """The IAM actions that applying it needs."""


@dataclass(frozen=True, slots=True)
class NotRevertable:
    """Why a difference cannot be put right by a change of properties."""

    urn: Urn
    reason: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """A plan on its way, as the ledger remembers it."""

    id: int
    urn: Urn
    service: str
    state: RemediationState
    plan: Plan | None
    """None where nothing can be tried: then the state is ESCALATED."""
    findings: tuple[str, ...]
    """The ids of the findings that it is to end."""
    reason: str
    """Why it is in this state, in one clause."""
    detected_at: datetime
    updated_at: datetime
    attempts: int = 0
    inquiry: Inquiry | None = None
    """Who sets again what was set back; None where that is not why a person has it."""

    @property
    def why(self) -> str:
        """The reason, and what is known of who caused it."""
        return f"{self.reason}; {self.inquiry.clause()}" if self.inquiry else self.reason
