"""A heartbeat makes findings, alerts and signals of what agents saw, once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from setpoint.decide.inside import InsideAssessor
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.errors import CouldNotTellError, InputError, NotFoundError
from setpoint.loop.agents import switch_agents
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.risk import risk_of
from setpoint.model.inside import AgentSwitch, Wanted
from setpoint.model.policy import Severity
from setpoint.model.report import AgentReport, Frame, Origin, ReportedPlace, ReportedRoute, Sighting
from setpoint.model.service import Service, SignalKind
from setpoint.model.snapshot import Snapshot
from setpoint.model.waiver import Waiver

SQL = Sighting(
    "sql-injection",
    89,
    "execute",
    (Frame("shop/store.py", 12, "find"),),
    (Origin("query", "q"),),
    method="GET",
    route="/search",
    confidence=0.9,
)
FOREVER = timedelta(days=3650)


class Shop:
    """A worker whose ledger also takes reports."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        worker.parts = replace(worker.parts, inside=InsideAssessor(), services={})
        self.restart()
        self._reports = worker.ledger.acquire("reports", worker.world.now, 1e6)[1]
        self._sequence = 0

    def restart(self) -> None:
        """Another life of the loop, which remembers nothing but the ledger."""
        self.worker.heartbeat = Heartbeat(self.worker.parts, self.worker.lease, self.worker.writer)

    def report(
        self,
        attacks: int = 0,
        *,
        places: bool = True,
        release: str = "1.4",
        boot: str = "boot-0001",
        route: str = "/search",
        more: tuple[ReportedPlace, ...] = (),
    ) -> None:
        self._sequence += 1
        now = self.worker.world.now
        found = (ReportedPlace("a" * 32, SQL, 5, attacks, now, now),) if places else ()
        report = AgentReport(
            "shop",
            "web-1/7",
            boot,
            self._sequence,
            self._sequence,
            now,
            now,
            release=release,
            is_watching=True,
            places=(*found, *more),
            routes=(ReportedRoute(route, "GET", "flask", self._sequence),),
        )
        self._reports.take_reports([report], self._sequence, now)

    def beat(self) -> None:
        self.worker.heartbeat.beat()
        self.worker.world.pass_time(60)

    def findings(self, **options: Any) -> list[Any]:
        return list(self.worker.ledger.findings(service="shop", **options))

    def load(self) -> float:
        signals = self.worker.ledger.signals("shop", since=self.worker.world.now - FOREVER)
        assert {each.kind for each in signals} <= {SignalKind.ATTACK}
        return math.fsum(each.weight for each in signals)

    def told(self) -> list[tuple[str, Severity]]:
        return [(each.kind, each.severity) for each in self.worker.world.alerts if each.service == "shop"]


class OutOfReach:
    """What was declared, while nobody says in which account."""

    def fingerprint(self) -> str:
        raise CouldNotTellError("nobody says which account this is")

    def busy(self) -> str:
        return ""

    def read(self) -> Snapshot:
        raise CouldNotTellError("nobody says which account this is")


@pytest.fixture
def shop(start: Callable[..., Any]) -> Shop:
    return Shop(start())


def test_a_weak_place_is_a_finding_that_people_hear_of_once(shop: Shop) -> None:
    shop.report()
    shop.beat()
    shop.report()
    shop.restart()
    shop.beat()
    (record,) = shop.findings()
    assert (record.finding.urn, record.finding.severity, record.times_opened) == ("service:shop", Severity.HIGH, 1)
    assert shop.told() == [("runtime", Severity.HIGH)]
    assert shop.load() == 0
    ((_, decision),) = shop.worker.ledger.decisions(subject=record.finding.urn)
    assert decision.path == record.finding.path


def test_attacks_are_told_and_weigh_once_each_time_they_grow(shop: Shop) -> None:
    shop.report()
    shop.beat()
    shop.report(attacks=1)
    for _ in range(2):
        shop.restart()
        shop.beat()
    assert shop.told() == [("runtime", Severity.HIGH), ("attack", Severity.CRITICAL)]
    assert shop.load() == pytest.approx(2.0)
    assert shop.findings()[0].finding.severity is Severity.CRITICAL
    shop.report(attacks=3)
    shop.beat()
    assert shop.load() == pytest.approx(4.0)
    shop.report(attacks=3, boot="boot-0002")
    shop.beat()
    assert shop.findings()[0].finding.evidence["attacks"] == 6
    assert shop.worker.ledger.broken_audit_rows() == []


def test_a_place_that_is_attacked_when_it_is_first_told_is_told_once(shop: Shop) -> None:
    shop.report(attacks=2)
    shop.beat()
    assert shop.told() == [("runtime", Severity.CRITICAL)]


def test_silence_closes_nothing_and_a_newer_release_does(shop: Shop) -> None:
    shop.report()
    shop.beat()
    shop.worker.world.pass_time(30 * 86400)
    shop.beat()
    assert len(shop.findings()) == 1
    shop.report(places=False, release="1.5")
    shop.beat()
    assert len(shop.findings()) == 1
    shop.worker.world.pass_time(8 * 86400)
    shop.report(places=False, release="1.5")
    shop.beat()
    assert shop.findings() == []
    closed = [row for row in shop.worker.ledger.audit() if row.action == "finding closed"]
    assert closed[-1].details["reason"] == "a newer release was watched for long without it"
    shop.report(release="1.5")
    shop.beat()
    assert shop.findings()[0].times_opened == 2


def test_a_newer_release_in_which_nobody_called_the_route_closes_nothing_soon(shop: Shop) -> None:
    shop.report()
    shop.beat()
    for days in (0, 80):
        shop.worker.world.pass_time(days * 86400)
        shop.report(places=False, release="1.5", boot="boot-0002", route="/other")
    shop.beat()
    assert len(shop.findings()) == 1
    shop.report(places=False, release="1.5", boot="boot-0002")
    shop.beat()
    assert shop.findings() == []


def test_what_cannot_be_read_elsewhere_keeps_no_attack_from_being_told(shop: Shop) -> None:
    shop.report(attacks=1)
    shop.worker.parts = replace(shop.worker.parts, intent=OutOfReach())
    shop.restart()
    with pytest.raises(CouldNotTellError):
        shop.beat()
    assert shop.told() == [("runtime", Severity.CRITICAL)]
    assert shop.load() == pytest.approx(2.0)


def test_a_waiver_keeps_a_place_from_counting_while_it_holds(shop: Shop) -> None:
    now = shop.worker.world.now
    waived = Waiver("", "service:shop", "runtime/*", "*", "old", "me", "", now, now + timedelta(hours=1), "me")
    shop.worker.ledger.visitor().add_waiver(waived)
    shop.report(attacks=4)
    shop.beat()
    assert (shop.findings(), shop.load(), shop.told()) == ([], 0, [])
    assert shop.worker.ledger.waiver_matches()
    shop.worker.world.pass_time(7200)
    shop.beat()
    assert len(shop.findings()) == 1
    assert shop.load() == 0


def test_of_many_places_at_once_people_hear_of_the_worst_and_how_many_there_are_more(shop: Shop) -> None:
    now = shop.worker.world.now
    low = replace(SQL, kind="insecure-cookie")
    many = [ReportedPlace(f"{number:032x}", SQL, 1, int(number == 29), now, now) for number in range(30)]
    unsaid = [ReportedPlace(f"{number:032x}", low, 1, 0, now, now) for number in range(100, 110)]
    shop.report(more=(*many, *unsaid), places=False)
    shop.beat()
    assert len(shop.findings()) == 40
    assert shop.told() == [("runtime", Severity.CRITICAL), *[("runtime", Severity.HIGH)] * 20]
    assert shop.worker.world.alerts[-1].title == "10 more weak places inside of it"


def test_what_is_forgotten_of_entities_is_not_what_agents_saw(shop: Shop) -> None:
    shop.report()
    shop.worker.world.actual.clear()
    shop.worker.world.declared.clear()
    shop.beat()
    shop.beat()
    assert len(shop.findings()) == 1


def test_switching_needs_a_reason_and_is_written_down(shop: Shop) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        _switch_off(shop, reason=" ")
    _switch_off(shop)
    row = list(shop.worker.ledger.audit())[-1]
    assert (row.action, row.actor, row.details["reason"]) == ("agents switched off", "me", "a load test")


def test_only_an_agent_that_reported_can_be_switched_by_its_name(shop: Shop) -> None:
    shop.report()
    for name in ("web-1/8", "web-1", "web-1/77"):
        with pytest.raises(NotFoundError, match=f"no agent of shop is called '{name}'"):
            _switch_off(shop, name)
    assert _switch_off(shop, "web-1/7").wanted is Wanted.OFF


def _switch_off(shop: Shop, instance: str = "", reason: str = "a load test") -> AgentSwitch:
    ledger = shop.worker.ledger
    return switch_agents("shop", instance, Wanted.OFF, reason, "me", ledger, ledger.visitor())


def test_the_risk_of_a_service_that_only_agents_know_is_told(shop: Shop) -> None:
    shop.report(attacks=1)
    shop.beat()
    parts = shop.worker.parts

    def risk(name: str) -> Any:
        return risk_of(Service(name), {}, parts.ledger, ReleaseAssessor(), parts.settings, shop.worker.world.now)

    assert len(risk("shop").shares) == 1
    with pytest.raises(NotFoundError, match="did you mean 'shop'"):
        risk("shpo")
