"""What the policies of one layer say of a request: whether they deny it, and whether they allow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.principals import Grant, grant
from setpoint.compare.identity.aws.statements import CompiledStatement, compiled
from setpoint.compare.identity.aws.truth import Outcome, Truth
from setpoint.model.iam import Effect, NamedPolicy


class Layer(StrEnum):
    RCP = "rcp"
    SCP = "scp"
    RESOURCE = "resource"
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Deciding:
    """A statement that decided a layer."""

    policy: str
    index: int
    """From 0."""
    sid: str


@dataclass(slots=True)
class Said:
    """By the policies of one layer, or of one level of the organisation, together."""

    layer: Layer
    denied: Truth = Truth.NO
    granted: dict[Grant, Truth] = field(default_factory=dict)
    """How the caller is named → whether it is allowed so. Only a resource's policy names in different ways."""
    denier: Deciding | None = None
    allower: Deciding | None = None
    missing_to_deny: set[str] = field(default_factory=set)
    missing_to_allow: set[str] = field(default_factory=set)

    @property
    def allowed(self) -> Truth:
        return max(self.granted.values(), default=Truth.NO)

    def by(self, way: Grant) -> Truth:
        return self.granted.get(way, Truth.NO)

    @property
    def missing(self) -> set[str]:
        """What is unknown and could turn what was said."""
        denying = self.missing_to_deny if self.denied is Truth.MAYBE else set()
        allowing = self.missing_to_allow if self.allowed is Truth.MAYBE else set()
        return denying | allowing

    def add(self, statement: CompiledStatement, policy: NamedPolicy, way: Grant, applies: Outcome) -> None:
        deciding = Deciding(policy.name, statement.index, statement.statement.sid)
        if statement.statement.effect is Effect.DENY:
            if applies.truth > self.denied:
                self.denied, self.denier = applies.truth, deciding
            self.missing_to_deny.update(applies.missing)
            return
        if applies.truth > self.allowed:
            self.allower = deciding
        self.granted[way] = max(self.by(way), applies.truth)
        self.missing_to_allow.update(applies.missing)


def said(layer: Layer, policies: Iterable[NamedPolicy], facts: Facts) -> Said:
    """By policies in which nobody is named, since they are attached to whom they are about."""
    result = Said(layer)
    for policy, statement in _about(policies, facts):
        applies = statement.applies(facts)
        if applies.truth is not Truth.NO:
            result.add(statement, policy, Grant.DIRECT, applies)
    return result


def said_of_caller(layer: Layer, policies: Iterable[NamedPolicy], facts: Facts, *, bounded: bool) -> Said:
    """By policies that name whom they are about."""
    result = Said(layer)
    for policy, statement in _about(policies, facts):
        principals = statement.statement.principals
        denies = statement.statement.effect is Effect.DENY
        way = grant(principals, facts.caller, bounded=bounded and denies) if principals else Grant.NONE
        if way is Grant.NONE:
            continue
        applies = statement.applies(facts)
        if applies.truth is not Truth.NO:
            result.add(statement, policy, way, applies)
    return result


def _about(policies: Iterable[NamedPolicy], facts: Facts) -> Iterator[tuple[NamedPolicy, CompiledStatement]]:
    for policy in policies:
        for statement in compiled(policy.document).about(facts.action):
            yield policy, statement
