"""A few findings are told one by one, the rest is summed up until it is quiet."""

from __future__ import annotations

from setpoint.loop.flood import MOST_TOLD, Flood
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn


def found(count: int, severity: Severity = Severity.HIGH) -> list[Finding]:
    urn = Urn.service("shop")
    return [
        Finding(urn, "shop", FindingSource.COMPONENT, f"component/{number}", "", severity, "", {})
        for number in range(count)
    ]


def settled(flood: Flood) -> list[tuple[Severity, int]]:
    return [(worst.severity, count) for worst, count in flood.settle()]


def test_a_few_are_told_one_by_one_and_of_many_how_many_there_are_more() -> None:
    assert Flood().admit("shop", found(3)) == (3, 0)
    assert Flood().admit("shop", found(MOST_TOLD + 5)) == (MOST_TOLD, 5)


def test_what_comes_then_is_summed_up_once_in_each_heartbeat() -> None:
    flood = Flood()
    flood.admit("shop", found(MOST_TOLD + 5))
    assert flood.admit("shop", found(4)) == (0, 0)
    assert flood.admit("shop", found(2, Severity.CRITICAL)) == (0, 0)
    assert settled(flood) == [(Severity.CRITICAL, 6)]
    assert settled(flood) == []


def test_each_service_counts_by_itself() -> None:
    flood = Flood()
    flood.admit("shop", found(MOST_TOLD))
    assert flood.admit("web", found(1)) == (1, 0)


def test_after_a_quiet_heartbeat_people_hear_of_each_again() -> None:
    flood = Flood()
    flood.admit("shop", found(MOST_TOLD + 1))
    assert settled(flood) == []
    assert flood.admit("shop", found(1)) == (0, 0)  # not quiet yet
    assert settled(flood) == [(Severity.HIGH, 1)]
    assert settled(flood) == []
    assert settled(flood) == []
    assert flood.admit("shop", found(1)) == (1, 0)
