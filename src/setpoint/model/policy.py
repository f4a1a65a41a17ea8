"""A policy: what must hold, for which types, and what follows at each stage where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from setpoint.model.canonical import Json


class Severity(StrEnum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Stage(StrEnum):
    BUILD = "build"
    DEPLOY = "deploy"
    ADMIT = "admit"
    RUNTIME = "runtime"


class Effect(StrEnum):
    """What follows when a policy speaks; of several, the later in this list wins: the more careful one."""

    NONE = "none"
    WARN = "warn"
    ALERT = "alert"
    REMEDIATE = "remediate"
    REQUIRE_APPROVAL = "require approval"
    ESCALATE = "escalate"
    """A person has to decide; nothing is tried."""
    DENY = "deny"

    @property
    def rank(self) -> int:
        return _EFFECT_RANKS[self]

    @property
    def keeps_out(self) -> bool:
        """Whether a release that is met by it does not pass; an approval that nobody gave does that, too."""
        return self in {Effect.DENY, Effect.REQUIRE_APPROVAL}


_EFFECT_RANKS: Final = {effect: rank for rank, effect in enumerate(Effect)}


class Subject(StrEnum):
    RESOURCE = "resource"
    """A guardrail: its expression says what must hold of a resource's state."""
    DRIFT = "drift"
    """Its expression says which differences it applies to."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file of one policy, as it is."""

    name: str
    """Its path, as whoever keeps it writes it; ends in `<theme>/<name>.yaml`."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A case shipped with the policy, run by `setpoint policy test`."""

    name: str
    type: str
    given: Mapping[str, Json]
    """A resource's properties; for a drift policy `kind`, `path`, `intended`, `actual`, `tags`."""
    speaks: bool
    """Whether the policy is expected to speak: a guardrail violated, a drift policy applied."""
    where: str


@dataclass(frozen=True, slots=True)
class Revision:
    """That the configuration, and not the policy's file, says how bad something is, or what follows from it."""

    before: str
    """What the policy's file says."""
    where: str
    """`file:line` of the override."""
    reason: str

    def told(self, now: str) -> str:
        """`low instead of high, as setpoint.yaml:40 says: …`."""
        return f"{now} instead of {self.before}, as {self.where} says: {self.reason}"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as its file declares it, or as the overrides of the configuration leave it for a service.

    `decide/policy` checks, compiles and revises it.
    """

    id: str
    title: str
    why: str
    """What can happen otherwise, in a sentence or two."""
    remedy: str
    """What would do, as an imperative."""
    severity: Severity
    subject: Subject
    types: tuple[str, ...]
    """Resource types; `("*",)` on a drift policy means all."""
    reads: tuple[str, ...]
    """The schema paths that the expression may use: its projection."""
    expression: str
    """CEL. A guardrail's is true while all is well; a drift policy's is true where it applies."""
    effects: Mapping[Stage, Effect]
    """A stage that is not named has no effect."""
    references: tuple[str, ...] = ()
    """`CIS AWS 3.0.0 2.1.4`, `ATT&CK T1530`."""
    examples: tuple[Example, ...] = ()
    where: str = ""
    """`file:line` of the policy."""
    expression_where: str = ""
    """`file:line` of its expression."""
    reads_where: Mapping[str, str] = field(default_factory=dict)
    """`file:line` of each entry of `reads` and `types`."""
    severity_revision: Revision | None = None
    """Where the severity is not the file's."""
    effect_revisions: Mapping[Stage, Revision] = field(default_factory=dict)
    """Of the stages at which the effect is not the file's."""

    def effect(self, stage: Stage) -> Effect:
        return self.effects.get(stage, Effect.NONE)

    def is_silenced(self, stage: Stage) -> bool:
        """Whether nothing follows at this stage only because an override says so."""
        return self.effect(stage) is Effect.NONE and stage in self.effect_revisions

    def revisions(self, stage: Stage) -> tuple[str, ...]:
        """What overrides make of it at this stage, and why, a clause each."""
        told = [(self.severity, self.severity_revision), (self.effect(stage), self.effect_revisions.get(stage))]
        return tuple(revision.told(now) for now, revision in told if revision is not None)
