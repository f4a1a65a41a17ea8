"""Which permissions are kept, and why: those that were used, those that a call takes beside, and those of whose use
nothing can be known. Everything else goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from setpoint.compare.identity.rightsize.evidence import Evidence, group_of
from setpoint.compare.identity.rightsize.granting import Granting
from setpoint.compare.identity.rightsize.narrowing import Wanted, is_granted_plainly, wanted_of, within
from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.compare.identity.rightsize.unrecorded import (
    COMPANIONS,
    HANDING_OVER,
    HANDING_OVER_WHY,
    HOLD_SECRETS,
    MAKING,
    PASSED_TO,
    SERVICES_OF_ROLES,
    TAGGING,
    TAKES_NO_ROLE,
)
from setpoint.model.iam import WITH_VARIABLES, Condition, Selection
from setpoint.model.iam_actions import ActionFacts, Level

OPEN = Wanted(is_open=True)


class Why(IntEnum):
    """Why a permission is kept; the first that holds."""

    USED = 0
    NEEDED = 1
    """By a call that was made, whose event does not tell it."""
    READS = 2
    """It reads what was read by another call, and was asked to be kept."""
    UNKNOWN = 3
    """The record would not show its use."""
    UNLISTED = 4
    """No such action is known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One permission, as far as one statement goes on granting it."""

    action: str
    """Of `UNLISTED`, the statement's own pattern."""
    resources: Selection
    conditions: tuple[Condition, ...]
    why: Why
    granting: Granting = field(repr=False)

    @property
    def is_plain_text(self) -> bool:
        """Whether `${` is no variable in it, as in documents of the older version."""
        texts = (*self.resources.patterns, *(value for each in self.conditions for value in each.values))
        return self.granting.document.version != WITH_VARIABLES and any("${" in text for text in texts)


@dataclass(frozen=True, slots=True)
class Keeping:
    kept: tuple[Kept, ...]
    unknown: dict[str, list[str]]
    """Why nothing can be known → the actions that are kept for it."""
    told: tuple[str, ...]
    """Where something is kept wider than it was used, a clause each."""


class Keeper:
    """Of one principal. Ask it once."""

    def __init__(
        self, statements: Sequence[Granting], evidence: Evidence, reference: Reference, *, keep_reads: bool, most: int
    ) -> None:
        self._statements = statements
        self._evidence = evidence
        self._reference = reference
        self._keep_reads = keep_reads
        self._most = most
        self._by_action: defaultdict[str, list[Granting]] = defaultdict(list)
        for each in statements:
            for action in each.actions:
                self._by_action[action].append(each)
        self._kept: list[Kept] = []
        self._unknown: defaultdict[str, list[str]] = defaultdict(list)
        self._told: list[str] = []
        self._done: set[str] = set()

    def keeping(self) -> Keeping:
        used = [self._reference.facts(each) for each in sorted(self._evidence.used) if each in self._by_action]
        for facts in used:
            self._keep_used(facts)
        for facts in used:
            self._keep_companions(facts)
        self._keep_role_passing(used)
        if self._keep_reads:
            self._keep_other_reads([each for each in used if each.level.only_reads])
        self._keep_unknown()
        for each in self._statements:
            for pattern in each.unlisted:
                self._kept.append(Kept(pattern, each.resources, each.statement.conditions, Why.UNLISTED, each))
        unknown = {why: sorted(set(actions)) for why, actions in sorted(self._unknown.items())}
        return Keeping(tuple(self._kept), unknown, tuple(dict.fromkeys(self._told)))

    def _keep_used(self, facts: ActionFacts) -> None:
        """On what it was used, as far as that can be told; else on all that it is granted on."""
        hidden = self._evidence.unrecorded(facts.name)
        wanted = OPEN if hidden else wanted_of(facts, self._evidence.used[facts.name], most=self._most)
        found = list(self._narrowed(facts, wanted, Why.USED))
        if not found:
            wanted, found = OPEN, list(self._narrowed(facts, OPEN, Why.USED))
        self._kept += found
        self._done.add(facts.name)
        if hidden:
            self._unknown[hidden.why].append(facts.name)
        elif wanted.is_open:
            self._told.append(f"{facts.name} is kept as it is granted: the record does not say for sure on what")
        elif wanted.widened:
            self._told.append(f"{facts.name} is kept for all of a kind: {wanted.widened}")

    def _narrowed(self, facts: ActionFacts, wanted: Wanted, why: Why) -> Iterator[Kept]:
        """By one statement that allows it without condition where there is one, else by all that may."""
        granting = self._by_action[facts.name]
        if wanted.is_open:
            yield from _from_these(granting, facts, wanted, why)
            return
        for text in wanted.patterns:
            plain = next((each for each in granting if _allows_plainly(each, text)), None)
            yield from _from_these([plain] if plain else granting, facts, Wanted((text,)), why)

    def _keep(self, action: str, why: Why) -> None:
        """As it is granted, where it is and nothing kept it before."""
        if action in self._by_action and action not in self._done:
            self._done.add(action)
            self._kept += _from_these(self._by_action[action], self._reference.facts(action), OPEN, why)

    def _keep_companions(self, facts: ActionFacts) -> None:
        """What a call takes beside: on the same resources, where it is told to be for the same ones."""
        wanted = wanted_of(facts, self._evidence.used[facts.name], most=self._most)
        for action in COMPANIONS.get(facts.name, ()):
            if action in self._by_action and action not in self._evidence.used:
                self._done.add(action)
                self._kept += self._narrowed(self._reference.facts(action), wanted, Why.NEEDED)
        for action in facts.needs:
            self._keep(action, Why.NEEDED)
        if facts.level is Level.WRITE and facts.operation.startswith(MAKING):
            for action in self._tagging(facts.service):
                self._keep(action, Why.NEEDED)

    def _tagging(self, service: str) -> Iterator[str]:
        """What gives tags to something new."""
        for action in sorted(self._by_action):
            found, _, operation = action.partition(":")
            tags = found == service and operation.startswith(TAGGING)
            if tags and self._reference.facts(action).level is Level.TAGGING:
                yield action

    def _keep_role_passing(self, used: Iterable[ActionFacts]) -> None:
        """Where a call that was made may have handed over a role."""
        services = {each.service for each in used if each.level is Level.WRITE} - TAKES_NO_ROLE
        if HANDING_OVER in self._done or not services:
            return
        facts = self._reference.facts(HANDING_OVER) if HANDING_OVER in self._by_action else None
        for each in self._by_action.get(HANDING_OVER, ()):
            if facts and _passes_to(each, services, self._reference):
                self._kept += _from_these([each], facts, OPEN, Why.NEEDED)
                self._unknown[HANDING_OVER_WHY].append(HANDING_OVER)
                self._done.add(HANDING_OVER)

    def _keep_other_reads(self, used: Iterable[ActionFacts]) -> None:
        """On the resources on which others of their kind were used."""
        for facts in used:
            wanted = wanted_of(facts, self._evidence.used[facts.name], most=self._most)
            for other in self._alike(facts):
                self._kept += self._narrowed(other, wanted, Why.READS)

    def _alike(self, facts: ActionFacts) -> Iterator[ActionFacts]:
        """Other reading actions of the same service on the same types of resources, that are granted and not used."""
        group = group_of(facts.name)
        for action in sorted(self._by_action):
            if action in self._evidence.used or action in HOLD_SECRETS or not action.startswith(f"{facts.service}:"):
                continue
            other = self._reference.facts(action)
            same = {each.name for each in other.kinds} == {each.name for each in facts.kinds}
            if other.level.only_reads and same and facts.kinds and group_of(action) in {None, group}:
                self._done.add(action)
                yield other

    def _keep_unknown(self) -> None:
        for action in sorted(self._by_action.keys() - self._done):
            if why := self._why_unknown(action):
                self._unknown[why].append(action)
                self._keep(action, Why.UNKNOWN)

    def _why_unknown(self, action: str) -> str:
        """Empty where the record would show its use."""
        service = action.partition(":")[0]
        if hidden := self._evidence.unrecorded(action):
            return hidden.why
        if service in self._evidence.unmapped:
            return f"the record has calls to {service} of which no IAM action is known"
        return ""


def _from_these(statements: Iterable[Granting], facts: ActionFacts, wanted: Wanted, why: Why) -> Iterator[Kept]:
    for each in statements:
        found = within(each.resources, wanted, facts, variables=each.document.has_variables)
        if found is not None:
            yield Kept(facts.name, found, each.statement.conditions, why, each)


def _allows_plainly(each: Granting, text: str) -> bool:
    plain = not each.statement.conditions
    return plain and is_granted_plainly(each.resources, text, variables=each.document.has_variables)


def _passes_to(each: Granting, services: Iterable[str], reference: Reference) -> bool:
    """Whether its conditions let a role be handed to one of these services, or do not say."""
    named = [value for one in each.statement.conditions if one.key == PASSED_TO for value in one.values]
    if not named or any(one.key == PASSED_TO and "Not" in one.operator for one in each.statement.conditions):
        return True
    words = {value.partition(".")[0] for value in named}
    prefixes = {SERVICES_OF_ROLES.get(word, word) for word in words}
    return any("*" in each or each in services or not reference.matching(f"{each}:*") for each in prefixes)
