"""The recorded past under other policies: what was decided is decided again, and every decision that differs is told.

Called by `setpoint policy replay`. A decision is made again from exactly what it was made from then: the states, the
differences, the owning service, the waivers and accepted values in force; for a release also its circumstances. Only
the policies, with the overrides that the configuration lays over them, are those that are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from setpoint.decide.interface import ComponentPolicies, Gate, Judge
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.history import PastGate, PastState
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn

AGAINST: Final = frozenset({Outcome.VIOLATED, Outcome.FAILED})

OTHERWISE_SILENT: Final[Mapping[str, str]] = {
    "drift": "a policy applies",
    "risk": "its risk is no more than it may carry",
}
"""What speaks in decisions without being a policy → what it means that it does not."""


UNSPOKEN: Final = Reason("", Outcome.HELD, Severity.INFO, "")
"""Stands for a reason where a decision has none: a release against which nothing speaks."""


class ChangeKind(StrEnum):
    NEWLY_VIOLATED = "newly violated"
    """Of a policy on drift: it newly applies."""
    NO_LONGER = "no longer violated"
    OTHERWISE = "effect changed"
    """The verdict, the effect, the severity; or whether it can be told at all."""


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """What one policy had to do with one decision."""

    outcome: Outcome
    severity: Severity
    verdict: Verdict
    effect: Effect
    waivers: tuple[str, ...]
    beside: frozenset[str] = field(compare=False)
    """The other policies of the decision."""
    asked: Effect | None = field(default=None, compare=False)
    """What the policy itself asked for, where the decision's effect is that of several."""

    @property
    def is_against(self) -> bool:
        return self.outcome in AGAINST and (self.effect is not Effect.NONE or bool(self.waivers))


@dataclass(frozen=True, slots=True)
class Change:
    """What a policy has to do with a decision about one place is other than it was."""

    at: datetime
    """When it was decided."""
    subject: Urn
    service: str
    stage: Stage
    policy: str
    """Empty where no policy speaks for the decision."""
    path: str
    was: tuple[Standing, ...]
    """Empty where it said nothing."""
    would_be: tuple[Standing, ...]
    because: str

    @property
    def kind(self) -> ChangeKind:
        before, after = _is_against(self.was), _is_against(self.would_be)
        if before == after:
            return ChangeKind.OTHERWISE
        return ChangeKind.NEWLY_VIOLATED if after else ChangeKind.NO_LONGER


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past decision, made again."""

    at: datetime
    subject: Urn
    changes: tuple[Change, ...]
    failed: tuple[Reason, ...]
    """The evaluations that failed now: what they would have said is not known."""
    spoke: frozenset[str]
    """Every policy that speaks in what was decided then."""


class Replayer:
    """Judges the past by one set of policies."""

    def __init__(self, judge: Judge, gate: Gate, components: ComponentPolicies, policies: AbstractSet[str]) -> None:
        """`policies` are the ids of those that all three apply."""
        self._judge = judge
        self._gate = gate
        self._components = components
        self.policies = policies

    def state(self, past: PastState) -> Replayed:
        grounds = past.grounds
        if past.urn == Urn.service(past.service) and grounds.actual is not None:  # all that it ran
            _, decided = self._components.judge(past.service, grounds.actual, grounds.exceptions)
        else:
            _, decided = self._judge.judge(
                past.comparison, grounds.intended, grounds.actual, past.service, grounds.exceptions
            )
        return self._replayed(past.at, past.decided, decided, past.urn)

    def release(self, past: PastGate) -> Replayed:
        case = past.case
        decided = self._gate.decide(case.release, case.stage, case.service, case.resources, case.circumstances)
        return self._replayed(past.at, (_as_decided(past.decided),), (decided,), past.decided.subject)

    def _replayed(self, at: datetime, before: Sequence[Decision], after: Sequence[Decision], subject: Urn) -> Replayed:
        return Replayed(
            at=at,
            subject=subject,
            changes=tuple(changes(at, before, after, self.policies)),
            failed=tuple(reason for each in after for reason in each.reasons if reason.outcome is Outcome.FAILED),
            spoke=frozenset(reason.policy for each in before for reason in each.reasons),
        )


def _as_decided(decision: Decision) -> Decision:
    """Without the emergency that it was let in by: no policy had anything to do with that."""
    return decision if decision.decided is None else replace(decision, verdict=decision.decided)


def changes(
    at: datetime, before: Sequence[Decision], after: Sequence[Decision], policies: Collection[str]
) -> Iterator[Change]:
    """Every difference between what was decided of one subject at one stage and what would be, by path and policy.

    A decision that several policies speak for can change because of one of them: then that one alone is told.
    """
    decided = (*before, *after)
    for path in sorted({each.path for each in decided}):
        was, would_be = _standings(path, before), _standings(path, after)
        names = was.keys() | would_be.keys()
        moved = {name for name in names if _says_otherwise(was.get(name, ()), would_be.get(name, ()))}
        for name in sorted(names):
            then, now = was.get(name, ()), would_be.get(name, ())
            if then != now and not _is_explained(name, (*then, *now), moved):
                because = _because(name, path, after, policies)
                one = decided[0]
                yield Change(at, one.subject, one.service, one.stage, name, path, then, now, because)


def _standings(path: str, decided: Sequence[Decision]) -> dict[str, tuple[Standing, ...]]:
    """Policy → what it has to do with the decisions about a path."""
    found: dict[str, list[Standing]] = {}
    for decision in decided:
        if decision.path != path:
            continue
        names = frozenset(reason.policy for reason in decision.reasons)
        for reason in decision.reasons or (UNSPOKEN,):
            found.setdefault(reason.policy, []).append(_standing(reason, decision, names - {reason.policy}))
    return {policy: tuple(sorted(standings)) for policy, standings in found.items()}


def _standing(reason: Reason, decision: Decision, beside: frozenset[str]) -> Standing:
    # A release's waivers are those of its findings together: none of them says anything of one policy.
    waivers = decision.waivers if decision.stage is Stage.RUNTIME else ()
    return Standing(reason.outcome, reason.severity, decision.verdict, decision.effect, waivers, beside, reason.effect)


def _says_otherwise(was: Sequence[Standing], would_be: Sequence[Standing]) -> bool:
    """Whether the policy itself says something else, whatever was decided."""
    if [(each.outcome, each.severity) for each in was] != [(each.outcome, each.severity) for each in would_be]:
        return True
    pairs = zip(was, would_be, strict=True)
    # What it asked for, older decisions do not tell.
    return any(None not in (then.asked, now.asked) and then.asked is not now.asked for then, now in pairs)


def _is_explained(policy: str, standings: Sequence[Standing], moved: AbstractSet[str]) -> bool:
    """Whether the decisions that it speaks for differ because of another policy."""
    if policy == UNSPOKEN.policy:
        return moved != {policy} and bool(moved)
    return policy not in moved and any(each.beside & moved for each in standings)


def _is_against(standings: Sequence[Standing]) -> bool:
    return any(each.is_against for each in standings)


def _because(policy: str, path: str, after: Sequence[Decision], policies: Collection[str]) -> str:
    said = (reason for each in after if each.path == path for reason in each.reasons if reason.policy == policy)
    reason = next(said, None)
    if reason is not None:
        return reason.message
    if policy in OTHERWISE_SILENT:
        return OTHERWISE_SILENT[policy]
    return "it says nothing against it" if policy in policies else "it is not among the policies given"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes one policy makes."""

    policy: str
    newly_violated: int
    no_longer: int
    otherwise: int


def summary(told: Iterable[Change]) -> list[Tally]:
    """By policy, in order."""
    counts = Counter((each.policy, each.kind) for each in told)
    return [
        Tally(policy, *(counts[policy, kind] for kind in ChangeKind)) for policy in sorted({name for name, _ in counts})
    ]
