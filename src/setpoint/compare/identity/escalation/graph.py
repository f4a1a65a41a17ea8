"""Principals and the hops between them, and how each gets to a goal. Knows of no provider; `search` fills it.

A hop leads to one of many principals at once, so that a wildcard costs an edge for each set of principals, not for each
pair. The search is one, from the goal backwards: Dijkstra, where a hop costs one and a doubt more than any way is long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest
from math import inf
from types import ModuleType
from typing import Final

from setpoint.errors import InputError
from setpoint.model.bits import members

DOUBT: Final = 1_000_000.0
"""What a hop costs that something unknown may close: an open way of any length is better."""

RANKED: Final = 20
"""Of the states that a hop leads to; the best way of the first may come back to where it began."""

GOAL: Final = 0
"""The state that every search is for."""


@dataclass(slots=True)
class Ways:
    """How every state gets to the goal."""

    costs: dict[int, float]
    """State → of its best way; a state without any is not there."""
    _ranked: dict[int, tuple[list[int], int]] = field(default_factory=dict)

    def is_possible(self, state: int) -> bool:
        return state in self.costs

    def is_open(self, state: int) -> bool:
        """Whether it gets there by hops in which nothing is in doubt."""
        return self.costs.get(state, DOUBT) < DOUBT

    def ranked(self, states: int) -> tuple[list[int], int]:
        """Of these, given as bits: those that get there best, the best first; and how many get there at all."""
        found = self._ranked.get(states)
        if found is None:
            able = [each for each in members(states) if each in self.costs]
            best = nsmallest(RANKED, able, key=lambda each: (self.costs[each], each))
            found = self._ranked[states] = (best, len(able))
        return found

    def cost(self, states: int, *, in_doubt: bool) -> float:
        """Of a hop to the best of these states and its way; infinite where none gets there."""
        best, _ = self.ranked(states)
        return hop_cost(in_doubt=in_doubt) + self.costs[best[0]] if best else inf


def hop_cost(*, in_doubt: bool) -> float:
    return 1.0 + DOUBT if in_doubt else 1.0


@dataclass(slots=True)
class Graph:
    """States are numbered as they are added; the goal is there from the beginning."""

    states: int = 1
    _sets: dict[int, int] = field(default_factory=dict)
    """Set of states, as bits → its number, from one."""
    _edges: list[tuple[int, int, float]] = field(default_factory=list)
    """From whom, to a state or to a set, whose number is then below zero, at what cost."""

    def add(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def hop(self, source: int, targets: int, *, in_doubt: bool) -> None:
        """From a state to any one of these states, which are given as bits."""
        if targets:
            self._edges.append((source, -self._set(targets), hop_cost(in_doubt=in_doubt)))

    def is_goal(self, state: int) -> None:
        """Whoever is there has what the search is for."""
        self._edges.append((state, GOAL, 0.0))

    def ways(self) -> Ways:
        """To the goal, from wherever there is one."""
        library = _library()
        reversed_graph = library.PyDiGraph()
        reversed_graph.add_nodes_from(range(self.states + len(self._sets)))
        onward = [(self._node(target), source, cost) for source, target, cost in self._edges]
        from_sets = [
            (member, self._node(-number), 0.0) for targets, number in self._sets.items() for member in members(targets)
        ]
        reversed_graph.add_edges_from([*onward, *from_sets])
        costs = library.dijkstra_shortest_path_lengths(reversed_graph, GOAL, float)
        reached = {node: cost for node, cost in costs.items() if node < self.states}
        return Ways({GOAL: 0.0} | reached)

    def _set(self, targets: int) -> int:
        return self._sets.setdefault(targets, len(self._sets) + 1)

    def _node(self, number: int) -> int:
        """Of a state or, below zero, of a set."""
        return number if number >= 0 else self.states - 1 - number


def _library() -> ModuleType:
    try:
        import rustworkx
    except ImportError as error:
        raise InputError(
            "the search for escalations needs the library rustworkx",
            remedy="install it with: pip install 'setpoint[identity]'",
        ) from error
    return rustworkx
