"""A decision: one contract for the gate, admission, the runtime guardrail and remediation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from setpoint.model.admitting import BreakGlass, Extra
from setpoint.model.canonical import Json
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn


class Verdict(StrEnum):
    ADMIT = "admit"
    REFUSE = "refuse"
    UNKNOWN = "could not tell"


class Outcome(StrEnum):
    """How one evaluation of one policy ended."""

    HELD = "held"
    VIOLATED = "violated"
    FAILED = "failed"
    """The expression raised or gave no boolean: a finding, never a pass."""
    UNKNOWN = "could not tell"
    """Something that it reads is not known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in one sentence, with what was seen."""

    policy: str
    """The policy's id; `risk` where the risk exceeds the threshold."""
    outcome: Outcome
    severity: Severity
    message: str
    evidence: Mapping[str, Json] = field(default_factory=dict)
    effect: Effect | None = None
    """What it asks for at a gate; None where its decision says that."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One named multiplier of a risk, or one named contribution to a threshold."""

    name: str
    value: float
    """A multiplier is at least 1; a contribution to a threshold's load is at least 0."""
    because: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of whom, at which stage, and on what grounds."""

    subject: Urn
    """An entity, or a release."""
    service: str
    stage: Stage
    verdict: Verdict
    effect: Effect
    path: str = ""
    """Of an entity: the property that this is about; empty for all of it."""
    reasons: tuple[Reason, ...] = ()
    risk: float | None = None
    risk_factors: tuple[Factor, ...] = ()
    threshold: float | None = None
    threshold_factors: tuple[Factor, ...] = ()
    waivers: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()
    """What is required of a release because its service is tightened, and what was brought of it."""
    break_glass: BreakGlass | None = None
    """It is let in by this, whatever was decided."""
    decided: Verdict | None = None
    """The verdict that `break_glass` stands before; None where nothing does."""
    is_of_critical: bool = False
    """Its service is critical: what could not be told counts as refused, unless who asks says otherwise."""
