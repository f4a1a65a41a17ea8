"""The graph, filled: a state for every actor, and an edge for every lead, to the states that it leads to.

A lead may end in an actor of its own: somebody with everything granted to it, in more groups, without its boundary.
Such an actor becomes a state when a lead first ends in it, and is looked at as all others. `search` fills it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from setpoint.compare.identity.escalation.actors import Actor, is_unlimited
from setpoint.compare.identity.escalation.graph import GOAL, Graph, Ways
from setpoint.compare.identity.escalation.plans import Gives
from setpoint.compare.identity.escalation.reaching import Lead, Reaching
from setpoint.model.bits import members
from setpoint.model.iam import Effect


@dataclass(frozen=True, slots=True)
class Edge:
    """A lead, and the states that it leads to."""

    lead: Lead
    sure: int
    maybe: int

    def to(self, *, in_doubt: bool) -> int:
        return self.maybe if in_doubt else self.sure

    def cost(self, ways: Ways, *, in_doubt: bool) -> float:
        return ways.cost(self.to(in_doubt=in_doubt), in_doubt=in_doubt)


@dataclass(slots=True, eq=False)
class State:
    """An actor in the graph."""

    number: int
    actor: Actor
    principal: int
    is_admin: bool = False
    edges: list[Edge] = field(default_factory=list)


class States:
    def __init__(self, reaching: Reaching) -> None:
        self.graph = Graph()
        self._reaching = reaching
        self._world = reaching.world
        self._states: dict[int, State] = {}
        self._by_actor: dict[tuple[str, int], State] = {}
        self._raised: dict[int, int] = {}
        self._raised_alone: dict[tuple[str, int], int] = {}
        self._waiting: list[State] = []
        self._denied_by_scp = any(
            each.effect is Effect.DENY
            for level in self._world.account.scps or ()
            for policy in level
            for each in policy.document.statements
        )
        self.base = [self._state(actor, number) for number, actor in enumerate(self._world.base)]
        """The principals as they are, in their order: their states come right behind the goal's."""

    def __getitem__(self, number: int) -> State:
        return self._states[number]

    def fill(self) -> None:
        """Looks at every actor, and at those that come up meanwhile."""
        while self._waiting:
            self._look(self._waiting.pop())

    def of(self, principals: int) -> int:
        """The states of principals as they are."""
        return principals << 1

    def is_doubted_admin(self, number: int) -> bool:
        """Whether only what is not known of it keeps it from being an administrator."""
        actor = self._states[number].actor
        return bool(actor.doubts) and is_unlimited(actor.policies)

    def principal(self, state: State, edge: Edge, target: int, *, in_doubt: bool) -> int:
        """Who is meant by the state that a lead leads to; granted everything, many are at the goal."""
        lead = edge.lead
        if target != GOAL:
            return self._states[target].principal
        if lead.plan.gives is not Gives.PRINCIPAL:
            return state.principal
        reach = lead.reach.maybe if in_doubt else lead.reach.sure
        return next(each for each in members(reach) if self._raise(self._world.base[each], each) == 1 << GOAL)

    def hop(self, source: int, sure: int, maybe: int) -> None:
        """An edge of the graph, to states that it leads to for sure, and to those that it may lead to."""
        self.graph.hop(source, sure, in_doubt=False)
        self.graph.hop(source, maybe, in_doubt=True)

    def _state(self, actor: Actor, principal: int) -> State:
        """That of an actor; a new one waits to be looked at."""
        state = self._by_actor.get((actor.arn, actor.same))
        if state is None:
            state = State(self.graph.add(), actor, principal)
            self._by_actor[actor.arn, actor.same] = self._states[state.number] = state
            self._waiting.append(state)
        return state

    def _look(self, state: State) -> None:
        """Where every path leads it; whoever is an administrator is there already."""
        actor = state.actor
        leads = [] if self._is_plain_admin(actor) else list(self._reaching.leads(actor, state.principal))
        state.is_admin = is_unlimited(actor.policies) and not actor.doubts and self._is_let(leads)
        if state.is_admin:
            self.graph.is_goal(state.number)
            return
        if is_unlimited(actor.policies) and actor.doubts:
            self.graph.hop(state.number, 1 << GOAL, in_doubt=True)
        for lead in leads:
            edge = self._edge(state, lead)
            state.edges.append(edge)
            self.hop(state.number, edge.sure, edge.maybe)

    def _is_plain_admin(self, actor: Actor) -> bool:
        return is_unlimited(actor.policies) and not actor.doubts and not self._denied_by_scp

    def _is_let(self, leads: Sequence[Lead]) -> bool:
        """Whether the organisation's denials leave it what an administrator is: to make another one."""
        return not self._denied_by_scp or any(
            each.plan.gives is Gives.ADMINISTRATOR and each.reach.sure for each in leads
        )

    def _edge(self, state: State, lead: Lead) -> Edge:
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
                change = self._raised_states if lead.raised else self.of
                return Edge(lead, change(reach.sure), change(reach.maybe))
        return Edge(lead, to if reach.sure else 0, to if reach.maybe else 0)

    def _join(self, state: State, lead: Lead) -> Edge:
        """Into all groups that it may join for sure, and into those as well of which it is not known."""
        joinable = self._reaching.joinable(state.actor)
        sure = self._joined(state, joinable.sure) if joinable.sure else 0
        maybe = self._joined(state, joinable.any) if joinable.maybe else 0
        edge = Edge(lead, sure, maybe & ~sure)
        return Edge(lead, 0, sure | maybe) if state.actor.doubts else edge

    def _joined(self, state: State, groups: int) -> int:
        found = [self._world.account.groups[each] for each in members(groups)]
        return 1 << self._state(self._world.actors.joined(state.actor, found), state.principal).number

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
