from __future__ import annotations

from setpoint.compare.identity.escalation.graph import GOAL, Graph


def test_the_shortest_open_way_is_best() -> None:
    graph = Graph()
    far, near, doubtful, lost = (graph.add() for _ in range(4))
    graph.hop(far, 1 << near | 1 << doubtful, in_doubt=False)
    graph.hop(near, 1 << GOAL, in_doubt=False)
    graph.hop(doubtful, 1 << GOAL, in_doubt=True)
    graph.hop(lost, 1 << lost, in_doubt=False)
    ways = graph.ways()
    assert [ways.is_open(each) for each in (far, near, doubtful, lost)] == [True, True, False, False]
    assert [ways.is_possible(each) for each in (doubtful, lost)] == [True, False]
    assert ways.ranked(1 << near | 1 << doubtful | 1 << lost) == ([near, doubtful], 2)


def test_a_longer_way_without_doubt_is_better_than_a_short_one_with_it() -> None:
    graph = Graph()
    start, middle = graph.add(), graph.add()
    graph.hop(start, 1 << GOAL, in_doubt=True)
    graph.hop(start, 1 << middle, in_doubt=False)
    graph.hop(middle, 1 << GOAL, in_doubt=False)
    assert graph.ways().is_open(start)
