"""What changes of what runs, or of what advisories say, becomes findings: in a beat, and between two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from setpoint.decide.component import ComponentAssessor
from setpoint.errors import InputError
from setpoint.loop.flaws import ComponentParts, MadeOf, made_of
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.advisory import (
    Advisory,
    Affected,
    AffectedStatus,
    EventKind,
    Match,
    RangeEvent,
    RangeKind,
    VersionRange,
)
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import ExploitScore, Flaw, Instance, KnownExploited, Load, Reached
from setpoint.model.policy import Severity
from setpoint.model.service import Release
from setpoint.model.waiver import Waiver


class Matcher:
    """Versions are whole numbers; those before the fixed one are affected, and what is no number cannot be compared."""

    broken = False

    def match(self, advisories: Any, components: Any) -> list[list[Match]]:
        if self.broken:
            raise InputError("no library compares versions", remedy="install it with: pip install 'setpoint[sbom]'")
        return [[match for each in advisories if (match := self._match(each, one))] for one in components]

    def _match(self, advisory: Advisory, component: Component) -> Match | None:
        (affected,) = advisory.affected
        if advisory.withdrawn or affected.package != component.package:
            return None
        fixed = affected.ranges[0].events[1].version
        if not component.version.isdigit():
            return Match(advisory.id, AffectedStatus.COULD_NOT_COMPARE)
        if int(component.version) < int(fixed):
            return Match(advisory.id, AffectedStatus.AFFECTED, (fixed,))
        return None

    def merge(self, advisories: Any) -> list[Flaw]:
        """Each by its first alias, or by itself."""
        told: dict[str, list[Advisory]] = {}
        for each in advisories:
            if not each.withdrawn:
                told.setdefault(next(iter(each.aliases), each.id), []).append(each)
        return [
            Flaw(
                name,
                tuple(sorted({name, *(each.id for each in some)})),
                tuple(each.id for each in some),
                some[0].summary,
                Severity.HIGH,
            )
            for name, some in told.items()
        ]


class Shop:
    """A worker, and whoever uploads beside it."""

    def __init__(self, worker: Any) -> None:
        self.matcher = Matcher()
        self.components = ComponentParts(self.matcher, ComponentAssessor())
        self.worker = worker
        worker.parts = replace(worker.parts, components=self.components)
        self.restart()
        self.visitor = worker.ledger.visitor().inventory()
        self.inventory = worker.ledger.inventory()

    def restart(self) -> None:
        self.worker.heartbeat = Heartbeat(self.worker.parts, self.worker.lease, self.worker.writer)

    @property
    def now(self) -> Any:
        return self.worker.parts.clock.now()

    def runs(self, version: str, *components: str, instance: str = "web-1", service: str = "shop") -> None:
        """`runs("1.4", "requests@1")`."""
        sbom = Sbom(tuple(sorted(component(each) for each in components)))
        self.visitor.add_sbom(sbom, self.now)
        self.visitor.set_release_sbom(service, version, sbom.digest, self.now)
        self.visitor.report_instances([Instance(service, instance, version, "production")], self.now)

    def advise(self, name: str, package: str = "requests", fixed: str = "5", **others: Any) -> None:
        events = (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, fixed))
        affected = Affected(PackageName("pypi", package), "PyPI", (VersionRange(RangeKind.ECOSYSTEM, events),))
        usual = {"aliases": (), "modified": self.now, "published": None, "withdrawn": None, "summary": "a flaw"}
        self.visitor.put_advisories([Advisory(id=name, affected=(affected,), **{**usual, **others})], self.now)

    def look(self) -> None:
        """Between two beats."""
        self.worker.heartbeat.take_inventory()
        self.worker.world.pass_time(1)

    def beat(self) -> None:
        self.worker.heartbeat.beat()
        self.worker.world.pass_time(60)

    def findings(self, **options: Any) -> list[tuple[str, str, str]]:
        found = self.worker.ledger.findings(**options)
        return sorted((each.finding.service, each.finding.rule, each.finding.path) for each in found)

    def evidence(self) -> Any:
        (found,) = self.worker.ledger.findings(service="shop")
        return found.finding.evidence

    def told(self) -> list[str]:
        return [each.title for each in self.worker.world.alerts if each.kind == "component"]


def component(text: str) -> Component:
    name, _, version = text.partition("@")
    return Component(PackageName("pypi", name), version, f"pkg:pypi/{text}")


@pytest.fixture
def shop(start: Callable[..., Any]) -> Shop:
    return Shop(start())


A_FINDING = ("shop", "component/A-1", "pkg:pypi/requests@1")


def test_a_new_advisory_names_the_services_that_run_what_it_is_about(shop: Shop) -> None:
    shop.runs("1.4", "requests@1", "flask@1")
    shop.runs("7", "requests@9", service="other")
    shop.look()
    assert shop.findings() == []
    shop.advise("A-1")
    shop.look()
    assert shop.findings() == [A_FINDING]
    assert shop.told() == ["requests 1 is affected by A-1: a flaw"]
    shop.look()
    assert len(shop.told()) == 1


def test_a_new_bill_is_matched_against_advisories_that_were_there_before(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@1")
    shop.look()
    assert shop.findings() == [A_FINDING]


def test_a_bill_that_nobody_runs_finds_nothing(shop: Shop) -> None:
    shop.advise("A-1")
    shop.visitor.add_sbom(Sbom((component("requests@1"),)), shop.now)
    shop.look()
    assert shop.findings() == []


def test_an_advisory_that_changes_closes_what_it_does_not_say_any_more(shop: Shop) -> None:
    shop.runs("1.4", "requests@3")
    shop.advise("A-1", fixed="5")
    shop.look()
    shop.advise("A-1", fixed="2")
    shop.look()
    assert shop.findings() == []
    shop.advise("A-1", fixed="9")
    shop.look()
    assert [each[1] for each in shop.findings()] == ["component/A-1"]


def test_a_withdrawn_advisory_closes_its_findings(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.look()
    shop.advise("A-1", withdrawn=shop.now)
    shop.look()
    assert shop.findings() == []


def test_one_problem_is_one_finding_whatever_it_is_called(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.look()
    shop.advise("B-1", aliases=("CVE-1",))
    shop.advise("A-1", aliases=("CVE-1",))
    shop.look()
    assert shop.findings() == [("shop", "component/CVE-1", "pkg:pypi/requests@1")]
    assert shop.evidence()["advisories"] == ["A-1", "B-1"]


def test_a_release_that_mends_it_closes_the_finding(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@1")
    shop.look()
    shop.runs("1.5", "requests@9")
    shop.look()
    assert shop.findings() == []
    shop.runs("1.4", "requests@1")
    shop.look()
    assert shop.findings() == [A_FINDING]


def test_instances_that_are_gone_run_nothing(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@1")
    shop.look()
    shop.visitor.remove_instances("shop", ["web-1"], shop.now)
    shop.look()
    assert shop.findings() == []


def test_what_agents_see_inside_closes_nothing_of_it(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.look()
    shop.worker.writer.record_inside("shop", (), (), {}, shop.now)
    assert shop.findings() == [A_FINDING]


def test_instances_that_nobody_sees_any_more_are_forgotten(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@1")
    shop.beat()
    assert shop.findings() == [A_FINDING]
    shop.worker.world.pass_time(2 * 86400)
    shop.beat()
    assert shop.findings() == []


def test_the_evidence_says_how_much_of_the_service_it_is(shop: Shop) -> None:
    shop.advise("A-1")
    for number in range(3):
        shop.runs("1.4", "requests@1", instance=f"web-{number}")
    shop.look()
    evidence = shop.evidence()
    assert (evidence["instances"], evidence["releases"], evidence["environments"]) == (3, ["1.4"], ["production"])
    assert (evidence["fixed"], evidence["reached"], evidence["known_exploited"]) == (["5"], "unknown", None)


def test_a_version_that_cannot_be_compared_is_said(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@eternal")
    shop.look()
    assert shop.evidence()["could_not_compare"] is True
    assert shop.told() == []


def test_what_is_exploited_from_now_on_is_judged_again(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1", aliases=("CVE-1",))
    shop.look()
    shop.visitor.put_known_exploited([KnownExploited("CVE-1", shop.now)], shop.now)
    shop.look()
    (found,) = shop.worker.ledger.findings(service="shop")
    assert found.finding.severity is Severity.CRITICAL


def test_a_score_that_moves_is_part_of_the_finding(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1", aliases=("CVE-1",))
    shop.look()
    for probability in (0.2, 0.8):
        shop.visitor.put_exploit_scores([ExploitScore("CVE-1", probability, 0.9, shop.now)])
        shop.look()
        assert shop.evidence()["epss"] == probability


def test_what_agents_saw_of_a_component_is_part_of_it(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.look()
    key = component("requests@1").key
    for reached in (Reached.NOT_LOADED, Reached.LOADED):
        shop.visitor.note_loaded([Load("shop", "1.4", key, reached)], shop.now)
        shop.look()
        assert shop.evidence()["reached"] == reached


def test_only_if_all_releases_are_watched_is_it_not_loaded(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.runs("1.5", "requests@1", instance="web-2")
    shop.advise("A-1")
    shop.visitor.note_loaded([Load("shop", "1.4", component("requests@1").key, Reached.NOT_LOADED)], shop.now)
    shop.look()
    assert shop.evidence()["reached"] == Reached.UNKNOWN


def test_a_waiver_holds_from_the_next_beat_and_for_as_long_as_it_says(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.beat()
    now = shop.now
    waiver = Waiver("", "service:shop", "component/A-1", "*", "why", "me", "", now, now + timedelta(hours=1))
    shop.worker.ledger.visitor().add_waiver(waiver)
    shop.beat()
    assert shop.findings() == []
    assert shop.findings(include_accepted=True) == [A_FINDING]
    shop.restart()
    shop.worker.world.pass_time(3600)
    shop.beat()
    assert shop.findings() == [A_FINDING]


def test_what_is_not_concluded_in_one_life_is_in_the_next(shop: Shop) -> None:
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    shop.restart()
    shop.beat()
    assert shop.findings() == [A_FINDING]


def test_a_missing_library_is_told_once_and_loses_nothing(shop: Shop) -> None:
    shop.matcher.broken = True
    shop.runs("1.4", "requests@1")
    shop.advise("A-1")
    for _ in range(2):
        shop.beat()
    told = [each.title for each in shop.worker.world.alerts if each.kind == "inventory"]
    assert len(told) == 1
    assert "setpoint[sbom]" in told[0]
    assert "setpoint[sbom]" in shop.worker.heartbeat.beat().not_matched
    shop.matcher.broken = False
    assert shop.worker.heartbeat.beat().not_matched == ""
    assert shop.findings() == [A_FINDING]


def test_more_than_one_step_takes_is_concluded_as_well(shop: Shop) -> None:
    shop.advise("A-1")
    shop.runs("1.4", "requests@1", *(f"package-{number}@1" for number in range(450)))
    for number in range(250):
        shop.advise(f"B-{number}", f"package-{number}")
    shop.look()
    assert len(shop.findings()) == 251


def test_of_many_findings_at_once_people_hear_of_twenty_and_how_many_there_are_more(shop: Shop) -> None:
    shop.runs("1.4", *(f"package-{number}@1" for number in range(30)))
    for number in range(30):
        shop.advise(f"B-{number}", f"package-{number}")
    shop.look()
    assert len(shop.findings()) == 30
    assert len(shop.told()) == 21
    assert shop.told()[-1] == "10 more findings of what it runs"


def test_services_of_more_components_than_one_step_takes_wait_for_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint.loop.inventory.MOST_COMPONENTS", 3)
    shop.advise("A-1")
    for service, count in (("a", 5), ("b", 1), ("c", 1), ("d", 2)):
        shop.runs("1", "requests@1", *(f"package-{number}@1" for number in range(count)), service=service)
    steps = iter((False, True, False, False, False, False))
    shop.worker.parts = replace(shop.worker.parts, stopping=lambda: next(steps))
    shop.restart()
    shop.look()
    assert len(shop.inventory.pending(9).services) == 3
    shop.look()
    assert [service for service, *_ in shop.findings()] == ["a", "b", "c", "d"]
    assert not shop.inventory.pending(9)


def test_a_service_waits_for_the_last_of_its_components_to_be_matched(shop: Shop) -> None:
    shop.advise("A-1")
    shop.look()
    shop.runs("1.4", *(f"package-{number}@1" for number in range(450)), "requests@1")
    shop.look()
    assert shop.findings() == [A_FINDING]


def test_a_release_is_judged_by_what_it_is_made_of_before_anybody_runs_it(shop: Shop) -> None:
    inventory = shop.inventory
    assert made_of(inventory, shop.components, Release("shop", "2")) == MadeOf()
    nameless = Component(PackageName("", "thing"), "1")
    sbom = Sbom((nameless, component("requests@1")))
    shop.visitor.add_sbom(sbom, shop.now)
    shop.visitor.set_release_sbom("shop", "2", sbom.digest, shop.now)
    shop.advise("A-1")
    known = made_of(inventory, shop.components, Release("shop", "2"))
    assert [each.rule for each in known.flaws] == ["component/A-1"]
    assert known.remarks == ("of 1 component of it no advisory can be found: no package URL names them",)
    unknown = made_of(inventory, shop.components, Release("shop", "3"))
    assert (unknown.flaws, len(unknown.remarks)) == ((), 1)
