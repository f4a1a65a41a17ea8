"""Permissions on what is no principal: on what a caller makes, on anything, and on what exists beside IAM.

Called by `reaching` for every actor, and by `explaining` for the hops that are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from setpoint.compare.identity.aws.catalogue import Catalogue
from setpoint.compare.identity.aws.evaluation import Answer
from setpoint.compare.identity.aws.patterns import matcher, tokens_of
from setpoint.compare.identity.escalation.actors import Actor
from setpoint.compare.identity.escalation.asking import NOWHERE, RANK, Reach
from setpoint.compare.identity.escalation.beside import BY_PROFILE, Beside, Thing
from setpoint.compare.identity.escalation.circumstances import CLUSTER, Values, tag_of_resource
from setpoint.compare.identity.escalation.plans import Needed, Plan
from setpoint.compare.identity.escalation.trusts import ASSUME, as_named
from setpoint.compare.identity.escalation.world import World
from setpoint.model.escalation_words import KINDS
from setpoint.model.iam import Effect

_EITHER: Final = frozenset({"bedrock-agentcore"})
"""Services whose actions take one of the types that the reference marks as required: AWS's own or a custom one."""
_GONE: Final = frozenset({"terminated", "shutting-down"})


@dataclass(frozen=True, slots=True)
class Found:
    """A permission on something that is not a principal: the best answer, and on what."""

    answer: Answer
    arn: str = ""
    more: Values = field(default_factory=dict)
    """What is known of it under condition keys."""


def worst(answers: Iterable[Answer]) -> Answer:
    return max(answers, key=RANK.__getitem__, default=Answer.ALLOWED)


def is_possible(answer: Answer) -> bool:
    return answer in {Answer.ALLOWED, Answer.CONDITIONAL}


class Things:
    def __init__(self, world: World, beside: Beside, catalogue: Catalogue) -> None:
        self.beside = beside
        self._world = world
        self._catalogue = catalogue
        self._taken: dict[str, tuple[Sequence[str], Sequence[str]]] = {}
        self._free: dict[tuple[int, str, object], tuple[Answer, dict[str, str]]] = {}
        self._roles: dict[tuple[int, str, object], Reach] = {}

    def roles_of_existing(self, actor: Actor, plan: Plan) -> Reach:
        """The roles of what exists and can be made use of."""
        key = (actor.same, plan.id, self._caller_key(actor, plan.on_existing))
        if key not in self._roles:
            self._roles[key] = self._find_roles(actor, plan)
        return self._roles[key]

    def _find_roles(self, actor: Actor, plan: Plan) -> Reach:
        needed = [each for each in plan.on_existing if each.kind == plan.kind]
        if not self.beside.is_told:
            if not is_possible(worst(self.on_unknown(actor, each).answer for each in needed)):
                return NOWHERE
            serving = self._world.reach_of_roles(self._world.trusts.serving(KINDS[plan.kind].service)).doubted()
            return serving.within(self.beside.with_profile) if plan.kind in BY_PROFILE else serving
        reach = NOWHERE
        for thing in self.beside.of(plan.kind):
            if thing.role is None:
                continue
            answer = worst([state_of(plan, thing), *(self.on_thing(actor, each, thing).answer for each in needed)])
            bit = 1 << thing.role
            reach |= Reach(bit if answer is Answer.ALLOWED else 0, bit if answer is Answer.CONDITIONAL else 0)
        return reach

    def free(self, actor: Actor, plan: Plan) -> tuple[Answer, dict[str, str]]:
        """Of the permissions on what the caller makes, or on anything: the worst answer; action → an example."""
        key = (actor.same, plan.id, self._caller_key(actor, plan.free))
        if key not in self._free:
            self._free[key] = self._find_free(actor, plan)
        return self._free[key]

    def _find_free(self, actor: Actor, plan: Plan) -> tuple[Answer, dict[str, str]]:
        answers: list[Answer] = []
        examples: dict[str, str] = {}
        for each in plan.free:
            found = (
                self._on_created(actor, each, examples) if each.resource == "created" else self._on_any(actor, each.key)
            )
            answers.append(found.answer)
            examples[each.key] = found.arn
        return worst(answers), examples

    def _on_created(self, actor: Actor, needed: Needed, made: dict[str, str]) -> Found:
        """On what an earlier step made, if that is of a type that the action takes, under a name that suits both."""
        taken, _ = self._types(needed.key)
        example = next((arn for arn in made.values() if any(_fits(each, arn) for each in taken)), "")
        if not example:
            return self._on_any(actor, needed.key)
        answer = self._assume_created(actor, example) if needed.key == ASSUME else self.on(actor, needed.key, example)
        makers = [action for action, arn in made.items() if arn == example]
        for pattern in () if is_possible(answer) or needed.key == ASSUME else self._names(actor, makers, taken):
            other = self._world.asking.on_some(actor, needed.key, pattern)
            both = worst([other.answer, *(self.on(actor, each, other.example_resource) for each in makers)])
            if other.example_resource and is_possible(both):
                made.update(dict.fromkeys(makers, other.example_resource))
                return Found(both, other.example_resource)
        return Found(answer, example)

    def _names(self, actor: Actor, makers: Sequence[str], taken: Sequence[str]) -> Iterator[str]:
        """Patterns of names that the earlier steps may give, and any name."""
        for action in makers:
            for each in self._world.asking.spoken(actor, action).statements:
                resources = each.statement.resources
                if each.statement.effect is Effect.ALLOW and resources is not None and not resources.negated:
                    yield from (pattern for pattern in resources.patterns if pattern != "*" and "${" not in pattern)
        yield from taken

    def _assume_created(self, actor: Actor, arn: str) -> Answer:
        """Of a role that the caller makes, it writes the trust policy as well."""
        caller, policy = as_named(actor)
        return self._world.asking.on_behalf(actor, caller, ASSUME, arn, policy).answer

    def on(self, actor: Actor, action: str, arn: str, more: Values | None = None) -> Answer:
        if "*" in arn and arn != "*":
            return self._world.asking.on_some(actor, action, arn, more).answer
        return self._world.asking.on(actor, action, arn, more).answer

    def _on_any(self, actor: Actor, action: str, more: Values | None = None) -> Found:
        """On one resource of each type that a call always takes; of one of the types where each may be left out."""
        taken, required = self._types(action)
        if not taken:
            return Found(self.on(actor, action, "*", more), "*", more or {})
        all_of = required and action.partition(":")[0] not in _EITHER
        found = [self._world.asking.on_some(actor, action, each, more) for each in required or taken]
        found.sort(key=lambda each: RANK[each.answer], reverse=bool(all_of))
        return Found(found[0].answer, found[0].example_resource, more or {})

    def _types(self, action: str) -> tuple[Sequence[str], Sequence[str]]:
        """Patterns of what an action takes in this account, and of what it always takes."""
        if action not in self._taken:
            known, required = self._catalogue.resources(action), self._catalogue.required(action)
            self._taken[action] = ([self._here(each) for each in known], [self._here(each) for each in required])
        return self._taken[action]

    def _here(self, pattern: str) -> str:
        parts = pattern.split(":", 5)
        account = self._world.account
        parts[1] = account.partition
        parts[4] = account.id if parts[4] == "*" else parts[4]
        return ":".join(parts)

    def existence(self, actor: Actor, plan: Plan, kind: str) -> Answer:
        """Whether something of a kind exists on which the permissions are allowed; conditional where nobody knows."""
        needed = [each for each in plan.on_existing if each.kind == kind]
        if not self.beside.is_told:
            possible = is_possible(worst(self.on_unknown(actor, each).answer for each in needed))
            return Answer.CONDITIONAL if possible else Answer.IMPLICIT_DENY
        answers = [
            worst([state_of(plan, thing), *(self.on_thing(actor, each, thing).answer for each in needed)])
            for thing in self.beside.of(kind)
        ]
        return min(answers, key=RANK.__getitem__, default=Answer.IMPLICIT_DENY)

    def on_unknown(self, actor: Actor, needed: Needed) -> Found:
        """On something of the kind, whichever there may be."""
        pattern = self._here(KINDS[needed.kind].arn)
        taken, _ = self._types(needed.key)
        if not any(_fits(each, pattern) for each in taken):
            return self._on_any(actor, needed.key)
        found = self._world.asking.on_some(actor, needed.key, pattern)
        return Found(worst((found.answer, *self._beside(actor, needed.key, pattern))), found.example_resource)

    def on_thing(self, actor: Actor, needed: Needed, thing: Thing) -> Found:
        """On this one; an action that takes other types is asked for one of those, in its company."""
        arn = self._here(thing.told.arn)
        taken, _ = self._types(needed.key)
        more = _values_of(thing, arn, needed.key, self._world.asking.spoken(actor, needed.key).keys)
        if not any(_fits(each, arn) for each in taken):
            return self._on_any(actor, needed.key, more)
        answer = worst((self.on(actor, needed.key, arn, more), *self._beside(actor, needed.key, arn, more)))
        return Found(answer, arn, more)

    def _beside(self, actor: Actor, action: str, arn: str, more: Values | None = None) -> Iterator[Answer]:
        """On what a call always takes beside this resource: a command is sent to an instance by a document.

        The caller chooses that one. It may be AWS's own, whose ARN has no account; which tags it has, nobody told.
        """
        if action.partition(":")[0] in _EITHER:
            return
        _, required = self._types(action)
        untagged = {key: values for key, values in (more or {}).items() if not tag_of_resource(key, action)}
        for each in required:
            if not _fits(each, arn):
                choices = (each, each.replace(f":{self._world.account.id}:", "::", 1))
                yield min((self.on(actor, action, one, untagged) for one in choices), key=RANK.__getitem__)

    def _caller_key(self, actor: Actor, needed: Sequence[Needed]) -> object:
        """What tells this actor from others with the same policies, for these permissions."""
        if any(each.key == ASSUME for each in needed):
            return actor.arn
        return tuple(self._world.asking.caller(actor, each.key) for each in needed)


def state_of(plan: Plan, thing: Thing) -> Answer:
    """Whether a thing is such as the path needs it, as far as that was told."""
    facts = thing.told.facts
    if facts.get("state") in _GONE:
        return Answer.IMPLICIT_DENY
    if "registered" in facts:
        return Answer.CONDITIONAL
    if plan.asks("instance-running") and facts.get("state", "running") != "running":
        return Answer.CONDITIONAL
    if plan.asks("project-has-batch-config"):
        return {"yes": Answer.ALLOWED, "no": Answer.IMPLICIT_DENY}.get(facts.get("batch", ""), Answer.CONDITIONAL)
    return Answer.ALLOWED


def _values_of(thing: Thing, arn: str, action: str, keys: Iterable[str]) -> Values:
    """What is known of a thing under these condition keys of a call."""
    known: dict[str, tuple[str, ...]] = {CLUSTER: (arn,)} if thing.told.kind == "cluster" else {}
    if thing.told.tags is not None:
        tags = {name.lower(): (value,) for name, value in thing.told.tags.items()}
        named = ((key, tag_of_resource(key, action)) for key in keys)
        known |= {key: tags.get(tag, ()) for key, tag in named if tag}
    return known


def _fits(pattern: str, arn: str) -> bool:
    return matcher(tokens_of(pattern))(arn)
