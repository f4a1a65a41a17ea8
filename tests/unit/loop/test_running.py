"""What a provider says runs becomes instances, and what it no longer says goes where that is certain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from setpoint.errors import CouldNotTellError
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.settings import LoopSettings
from setpoint.model.inventory import Instance, InstanceSource
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.observe.interface import SeenInstances

ECS = InstanceSource.ECS
DAY = LoopSettings().forget_instances_after


def area(region: str) -> Area:
    return Area("aws", "123456789012", region, ECS.area_type)


@dataclass
class Provider:
    """Implements `observe.interface.InstanceObserver`; ids begin with the region."""

    runs: dict[str, dict[str, Instance]] = field(default_factory=lambda: {"one": {}, "two": {}})
    """Region → what runs there."""
    extents: dict[str, Extent] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    nobody_answers: bool = False

    def start(self, name: str, service: str = "shop", region: str = "one", release: str = "") -> None:
        self.runs[region][name] = Instance(service, f"{region}:{name}", release, source=ECS.told_by)

    def areas(self) -> Collection[Area]:
        if self.nobody_answers:
            raise CouldNotTellError("sts:GetCallerIdentity timed out")
        return [area(region) for region in self.runs]

    def observe(self, only: Collection[Area] | None = None) -> Iterator[SeenInstances]:
        for region, running in self.runs.items():
            if only is None or area(region) in only:
                self.asked.append(region)
                extent = self.extents.get(region, Extent.WHOLE)
                found = () if extent is Extent.NONE else tuple(running.values())
                reasons = () if extent is Extent.WHOLE else ("denied",)
                yield SeenInstances(ECS, f"{region}:", found, AreaCoverage(area(region), extent, reasons))


class Fleet:
    def __init__(self, worker: Any) -> None:
        self.provider = Provider()
        self.worker = worker
        worker.parts = replace(worker.parts, instances=self.provider)
        worker.heartbeat = Heartbeat(worker.parts, worker.lease, worker.writer)

    def beat(self, seconds: float = 60.0) -> Any:
        report = self.worker.heartbeat.beat()
        self.worker.world.pass_time(seconds)
        return report

    def known(self) -> dict[str, tuple[str, str]]:
        found = self.worker.ledger.inventory().instances(service=None, after=("", ""), limit=100)
        return {each.id: (each.service, each.release) for each in found}

    def seen_at(self, identity: str) -> Any:
        found = self.worker.ledger.inventory().instances(service=None, after=("", ""), limit=100)
        return next(each.last_seen for each in found if each.id == identity)


@pytest.fixture
def fleet(start: Callable[..., Any]) -> Fleet:
    return Fleet(start())


def test_what_runs_is_known_after_a_beat_and_what_ended_is_gone_at_once(fleet: Fleet) -> None:
    fleet.provider.start("a", release="1")
    fleet.provider.start("b", region="two")
    assert not fleet.beat().could_not_tell()
    assert fleet.known() == {"one:a": ("shop", "1"), "two:b": ("shop", "")}
    del fleet.provider.runs["one"]["a"]
    fleet.beat()
    assert fleet.known() == {"two:b": ("shop", "")}


def test_what_others_told_of_stays(fleet: Fleet) -> None:
    fleet.worker.ledger.visitor().inventory().report_instances(
        [Instance("shop", "one:by-hand", source="ada"), Instance("shop", "elsewhere", source=ECS.told_by)],
        fleet.worker.parts.clock.now(),
    )
    fleet.beat()
    assert set(fleet.known()) == {"one:by-hand", "elsewhere"}


@pytest.mark.parametrize("extent", [Extent.PARTIAL, Extent.NONE])
def test_what_is_not_seen_stays_where_not_all_was_read(fleet: Fleet, extent: Extent) -> None:
    fleet.provider.start("a")
    fleet.beat()
    fleet.provider.runs["one"].clear()
    fleet.provider.extents["one"] = extent
    report = fleet.beat()
    assert set(fleet.known()) == {"one:a"}
    assert report.could_not_tell()
    (last,) = fleet.worker.ledger.beats(limit=1)
    assert {each.area.region: each.extent for each in last.running} == {"one": extent, "two": Extent.WHOLE}
    assert not [each for each in last.coverage if each.area.type == ECS.area_type]


def test_a_beat_that_came_to_nothing_leaves_nothing_for_known(fleet: Fleet) -> None:
    fleet.provider.start("a")
    fleet.beat()
    fleet.provider.nobody_answers = True
    with pytest.raises(CouldNotTellError):
        fleet.beat()
    (last,) = fleet.worker.ledger.beats(limit=1)
    assert {each.extent for each in last.running} == {Extent.NONE}
    assert set(fleet.known()) == {"one:a"}


def test_what_the_agent_in_it_says_of_its_release_is_no_news(fleet: Fleet) -> None:
    fleet.provider.start("a", release="v1")
    watched = replace(fleet.provider.runs["one"]["a"], container="box")
    fleet.provider.runs["one"]["a"] = watched
    fleet.beat()
    agent = Instance("shop", "host", "1", source="agent", container="box")
    fleet.worker.ledger.visitor().inventory().report_instances([agent], fleet.worker.parts.clock.now())
    before = fleet.seen_at("one:a")
    fleet.beat()
    assert (fleet.known(), fleet.seen_at("one:a")) == ({"one:a": ("shop", "1")}, before)
    fleet.provider.runs["one"].clear()
    fleet.beat()
    assert fleet.known() == {}


def test_what_changed_is_written_and_what_did_not_is_not(fleet: Fleet) -> None:
    fleet.provider.start("a", release="1")
    fleet.provider.start("b", release="1")
    fleet.beat()
    before = fleet.seen_at("one:b")
    fleet.provider.start("a", release="2")
    fleet.beat()
    assert fleet.known()["one:a"] == ("shop", "2")
    assert fleet.seen_at("one:b") == before
    assert fleet.seen_at("one:a") > before


def test_what_the_provider_leaves_open_stays_as_somebody_told(fleet: Fleet) -> None:
    fleet.provider.start("a")
    fleet.beat()
    told = Instance("shop", "one:a", "7", source=ECS.told_by)
    fleet.worker.ledger.visitor().inventory().report_instances([told], fleet.worker.parts.clock.now())
    fleet.beat()
    assert fleet.known()["one:a"] == ("shop", "7")


def test_what_belongs_to_another_service_now_is_there_once(fleet: Fleet) -> None:
    fleet.provider.start("a")
    fleet.beat()
    fleet.provider.start("a", "payments")
    fleet.beat()
    assert fleet.known() == {"one:a": ("payments", "")}


def test_what_stays_is_never_forgotten_for_its_age(fleet: Fleet) -> None:
    fleet.provider.start("a")
    for _ in range(12):
        fleet.beat(DAY / 3)
    assert set(fleet.known()) == {"one:a"}


def test_between_full_scans_only_what_was_pointed_at_is_read(start: Callable[..., Any]) -> None:
    fleet = Fleet(start(full_scan_every=3600.0))
    fleet.beat()
    fleet.beat()
    assert fleet.provider.asked == ["one", "two"]
    fleet.worker.parts.hints.look_again(area("two"))
    report = fleet.beat()
    assert fleet.provider.asked == ["one", "two", "two"]
    assert len(report.running_areas) == 2
    fleet.provider.extents["one"] = Extent.NONE
    fleet.worker.parts.hints.look_again(area("one"))
    fleet.beat()
    fleet.beat()
    assert fleet.provider.asked[3:] == ["one", "one"]


def test_more_than_one_step_takes_is_written_as_well(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.loop.running.AT_ONCE", 3)
    for number in range(10):
        fleet.provider.start(str(number))
    fleet.beat()
    assert len(fleet.known()) == 10
    fleet.provider.runs["one"].clear()
    fleet.beat()
    assert fleet.known() == {}


def test_who_is_asked_to_stop_stops_between_two_steps(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.loop.running.AT_ONCE", 1)
    for number in range(5):
        fleet.provider.start(str(number))
    answers = iter([False] * 5)
    taker = fleet.worker.heartbeat._running
    taker._parts = replace(taker._parts, stopping=lambda: next(answers, True))
    told = taker.take(None, lambda: None)
    assert len(fleet.known()) == 5
    assert [each.extent for each in told] == [Extent.WHOLE, Extent.NONE]
