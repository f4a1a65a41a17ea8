"""The ways that were found, told: for each principal its paths, the best of each, as hops. `search` calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from setpoint.compare.identity.escalation.explaining import Explaining
from setpoint.compare.identity.escalation.graph import GOAL, Ways
from setpoint.compare.identity.escalation.outside import Outsider
from setpoint.compare.identity.escalation.states import Edge, State, States
from setpoint.model.escalation import FoundPath, Hop

UNEXPLAINED: Final = "a condition that is not known"
"""Where a hop is in doubt, and none of its permissions alone says why."""


class Telling:
    def __init__(self, states: States, ways: Ways, explaining: Explaining) -> None:
        self._states = states
        self._ways = ways
        self._explaining = explaining
        self._hops: dict[tuple[int, str, bool, int, bool], Hop] = {}

    def paths(self, state: State) -> list[FoundPath]:
        """One for each known path, to the best of where it leads; one that takes more only where nothing else does."""
        found: dict[str, FoundPath] = {}
        for combined in (False, True):
            if combined and any(not each.missing for each in found.values()):
                break
            for edge in state.edges:
                if edge.lead.combined is combined and edge.lead.plan.id not in found:
                    path = self._path(state, edge)
                    if path is not None:
                        found[path.id] = path
        return sorted(found.values(), key=lambda each: (bool(each.missing), len(each.hops)))

    def _path(self, state: State, edge: Edge) -> FoundPath | None:
        """By the best of where a lead leads that does not come back; one that is open, if there is any."""
        for in_doubt in sorted((False, True), key=lambda each: edge.cost(self._ways, in_doubt=each)):
            for target in self._ways.ranked(edge.to(in_doubt=in_doubt))[0]:
                hops = self._way(state, edge, target, in_doubt=in_doubt)
                if hops:
                    count = self._ways.ranked(edge.sure | edge.maybe)[1]
                    return FoundPath(edge.lead.plan.id, hops, others=count - 1)
        return None

    def _way(self, start: State, edge: Edge, target: int, *, in_doubt: bool) -> tuple[Hop, ...]:
        """The hops from the start by this edge to this state, and on to the goal; none where they come back."""
        rest = self.onward(target, back=start.number)
        return () if rest is None else (self._told(start, edge, target, in_doubt=in_doubt), *rest)

    def onward(self, state: int, *, back: int = -1) -> list[Hop] | None:
        """The best hops from a state to the goal; None where they come `back` to another."""
        hops: list[Hop] = []
        while self._ways.costs[state] > 0.0 and not self._states.is_doubted_admin(state):
            if state == back:
                return None
            here = self._states[state]
            options = [(each, in_doubt) for each in here.edges for in_doubt in (False, True)]
            edge, in_doubt = min(options, key=lambda each: each[0].cost(self._ways, in_doubt=each[1]))
            target = self._ways.ranked(edge.to(in_doubt=in_doubt))[0][0]
            hops.append(self._told(here, edge, target, in_doubt=in_doubt))
            state = target
        return hops

    def _told(self, state: State, edge: Edge, target: int, *, in_doubt: bool) -> Hop:
        key = (state.number, edge.lead.plan.id, edge.lead.combined, target, in_doubt)
        hop = self._hops.get(key)
        if hop is None:
            principal = self._states.principal(state, edge, target, in_doubt=in_doubt)
            hop = self._explaining.hop(state.actor, edge.lead, principal)
            if target != GOAL and self._states.is_doubted_admin(target):
                hop = replace(hop, missing=(*hop.missing, *self._states[target].actor.doubts))
            if in_doubt and not hop.missing:
                hop = replace(hop, missing=(UNEXPLAINED,))
            self._hops[key] = hop
        return hop

    def admitted(self, outsider: Outsider) -> tuple[FoundPath, ...]:
        """The best path of somebody whom trust policies admit."""
        for reach in (outsider.sure, outsider.maybe):
            best, count = self._ways.ranked(self._states.of(reach))
            if best:
                hop = self._explaining.admission(outsider, self._states[best[0]].principal)
                return (FoundPath(hop.path, (hop, *(self.onward(best[0]) or ())), others=count - 1),)
        return ()
