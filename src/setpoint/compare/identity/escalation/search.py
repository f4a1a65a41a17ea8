"""The search: every actor, every path, one graph, and for each principal the ways that lead it to the goal.

Called by `wiring_identity`. The goal is to be an administrator, or one principal that is named; whoever is an
administrator gets there, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from setpoint.compare.identity.aws.catalogue import Catalogue
from setpoint.compare.identity.escalation.actors import Actor, is_unlimited, untold
from setpoint.compare.identity.escalation.beside import Beside
from setpoint.compare.identity.escalation.circumstances import Circumstances
from setpoint.compare.identity.escalation.explaining import Explaining
from setpoint.compare.identity.escalation.graph import GOAL, Graph, Ways
from setpoint.compare.identity.escalation.outside import Outsider, outsiders
from setpoint.compare.identity.escalation.plans import Gives, plan
from setpoint.compare.identity.escalation.reaching import Lead, Reaching
from setpoint.compare.identity.escalation.world import World
from setpoint.errors import NotFoundError
from setpoint.model.bits import members
from setpoint.model.escalation import (
    Escalation,
    EscalationPath,
    EscalationReport,
    Existing,
    FoundPath,
    Hop,
    Standing,
)
from setpoint.model.iam import Effect
from setpoint.model.iam_account import IamAccount, IamRole


@dataclass(frozen=True, slots=True)
class _Edge:
    """A lead, and the states that it leads to."""

    lead: Lead
    sure: int
    maybe: int

    def to(self, *, in_doubt: bool) -> int:
        return self.maybe if in_doubt else self.sure

    def cost(self, ways: Ways, *, in_doubt: bool) -> float:
        return ways.cost(self.to(in_doubt=in_doubt), in_doubt=in_doubt)


@dataclass(slots=True, eq=False)
class _State:
    """An actor in the graph."""

    number: int
    actor: Actor
    principal: int
    is_admin: bool = False
    edges: list[_Edge] = field(default_factory=list)


def find_escalations(
    account: IamAccount,
    paths: Sequence[EscalationPath],
    existing: Sequence[Existing] | None,
    catalogue: Catalogue,
    now: datetime,
    goal: str = "",
) -> EscalationReport:
    """Of every user and role of the account, and of whoever its trusts admit from outside.

    `existing` is None where nobody told what there is beside IAM. `NotFoundError` for a goal that is no principal.
    """
    world = World(account, Circumstances.of(account, now))
    if goal and goal not in world.numbers:
        raise NotFoundError(f"there is no user or role {goal} in this account", remedy="name one by its ARN")
    reaching = Reaching(world, [plan(each) for each in paths], Beside(existing, world), catalogue)
    return _Search(world, reaching, goal).report()


class _Search:
    def __init__(self, world: World, reaching: Reaching, goal: str) -> None:
        self._world = world
        self._reaching = reaching
        self._explaining = Explaining(reaching)
        self._goal = goal
        self._graph = Graph()
        self._states: dict[int, _State] = {}
        self._by_actor: dict[tuple[str, int], _State] = {}
        self._raised: dict[int, int] = {}
        self._raised_alone: dict[tuple[str, int], int] = {}
        self._waiting: list[_State] = []
        self._hops: dict[tuple[int, str, bool, int, bool], Hop] = {}
        self._denied_by_scp = any(
            each.effect is Effect.DENY
            for level in world.account.scps or ()
            for policy in level
            for each in policy.document.statements
        )

    def report(self) -> EscalationReport:
        base = [self._state(actor, number) for number, actor in enumerate(self._world.base)]
        outside = [(each, self._graph.add()) for each in outsiders(self._world)]
        if self._goal:
            self._graph.is_goal(base[self._world.numbers[self._goal]].number)
        while self._waiting:
            self._look(self._waiting.pop())
        for outsider, number in outside:
            self._hop(number, self._states_of(outsider.sure), self._states_of(outsider.maybe))
        ways = self._graph.ways()
        return EscalationReport(
            found=(
                *(self._escalation(each, ways) for each in base),
                *(self._from_outside(each, number, ways) for each, number in outside),
            ),
            unread=self._world.account.unread,
        )

    def _state(self, actor: Actor, principal: int) -> _State:
        """That of an actor; a new one waits to be looked at."""
        state = self._by_actor.get((actor.arn, actor.same))
        if state is None:
            state = _State(self._graph.add(), actor, principal)
            self._by_actor[actor.arn, actor.same] = self._states[state.number] = state
            self._waiting.append(state)
        return state

    def _look(self, state: _State) -> None:
        """Where every path leads it; whoever is an administrator is there already."""
        actor = state.actor
        leads = [] if self._is_plain_admin(actor) else list(self._reaching.leads(actor, state.principal))
        state.is_admin = is_unlimited(actor.policies) and not actor.doubts and self._is_let(leads)
        if state.is_admin:
            self._graph.is_goal(state.number)
            return
        if is_unlimited(actor.policies) and actor.doubts:
            self._graph.hop(state.number, 1 << GOAL, in_doubt=True)
        for lead in leads:
            edge = self._edge(state, lead)
            state.edges.append(edge)
            self._hop(state.number, edge.sure, edge.maybe)

    def _is_plain_admin(self, actor: Actor) -> bool:
        return is_unlimited(actor.policies) and not actor.doubts and not self._denied_by_scp

    def _is_let(self, leads: Sequence[Lead]) -> bool:
        """Whether the organisation's denials leave it what an administrator is: to make another one."""
        return not self._denied_by_scp or any(
            each.plan.gives is Gives.ADMINISTRATOR and each.reach.sure for each in leads
        )

    def _hop(self, source: int, sure: int, maybe: int) -> None:
        self._graph.hop(source, sure, in_doubt=False)
        self._graph.hop(source, maybe, in_doubt=True)

    def _edge(self, state: _State, lead: Lead) -> _Edge:
        actor, reach = state.actor, lead.reach
        match lead.plan.gives:
            case Gives.ADMINISTRATOR:
                to = 1 << GOAL
            case Gives.EVERYTHING:
                to = self._raise(actor, state.principal)
            case Gives.FREEDOM:
                to = 1 << self._state(self._world.actors.unbound(actor), state.principal).number
            case Gives.MEMBERSHIP:
                return self._join(state, lead)
            case Gives.PRINCIPAL:
                change = self._raised_states if lead.raised else self._states_of
                return _Edge(lead, change(reach.sure), change(reach.maybe))
        return _Edge(lead, to if reach.sure else 0, to if reach.maybe else 0)

    def _join(self, state: _State, lead: Lead) -> _Edge:
        """Into all groups that it may join for sure, and into those as well of which it is not known."""
        joinable = self._reaching.joinable(state.actor)
        sure = self._joined(state, joinable.sure) if joinable.sure else 0
        maybe = self._joined(state, joinable.any) if joinable.maybe else 0
        edge = _Edge(lead, sure, maybe & ~sure)
        return _Edge(lead, 0, sure | maybe) if state.actor.doubts else edge

    def _joined(self, state: _State, groups: int) -> int:
        found = [self._world.account.groups[each] for each in members(groups)]
        return 1 << self._state(self._world.actors.joined(state.actor, found), state.principal).number

    def _states_of(self, principals: int) -> int:
        """As they are: the goal's state comes first, then theirs in their order."""
        return principals << 1

    def _raised_states(self, principals: int) -> int:
        """With everything granted to them."""
        found = self._raised.get(principals)
        if found is None:
            found = 0
            for each in members(principals):
                found |= self._raise(self._world.base[each], each)
            self._raised[principals] = found
        return found

    def _raise(self, actor: Actor, principal: int) -> int:
        """The state of an actor with everything granted to it, which is the goal where nothing limits that."""
        key = (actor.arn, actor.same)
        if key not in self._raised_alone:
            raised = self._world.actors.raised(actor)
            state = GOAL if self._is_plain_admin(raised) else self._state(raised, principal).number
            self._raised_alone[key] = 1 << state
        return self._raised_alone[key]

    def _escalation(self, state: _State, ways: Ways) -> Escalation:
        actor = state.actor
        standing = self._standing(state, ways)
        if standing is Standing.ADMIN:
            return Escalation(actor.arn, standing)
        missing = list(actor.doubts) if is_unlimited(actor.policies) else []
        if standing is not Standing.ESCALATES and not _is_service_linked(actor):
            missing += [untold(each) for each in self._world.account.unknown_policies(actor.principal)]
        if standing is Standing.NONE and missing:
            standing = Standing.CONDITIONAL
        return Escalation(actor.arn, standing, tuple(self._paths(state, ways)), tuple(dict.fromkeys(missing)))

    def _standing(self, state: _State, ways: Ways) -> Standing:
        if state.is_admin or state.actor.arn == self._goal:
            return Standing.ADMIN
        if ways.is_open(state.number):
            return Standing.ESCALATES
        return Standing.CONDITIONAL if ways.is_possible(state.number) else Standing.NONE

    def _paths(self, state: _State, ways: Ways) -> list[FoundPath]:
        """One for each known path, to the best of where it leads; one that takes more only where nothing else does."""
        found: dict[str, FoundPath] = {}
        for combined in (False, True):
            if combined and any(not each.missing for each in found.values()):
                break
            for edge in state.edges:
                if edge.lead.combined is combined and edge.lead.plan.id not in found:
                    path = self._path(state, edge, ways)
                    if path is not None:
                        found[path.id] = path
        return sorted(found.values(), key=lambda each: (bool(each.missing), len(each.hops)))

    def _path(self, state: _State, edge: _Edge, ways: Ways) -> FoundPath | None:
        """By the best of where a lead leads that does not come back; one that is open, if there is any."""
        for in_doubt in sorted((False, True), key=lambda each: edge.cost(ways, in_doubt=each)):
            for target in ways.ranked(edge.to(in_doubt=in_doubt))[0]:
                hops = self._way(state, edge, target, ways, in_doubt=in_doubt)
                if hops:
                    count = ways.ranked(edge.sure | edge.maybe)[1]
                    return FoundPath(edge.lead.plan.id, hops, others=count - 1)
        return None

    def _way(self, start: _State, edge: _Edge, target: int, ways: Ways, *, in_doubt: bool) -> tuple[Hop, ...]:
        """The hops from the start by this edge to this state, and on to the goal; none where they come back."""
        rest = self._onward(target, ways, back=start.number)
        return () if rest is None else (self._told(start, edge, target, in_doubt=in_doubt), *rest)

    def _onward(self, state: int, ways: Ways, *, back: int = -1) -> list[Hop] | None:
        """The best hops from a state to the goal; None where they come `back` to another."""
        hops: list[Hop] = []
        while ways.costs[state] > 0.0 and not self._is_doubted_admin(state):
            if state == back:
                return None
            here = self._states[state]
            options = [(each, in_doubt) for each in here.edges for in_doubt in (False, True)]
            edge, in_doubt = min(options, key=lambda each: each[0].cost(ways, in_doubt=each[1]))
            target = ways.ranked(edge.to(in_doubt=in_doubt))[0][0]
            hops.append(self._told(here, edge, target, in_doubt=in_doubt))
            state = target
        return hops

    def _is_doubted_admin(self, state: int) -> bool:
        """Whether only what is not known of it keeps it from being an administrator."""
        actor = self._states[state].actor
        return bool(actor.doubts) and is_unlimited(actor.policies)

    def _told(self, state: _State, edge: _Edge, target: int, *, in_doubt: bool) -> Hop:
        key = (state.number, edge.lead.plan.id, edge.lead.combined, target, in_doubt)
        hop = self._hops.get(key)
        if hop is None:
            principal = self._principal(state, edge, target, in_doubt=in_doubt)
            hop = self._explaining.hop(state.actor, edge.lead, principal)
            if target != GOAL and self._is_doubted_admin(target):
                hop = replace(hop, missing=(*hop.missing, *self._states[target].actor.doubts))
            self._hops[key] = hop
        return hop

    def _principal(self, state: _State, edge: _Edge, target: int, *, in_doubt: bool) -> int:
        """Who is meant by the state that a lead leads to; granted everything, many are at the goal."""
        lead = edge.lead
        if target != GOAL:
            return self._states[target].principal
        if lead.plan.gives is not Gives.PRINCIPAL:
            return state.principal
        reach = lead.reach.maybe if in_doubt else lead.reach.sure
        return next(each for each in members(reach) if self._raise(self._world.base[each], each) == 1 << GOAL)

    def _from_outside(self, outsider: Outsider, number: int, ways: Ways) -> Escalation:
        """Of somebody whom trust policies admit."""
        standing = Standing.NONE
        if ways.is_possible(number):
            standing = Standing.ESCALATES if ways.is_open(number) else Standing.CONDITIONAL
        for reach in (outsider.sure, outsider.maybe):
            best, count = ways.ranked(self._states_of(reach))
            if best:
                admitted = self._explaining.admission(outsider, self._states[best[0]].principal)
                hops = (admitted, *(self._onward(best[0], ways) or ()))
                paths = (FoundPath(admitted.path, hops, others=count - 1),)
                return Escalation(outsider.name, standing, paths, is_external=True)
        return Escalation(outsider.name, standing, is_external=True)


def _is_service_linked(actor: Actor) -> bool:
    return isinstance(actor.principal, IamRole) and actor.principal.is_service_linked
