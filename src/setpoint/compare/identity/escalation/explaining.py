"""The hops of a way that was found, told: which statement gives each permission, what is assumed, what is missing.

Only what is shown is worked out here; `search` has found the ways without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from setpoint.compare.identity.aws.evaluation import Answer, Evaluation
from setpoint.compare.identity.aws.layers import Layer
from setpoint.compare.identity.escalation.actors import Actor
from setpoint.compare.identity.escalation.asking import RANK, Reach, Spoken, Targets, target_values
from setpoint.compare.identity.escalation.beside import Thing
from setpoint.compare.identity.escalation.circumstances import PASSED_TO, Values, spelt
from setpoint.compare.identity.escalation.outside import Outsider, admitted
from setpoint.compare.identity.escalation.plans import FREE, Gives, Needed, Plan
from setpoint.compare.identity.escalation.reaching import STACKSET_SERVICE, Lead, Reaching
from setpoint.compare.identity.escalation.things import Found, is_possible, state_of
from setpoint.compare.identity.escalation.trusts import ASSUME, as_named
from setpoint.model.bits import members
from setpoint.model.escalation import Grant, Hop
from setpoint.model.escalation_words import ASSUMED, KINDS

ASSUME_PATH: Final = "sts-001"
"""Id of the path by which a role is assumed."""

ADMINISTRATOR: Final = "administrator"
"""Where a hop leads that makes a new principal."""


Step = tuple[Needed, str, Evaluation]
"""A permission, the resource that it is had on, and by which statements."""


class Explaining:
    def __init__(self, reaching: Reaching) -> None:
        self._reaching = reaching
        self._world = reaching.world

    def hop(self, actor: Actor, lead: Lead, target: int) -> Hop:
        """The hop of a lead to this principal."""
        plan = lead.plan
        grants: list[Grant] = []
        missing: list[str] = list(actor.doubts)
        for needed, arn, found in self._steps(actor, plan, target):
            shown = _anywhere(arn) if needed.resource in FREE else arn
            grants.append(_grant(needed.action, shown, found))
            missing += _missing(needed.action, found)
        if lead.combined:
            grants_before, missing_before = self._grant_before(actor, target)
            grants, missing = [*grants_before, *grants], [*missing_before, *missing]
        missing += self._unknown(plan, target)
        return Hop(
            path=plan.id,
            source=actor.arn,
            target=self._target(actor, plan, target),
            gives=self._gives(actor, lead, target),
            grants=tuple(grants),
            assumes=tuple(ASSUMED[each] for each in plan.path.prerequisites if each in ASSUMED),
            missing=tuple(dict.fromkeys(missing)),
        )

    def admission(self, outsider: Outsider, target: int) -> Hop:
        """The hop of somebody from outside to this role, by its trust policy."""
        world = self._world
        role = world.principals[target].arn
        found = admitted(world, outsider.caller, outsider.action, world.role_number(target))
        return Hop(
            path=ASSUME_PATH,
            source=outsider.name,
            target=role,
            gives=f"the permissions of {short(role)}",
            grants=(_grant(outsider.action, role, found, first=Layer.RESOURCE),),
            missing=tuple(_missing(outsider.action, found)),
        )

    def _target(self, actor: Actor, plan: Plan, target: int) -> str:
        if plan.gives is Gives.ADMINISTRATOR:
            return ADMINISTRATOR
        return self._world.principals[target].arn if plan.gives is Gives.PRINCIPAL else actor.arn

    def _gives(self, actor: Actor, lead: Lead, target: int) -> str:
        name = short(self._world.principals[target].arn)
        match lead.plan.gives:
            case Gives.EVERYTHING:
                return f"{short(actor.arn)} grants itself everything"
            case Gives.FREEDOM:
                return f"{short(actor.arn)} is rid of its permissions boundary"
            case Gives.MEMBERSHIP:
                return f"{short(actor.arn)} is in {self._joined(actor)}"
            case Gives.ADMINISTRATOR:
                return "a new principal that is allowed everything"
            case Gives.PRINCIPAL if lead.raised:
                return f"{name}, after it was granted everything"
            case Gives.PRINCIPAL:
                return f"the permissions of {name}"

    def _joined(self, actor: Actor) -> str:
        joinable = self._reaching.joinable(actor)
        names = [self._world.account.groups[each].name for each in members(joinable.sure or joinable.any)]
        return f"group/{names[0]}" + (f" and {len(names) - 1} more groups" if len(names) > 1 else "")

    def _steps(self, actor: Actor, plan: Plan, target: int) -> Iterator[Step]:
        """Every permission of the path, with the resource that it is had on here."""
        _, examples = self._reaching.things.free(actor, plan)
        for needed in plan.needed:
            if needed.resource in FREE:
                yield self._on_example(actor, needed, examples[needed.key] or "*")
            elif needed.kind:
                found = self._on_existing(actor, plan, needed, target)
                yield (
                    needed,
                    found.arn or KINDS[needed.kind].arn,
                    self._evaluated(actor, needed.key, found.arn, found.more),
                )
            else:
                yield self._on_principal(actor, plan, needed, target)

    def _on_example(self, actor: Actor, needed: Needed, arn: str) -> Step:
        if needed.key != ASSUME:
            return needed, arn, self._evaluated(actor, needed.key, arn)
        caller, policy = as_named(actor)
        return needed, arn, self._world.asking.on_behalf(actor, caller, ASSUME, arn, policy)

    def _on_existing(self, actor: Actor, plan: Plan, needed: Needed, target: int) -> Found:
        """The thing that serves best: one that has the role, where the path needs that."""
        reaching = self._reaching
        if not reaching.things.beside.is_told:
            return reaching.things.on_unknown(actor, needed)
        things = [
            each for each in reaching.things.beside.of(needed.kind) if needed.kind != plan.kind or each.role == target
        ]
        found = [reaching.things.on_thing(actor, needed, each) for each in things]
        return min(found, key=lambda each: RANK[each.answer], default=Found(Answer.IMPLICIT_DENY))

    def _on_principal(self, actor: Actor, plan: Plan, needed: Needed, target: int) -> Step:
        world = self._world
        several = self._several(actor, needed, target)
        if several is not None:
            return self._first(actor, needed, *several)
        if needed.resource == "role:passed":
            handed = self._passed_on if plan.via else self._passed
            return handed(actor, plan, needed, world.role_number(target))
        if needed.key == ASSUME:
            return needed, world.principals[target].arn, world.trusts.assume(actor, world.role_number(target))
        principal = world.numbers[actor.arn] if needed.resource.endswith(":self") else target
        targets, number = self._numbered(principal)
        return needed, targets.arns[number], self._on_target(actor, needed.key, targets, number)

    def _several(self, actor: Actor, needed: Needed, target: int) -> tuple[Targets, Reach] | None:
        """Where one of several groups or policies will do: which."""
        world, reaching = self._world, self._reaching
        match needed.resource:
            case "group:of-caller":
                return world.groups, reaching.own_groups(actor, needed)
            case "group:target":
                return world.groups, reaching.joinable(actor)
            case "policy:attached-to-caller":
                return world.policies, reaching.own_policies(actor, needed)
            case "policy:attached-to-target-role":
                held = world.policies_of(world.base[target])
                return world.policies, world.asking.among(actor, needed.key, world.policies).within(held)
            case _:
                return None

    def _numbered(self, number: int) -> tuple[Targets, int]:
        """A principal, among the users or the roles."""
        world = self._world
        is_user = number < len(world.account.users)
        return (world.users, number) if is_user else (world.roles, world.role_number(number))

    def _passed(self, actor: Actor, plan: Plan, needed: Needed, role: int) -> Step:
        """Handed to the service of the path which suits best."""
        world = self._world
        services = plan.services or (STACKSET_SERVICE,)
        best = max(services, key=lambda each: self._suits(actor, role, each))
        found = self._on_target(actor, needed.key, world.roles, role, {PASSED_TO: (best,)})
        return needed, world.roles.arns[role], found

    def _suits(self, actor: Actor, role: int, service: str) -> int:
        world = self._world
        reach = world.asking.among(actor, "iam:passrole", world.roles, {PASSED_TO: (service,)})
        reach &= world.trusts.serving(service)
        return 2 * (reach.sure >> role & 1) + (reach.maybe >> role & 1)

    def _passed_on(self, actor: Actor, plan: Plan, needed: Needed, target: int) -> Step:
        """The role that is handed over, and assumes the one that is reached."""
        world = self._world
        passed = self._reaching.passed(actor, plan)
        wanted = 1 << target
        able = [each for each in members(passed.any) if world.trusts.assumable(self._role(each)).any & wanted]
        able.sort(key=lambda each: not passed.sure >> each & 1)
        return self._passed(actor, plan, needed, able[0])

    def _role(self, number: int) -> Actor:
        return self._world.base[self._world.numbers[self._world.roles.arns[number]]]

    def _first(self, actor: Actor, needed: Needed, targets: Targets, reach: Reach) -> Step:
        number = next(members(reach.sure or reach.any))
        return needed, targets.arns[number], self._on_target(actor, needed.key, targets, number)

    def _on_target(
        self,
        actor: Actor,
        action: str,
        targets: Targets,
        number: int,
        more: dict[str, tuple[str, ...]] | None = None,
    ) -> Evaluation:
        spoken: Spoken = self._world.asking.spoken(actor, action)
        values = target_values(targets, number, spoken)
        return self._world.asking.on(actor, action, targets.arns[number], {**values, **(more or {})})

    def _evaluated(self, actor: Actor, action: str, arn: str, more: Values | None = None) -> Evaluation:
        return self._world.asking.on(actor, action, arn or "*", more)

    def _grant_before(self, actor: Actor, target: int) -> tuple[list[Grant], list[str]]:
        """The permission by which whoever is reached is granted everything before."""
        action, targets, number = self._reaching.raising(actor, target)
        found = self._on_target(actor, action.lower(), targets, number)
        return [_grant(action, targets.arns[number], found)], _missing(action, found)

    def _unknown(self, plan: Plan, target: int) -> Iterator[str]:
        """What stands in the way beside permissions, and is not known."""
        reaching, world = self._reaching, self._world
        name = short(world.principals[target].arn)
        if not reaching.things.beside.is_told:
            yield from (f"an existing {KINDS[kind].called}" for kind in plan.others)
            if plan.kind:
                yield f"an existing {KINDS[plan.kind].called} that has {name}"
        else:
            yield from self._unsure_things(plan, target)
        if plan.services and not plan.via and any(each.resource == "role:passed" for each in plan.needed):
            yield from self._unsure_trust(plan, target)
        if plan.asks("instance-role-allows-ssm") and not reaching.with_agent >> target & 1:
            yield f"what lets the SSM agent work: {name} is not allowed it, a setting of the account may be"

    def _unsure_things(self, plan: Plan, target: int) -> Iterator[str]:
        for kind in (*plan.others, *((plan.kind,) if plan.kind else ())):
            things = [
                each for each in self._reaching.things.beside.of(kind) if kind != plan.kind or each.role == target
            ]
            if all(state_of(plan, each) is not Answer.ALLOWED for each in things):
                yield from (_unsure(plan, each) for each in things if state_of(plan, each) is Answer.CONDITIONAL)

    def _unsure_trust(self, plan: Plan, target: int) -> Iterator[str]:
        world = self._world
        found = [world.trusts.serve(each, world.role_number(target)) for each in plan.services]
        if any(each.answer is Answer.ALLOWED for each in found):
            return
        for each in found:
            yield from _missing(f"{short(world.principals[target].arn)}'s trust", each)


def _unsure(plan: Plan, thing: Thing) -> str:
    if "registered" in thing.told.facts:
        return "an instance that is registered with the cluster"
    if plan.asks("project-has-batch-config"):
        return f"a batch configuration of {thing.told.arn}"
    return f"{thing.told.arn} is {thing.told.facts.get('state')}, and has to be running"


def short(arn: str) -> str:
    """A principal as people call it: `role/deploy`."""
    return arn.rpartition(":")[2] if arn.startswith("arn:") else arn


def _anywhere(arn: str) -> str:
    """Of an example that no policy ties to a region, without the one letter that stands for any."""
    parts = arn.split(":", 4)
    return ":".join((*parts[:3], "*", parts[4])) if len(parts) == 5 and len(parts[3]) == 1 else arn


def _missing(action: str, found: Evaluation) -> list[str]:
    return [f"{spelt(each)}, for {action}" for each in found.missing]


def _grant(action: str, arn: str, found: Evaluation, *, first: Layer = Layer.IDENTITY) -> Grant:
    """By the statement of the caller's own policies, or that of the resource's."""
    wanted = sorted((Layer.IDENTITY, Layer.RESOURCE), key=lambda each: each is not first)
    layers = {each.layer: each for each in found.layers if each.layer in wanted and each.statement is not None}
    granting: Iterable[Layer] = (each for each in wanted if each in layers and is_possible(layers[each].answer))
    layer = next(iter(granting), None)
    statement = layers[layer].statement if layer else None
    if statement is None:
        return Grant(action, arn, "", 0, "")
    return Grant(action, arn, statement.policy, statement.index, statement.sid)
