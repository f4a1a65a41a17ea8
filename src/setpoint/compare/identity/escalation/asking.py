"""What actors are allowed: asked once for all that have the same policies, and all targets that these tell not apart.

Policies tell targets apart by patterns and by some condition keys. So the targets of an action fall into a few classes,
one member of each is put to the policy engine, and the class is told as the bits of a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from setpoint.compare.identity.aws.evaluation import Answer, Evaluation, Policies, evaluate
from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.patterns import Tokens, matcher
from setpoint.compare.identity.aws.possible import AnyLike, Possibility, can_on_some
from setpoint.compare.identity.aws.request import Caller, Request
from setpoint.compare.identity.aws.statements import CompiledStatement, compiled
from setpoint.compare.identity.escalation.actors import Actor
from setpoint.compare.identity.escalation.circumstances import (
    BOUNDARY,
    OF_CALLER,
    RESOURCE_TAGS,
    Circumstances,
    Values,
    keys_of,
)
from setpoint.model.bits import bits_of, members
from setpoint.model.iam import Effect, NamedPolicy

RANK: Final = {Answer.ALLOWED: 0, Answer.CONDITIONAL: 1, Answer.IMPLICIT_DENY: 2, Answer.EXPLICIT_DENY: 3}


Known = tuple[tuple[str, tuple[str, ...] | None], ...]
"""Condition keys and their values."""


class Reach(NamedTuple):
    """Of targets, as bits."""

    sure: int = 0
    maybe: int = 0
    """Allowed if something unknown is so; none of `sure`."""

    @property
    def any(self) -> int:
        return self.sure | self.maybe

    def __and__(self, other: Reach) -> Reach:
        sure = self.sure & other.sure
        return Reach(sure, self.any & other.any & ~sure)

    def __or__(self, other: Reach) -> Reach:
        sure = self.sure | other.sure
        return Reach(sure, (self.any | other.any) & ~sure)

    def disjoint(self) -> Reach:
        """Without what is sure among what may be."""
        return Reach(self.sure, self.maybe & ~self.sure)

    def within(self, bits: int) -> Reach:
        return Reach(self.sure & bits, self.maybe & bits)

    def doubted(self) -> Reach:
        return Reach(0, self.any)


NOWHERE: Final = Reach()


class Targets:
    """Principals, groups or policies that are asked about, in an order that gives each its bit."""

    def __init__(self, name: str, arns: Sequence[str], facts: Callable[[int, str], tuple[str, ...] | None]) -> None:
        """`facts` tells the values of a condition key of a target: none where it is absent, None where unknown."""
        self.name = name
        self.arns = arns
        self.facts = facts
        self.all = (1 << len(arns)) - 1
        self._numbers = {arn: number for number, arn in enumerate(arns)}
        self._fitting: dict[Tokens, int] = {}
        self._by_key: dict[str, list[int]] = {}

    def bits(self, arns: Iterable[str]) -> int:
        """Of those of these ARNs that are targets."""
        return bits_of(self._numbers[arn] for arn in arns if arn in self._numbers)

    def fitting(self, tokens: Tokens) -> int:
        """Those whose ARN fits a pattern of `Resource`."""
        found = self._fitting.get(tokens)
        if found is None:
            found = self._fitting[tokens] = self._fit(tokens)
        return found

    def _fit(self, tokens: Tokens) -> int:
        if len(tokens) == 1 and isinstance(tokens[0], str):
            number = self._numbers.get(tokens[0])
            return 0 if number is None else 1 << number
        fits = matcher(tokens)
        return bits_of(number for number, arn in enumerate(self.arns) if fits(arn))

    def told_apart_by(self, key: str) -> list[int]:
        """The sets of targets with the same values of a condition key."""
        if key not in self._by_key:
            groups: defaultdict[tuple[str, ...] | None, list[int]] = defaultdict(list)
            for number in range(len(self.arns)):
                groups[self.facts(number, key)].append(number)
            self._by_key[key] = [bits_of(each) for each in groups.values()]
        return self._by_key[key]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What some policies say of an action."""

    statements: tuple[CompiledStatement, ...]
    keys: frozenset[str]
    allows: bool
    """Whether a statement of an identity's policy allows it, for whatever resource."""

    @property
    def keys_of_caller(self) -> list[str]:
        return [key for key in self.keys if key.startswith(OF_CALLER)]

    @property
    def keys_of_targets(self) -> list[str]:
        return [key for key in self.keys if key == BOUNDARY or key.startswith(RESOURCE_TAGS)]


@dataclass(slots=True)
class Asking:
    """Everything that was asked of one account."""

    account: str
    circumstances: Circumstances
    _spoken: dict[tuple[int, str], Spoken] = field(default_factory=dict)
    _reach: dict[tuple[object, ...], Reach] = field(default_factory=dict)
    _possible: dict[tuple[object, ...], Possibility] = field(default_factory=dict)

    def spoken(self, actor: Actor, action: str) -> Spoken:
        """`action` is in lower case; so in all questions."""
        found = self._spoken.get((actor.same, action))
        if found is None:
            found = self._spoken[actor.same, action] = _spoken(actor.policies, action)
        return found

    def caller(self, actor: Actor, action: str) -> Known:
        """What tells this caller from others with the same policies, where they ask who it is."""
        keys = self.spoken(actor, action).keys_of_caller
        if not keys:
            return ()
        facts = self._facts(actor, action)
        return tuple((key, facts.known(key)) for key in sorted(keys))

    def among(self, actor: Actor, action: str, targets: Targets, more: Values | None = None) -> Reach:
        """For which of these targets the policies allow it."""
        spoken = self.spoken(actor, action)
        if not spoken.allows:
            return NOWHERE
        key = (actor.same, action, targets.name, _frozen(more), self.caller(actor, action))
        found = self._reach.get(key)
        if found is None:
            found = self._reach[key] = self._among(actor, action, targets, more or {}, spoken)
        return found

    def on(
        self, actor: Actor, action: str, arn: str, more: Values | None = None, resource: NamedPolicy | None = None
    ) -> Evaluation:
        """The best answer that the caller can bring about for one resource; `resource` is the resource's own policy."""
        keys = self.spoken(actor, action).keys | (_keys_of_policy(resource, action) if resource else frozenset())
        policies = replace(actor.policies, resource=(resource,)) if resource else actor.policies
        return best(
            evaluate(Request(actor.caller, action, arn, self.account, context), policies)
            for context in self.circumstances.contexts(actor, action, keys, more or {})
        )

    def on_behalf(self, actor: Actor, caller: Caller, action: str, arn: str, resource: NamedPolicy) -> Evaluation:
        """As `on`, where the actor acts as a session, say, under its own policies."""
        return self.on(replace(actor, caller=caller), action, arn, resource=resource)

    def on_some(self, actor: Actor, action: str, pattern: str, more: Values | None = None) -> Possibility:
        """Whether there can be a resource like this for which the policies allow it."""
        spoken = self.spoken(actor, action)
        if not spoken.allows:
            return Possibility(Answer.IMPLICIT_DENY)
        key = (actor.same, action, pattern, _frozen(more), self.caller(actor, action))
        found = self._possible.get(key)
        if found is None:
            found = self._possible[key] = self._on_some(actor, action, pattern, more or {}, spoken.keys)
        return found

    def _on_some(self, actor: Actor, action: str, pattern: str, more: Values, keys: frozenset[str]) -> Possibility:
        question = AnyLike(pattern, self.account)
        contexts = self.circumstances.contexts(actor, action, keys, more)
        return min(
            (can_on_some(actor.caller, action, question, actor.policies, each) for each in contexts),
            key=lambda each: RANK[each.answer],
        )

    def _among(self, actor: Actor, action: str, targets: Targets, more: Values, spoken: Spoken) -> Reach:
        allowed = self.allowed_bits(actor, action, targets)
        sure = maybe = 0
        for bits in self.classes(actor, action, targets, allowed):
            number = next(members(bits))
            answer = self.on(actor, action, targets.arns[number], {**target_values(targets, number, spoken), **more})
            if answer.answer is Answer.ALLOWED:
                sure |= bits
            elif answer.answer is Answer.CONDITIONAL:
                maybe |= bits
        return Reach(sure, maybe)

    def allowed_bits(self, actor: Actor, action: str, targets: Targets) -> int:
        """Targets of which some statement that allows speaks, whatever else is said."""
        facts = self._facts(actor, action)
        bits = 0
        for policy in actor.policies.identity:
            for each in compiled(policy.document).about(action):
                if each.statement.effect is Effect.ALLOW:
                    bits |= _meant(each, facts, targets)
        return bits

    def classes(
        self, actor: Actor, action: str, targets: Targets, among: int, further: Iterable[int] = ()
    ) -> Iterator[int]:
        """Sets of the targets `among` which the policies do not tell apart; `further` sets are told apart as well."""
        spoken, facts = self.spoken(actor, action), self._facts(actor, action)
        cuts = {targets.fitting(tokens) for each in spoken.statements for tokens in each.patterns(facts)}
        for key in spoken.keys_of_targets:
            cuts.update(targets.told_apart_by(key))
        return _cut([among] if among else [], [*cuts, *further])

    def _facts(self, actor: Actor, action: str) -> Facts:
        context = self.circumstances.contexts(actor, action, self.spoken(actor, action).keys, {})[0]
        return Facts(Request(actor.caller, action, "", self.account, context), any_resource=True)


def target_values(targets: Targets, number: int, spoken: Spoken) -> dict[str, tuple[str, ...]]:
    """What is known of a target under the condition keys that the policies ask for."""
    values = {key: targets.facts(number, key) for key in spoken.keys_of_targets}
    return {key: known for key, known in values.items() if known is not None}


def best(evaluations: Iterable[Evaluation]) -> Evaluation:
    return min(evaluations, key=lambda each: RANK[each.answer])


def _cut(pieces: list[int], cuts: Iterable[int]) -> Iterator[int]:
    for cut in cuts:
        pieces = [part for piece in pieces for part in (piece & cut, piece & ~cut) if part]
    return iter(pieces)


def _meant(statement: CompiledStatement, facts: Facts, targets: Targets) -> int:
    bits = 0
    for tokens in statement.patterns(facts):
        bits |= targets.fitting(tokens)
    selection = statement.statement.resources
    # A pattern with an unknown variable fits more here than it may there: what NotResource leaves out is left in.
    return targets.all if selection is not None and selection.negated else bits


def _spoken(policies: Policies, action: str) -> Spoken:
    limits = [policies.boundary] if policies.boundary else []
    limits += [each for level in (*(policies.scps or ()), *(policies.rcps or ())) for each in level]
    granting = _about(policies.identity, action)
    return Spoken(
        statements=tuple(each for _, each in (*granting, *_about(limits, action))),
        keys=frozenset(
            key
            for policy, each in (*granting, *_about(limits, action))
            for key in keys_of(each.statement, policy.document)
        ),
        allows=any(each.statement.effect is Effect.ALLOW for _, each in granting),
    )


def _about(policies: Iterable[NamedPolicy], action: str) -> list[tuple[NamedPolicy, CompiledStatement]]:
    return [(policy, each) for policy in policies for each in compiled(policy.document).about(action)]


def _keys_of_policy(policy: NamedPolicy, action: str) -> frozenset[str]:
    return frozenset(key for _, each in _about((policy,), action) for key in keys_of(each.statement, policy.document))


def _frozen(values: Mapping[str, tuple[str, ...]] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted(values.items())) if values else ()
