"""Where each known path leads an actor: the principals that it becomes, or what it gives itself.

Called by `search` for every actor, and by `explaining` for the hops that are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from setpoint.compare.identity.aws.evaluation import Answer
from setpoint.compare.identity.escalation.actors import Actor
from setpoint.compare.identity.escalation.asking import NOWHERE, Reach, Targets
from setpoint.compare.identity.escalation.circumstances import PASSED_TO
from setpoint.compare.identity.escalation.plans import FREE, Gives, Needed, Plan
from setpoint.compare.identity.escalation.things import Things, is_possible, worst
from setpoint.compare.identity.escalation.trusts import ASSUME
from setpoint.compare.identity.escalation.world import World
from setpoint.model.bits import members

REWRITE_TRUST: Final = "iam:updateassumerolepolicy"
SSM_AGENT: Final = ("ssm:updateinstanceinformation", "ssmmessages:createcontrolchannel")
"""Without which an instance's agent gets no sessions and commands ("Configure instance permissions required for Systems
Manager")."""
STACKSET_SERVICE: Final = "cloudformation.amazonaws.com"
_USER_GRANTS: Final = ("iam:AttachUserPolicy", "iam:PutUserPolicy")
_ROLE_GRANTS: Final = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
_GROUP_GRANTS: Final = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy")
_POLICY_GRANT: Final = "iam:CreatePolicyVersion"
_JOIN: Final = "iam:AddUserToGroup"


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a path leads an actor."""

    plan: Plan
    reach: Reach
    """The principals that it becomes; of what it does to itself, only itself."""
    raised: bool = False
    """Whether whoever is reached has been granted everything before."""
    combined: bool = False
    """Whether that takes a permission which the path does not name."""


class Reaching:
    def __init__(self, world: World, plans: Sequence[Plan], things: Things) -> None:
        self.world = world
        self.things = things
        self._plans = plans
        self._open: dict[int, list[Plan]] = {}

    def leads(self, actor: Actor, number: int) -> Iterator[Lead]:
        """Every path that leads the actor, which is the principal of this number, anywhere."""
        raisable: Reach | None = None
        for plan in self._open_to(actor):
            reach = self.reach(actor, number, plan)
            if not reach.any:
                continue
            yield Lead(plan, reach, raised=plan.raises)
            if plan.gives is Gives.PRINCIPAL and not plan.raises:
                raisable = self.raisable(actor) if raisable is None else raisable
                both = reach & raisable
                if both.any:
                    yield Lead(plan, both, raised=True, combined=True)

    def reach(self, actor: Actor, number: int, plan: Plan) -> Reach:
        reach = self._reach(actor, number, plan)
        return reach.doubted() if actor.doubts else reach

    def raisable(self, actor: Actor) -> Reach:
        """The principals to which an actor can have everything granted."""
        reach = NOWHERE
        for _, _, targets, raised in self._raises(actor):
            found = Reach(_union(raised(each) for each in members(targets.sure)))
            reach |= found | Reach(0, _union(raised(each) for each in members(targets.maybe)))
        return reach.within(self.world.changeable)

    def raising(self, actor: Actor, target: int) -> tuple[str, Targets, int]:
        """An action by which this principal is granted everything, and on what."""
        unsure: tuple[str, Targets, int] | None = None
        for action, among, targets, raised in self._raises(actor):
            for number in members(targets.any):
                if raised(number) >> target & 1:
                    if targets.sure >> number & 1:
                        return action, among, number
                    unsure = unsure or (action, among, number)
        if unsure is None:
            raise LookupError(f"nothing of {actor.arn} raises {self.world.principals[target].arn}")
        return unsure

    def _raises(self, actor: Actor) -> Iterator[tuple[str, Targets, Reach, Callable[[int], int]]]:
        """Each action that grants, on which targets, and who is granted everything by one of them."""
        world = self.world
        everywhere: tuple[tuple[tuple[str, ...], Targets, Callable[[int], int]], ...] = (
            (_USER_GRANTS, world.users, lambda number: 1 << number),
            (_ROLE_GRANTS, world.roles, lambda number: world.of_roles(1 << number)),
            (_GROUP_GRANTS, world.groups, world.members_of_one),
            ((_POLICY_GRANT,), world.policies, world.holders_of_one),
        )
        for actions, targets, raised in everywhere:
            for action in actions:
                yield action, targets, world.asking.among(actor, action.lower(), targets), raised
        joinable = world.asking.among(actor, _JOIN.lower(), world.groups).within(world.admin_groups)
        yield _JOIN, world.groups, joinable, lambda _number: world.users.all

    def _open_to(self, actor: Actor) -> list[Plan]:
        """Paths of which every permission is allowed somewhere; a role may be assumed by its trust alone."""
        found = self._open.get(actor.same)
        if found is None:
            allows = self.world.asking.spoken
            found = self._open[actor.same] = [
                plan
                for plan in self._plans
                if all(each.key == ASSUME or allows(actor, each.key).allows for each in plan.needed)
            ]
        return found

    def _reach(self, actor: Actor, number: int, plan: Plan) -> Reach:
        own = 1 << number
        if (plan.asks("caller-is-user") and not actor.is_user) or (plan.asks("caller-is-role") and actor.is_user):
            return NOWHERE
        match plan.gives:
            case Gives.ADMINISTRATOR:
                return self._if_free(actor, plan, Reach(own))
            case Gives.EVERYTHING:
                return self._if_free(actor, plan, self._on_itself(actor, own, plan)).within(self.world.changeable)
            case Gives.FREEDOM:
                bound = own if actor.principal.boundary and _is_bound(actor) else 0
                return self._on_itself(actor, own, plan).within(bound & self.world.changeable)
            case Gives.MEMBERSHIP:
                return Reach(own) if actor.is_user and self.joinable(actor).any else NOWHERE
            case Gives.PRINCIPAL:
                return self._if_free(actor, plan, self._principals(actor, plan)).within(~own)

    def joinable(self, actor: Actor) -> Reach:
        """The groups that an actor may put itself into."""
        return self.world.asking.among(actor, _JOIN.lower(), self.world.groups).within(~self.world.groups_of(actor))

    def _on_itself(self, actor: Actor, own: int, plan: Plan) -> Reach:
        world, reach = self.world, Reach(own)
        for each in plan.needed:
            match each.resource:
                case "user:self":
                    reach &= world.asking.among(actor, each.key, world.users) if actor.is_user else NOWHERE
                case "role:self":
                    found = NOWHERE if actor.is_user else world.asking.among(actor, each.key, world.roles)
                    reach &= world.reach_of_roles(found)
                case "group:of-caller":
                    reach &= _if_any(self.own_groups(actor, each), own)
                case "policy:attached-to-caller":
                    reach &= _if_any(self.own_policies(actor, each), own)
        return reach

    def own_groups(self, actor: Actor, needed: Needed) -> Reach:
        """Those groups of the actor on which it is allowed."""
        return self.world.asking.among(actor, needed.key, self.world.groups).within(self.world.groups_of(actor))

    def own_policies(self, actor: Actor, needed: Needed) -> Reach:
        return self.world.asking.among(actor, needed.key, self.world.policies).within(self.world.policies_of(actor))

    def _if_free(self, actor: Actor, plan: Plan, reach: Reach) -> Reach:
        """`reach`, as far as the permissions allow that are on nothing in particular, and something exists for them."""
        if not reach.any:
            return NOWHERE
        answer = worst(
            (self.things.free(actor, plan)[0], *(self.things.existence(actor, plan, kind) for kind in plan.others))
        )
        if not is_possible(answer):
            return NOWHERE
        return reach if answer is Answer.ALLOWED else reach.doubted()

    def _principals(self, actor: Actor, plan: Plan) -> Reach:
        world = self.world
        reach = Reach(world.users.all if plan.of_users else world.of_roles(world.roles.all))
        if plan.kind:
            reach &= self.things.roles_of_existing(actor, plan)
        for each in plan.needed:
            if reach.any and each.resource not in FREE and not each.kind:
                reach &= self._by(actor, plan, each)
        if plan.raises or any(each.key == REWRITE_TRUST for each in plan.needed):
            reach = reach.within(world.changeable)
        return self._by_prerequisites(plan, reach)

    def _by(self, actor: Actor, plan: Plan, needed: Needed) -> Reach:
        """The principals that one permission lets reach."""
        world, ask = self.world, self.world.asking.among
        match needed.resource:
            case "role:passed":
                return (
                    self._assumed_by_passed(actor, plan) if plan.via else world.reach_of_roles(self.passed(actor, plan))
                )
            case "user:target":
                return ask(actor, needed.key, world.users)
            case "policy:attached-to-target-role":
                policies = ask(actor, needed.key, world.policies)
                return Reach(world.holders_of(policies.sure), world.holders_of(policies.any)).disjoint()
            case _ if needed.key == ASSUME:
                return world.reach_of_roles(world.trusts.assumable(actor))
            case _:
                reach = ask(actor, needed.key, world.roles)
                if needed.key == REWRITE_TRUST and reach.any:
                    reach &= world.trusts.assumable_if_named(actor)
                return world.reach_of_roles(reach)

    def passed(self, actor: Actor, plan: Plan) -> Reach:
        """The roles that an actor may hand to one of the path's services, and which trust it."""
        world, reach = self.world, NOWHERE
        for service in plan.services or (STACKSET_SERVICE,):
            allowed = world.asking.among(actor, "iam:passrole", world.roles, {PASSED_TO: (service,)})
            reach |= allowed & world.trusts.serving(service)
        return reach

    def _assumed_by_passed(self, actor: Actor, plan: Plan) -> Reach:
        """The roles that a role assumes which the actor hands over."""
        world, reach = self.world, NOWHERE
        passed = self.passed(actor, plan)
        for number in members(passed.any):
            role = world.base[world.numbers[world.roles.arns[number]]]
            found = world.reach_of_roles(world.trusts.assumable(role))
            reach |= found if passed.sure >> number & 1 else found.doubted()
        return reach

    def _by_prerequisites(self, plan: Plan, reach: Reach) -> Reach:
        if plan.asks("instance-profile-for-role"):
            reach = reach.within(self.things.beside.with_profile)
        if plan.asks("target-user-keys<2"):
            reach = reach.within(~self.things.beside.with_all_keys)
        if plan.asks("login-profile-absent"):
            reach = reach.within(~self.things.beside.with_password)
        if plan.asks("instance-role-allows-ssm"):
            reach &= Reach(self.with_agent, self.world.everybody & ~self.with_agent)
        return reach

    @cached_property
    def with_agent(self) -> int:
        """Roles that let the SSM agent of their instance work; others may by a setting of the account."""
        bits = 0
        for number in members(self.things.beside.with_profile):
            actor = self.world.base[number]
            if all(self.things.on(actor, action, "*") is Answer.ALLOWED for action in SSM_AGENT):
                bits |= 1 << number
        return bits


def _is_bound(actor: Actor) -> bool:
    return actor.policies.boundary is not None or any(actor.principal.boundary in each for each in actor.doubts)


def _union(sets: Iterable[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _if_any(reach: Reach, own: int) -> Reach:
    return Reach(own if reach.sure else 0, own if reach.maybe and not reach.sure else 0)
