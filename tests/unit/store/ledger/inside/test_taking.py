from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Table, select

from setpoint.errors import FencedError
from setpoint.model.inside import AgentSwitch, Wanted
from setpoint.model.report import AgentReport, Coverage, Frame, Part
from setpoint.store.ledger.inside import agents, places, routes, taking
from setpoint.store.ledger.inside import tables as inside
from setpoint.store.ledger.ledger import SqlLedger

from .conftest import NOW, Take, place, report, route

DERIVED = (inside.agents, inside.places, inside.place_boots, inside.routes, inside.route_boots, inside.functions)


def rows(ledger: SqlLedger) -> dict[str, list[Any]]:
    """All that was derived."""
    with ledger._database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(*_told(table)))), key=repr)
            for table in (*DERIVED, inside.releases)
        }


def test_what_two_boots_count_is_added_up(shop: SqlLedger, take: Take) -> None:
    take(report(1, places=(place(count=3, attacks=1),), routes=(route(5),)))
    take(report(2, places=(place(count=7, attacks=1),), routes=(route(9, effects={"rows-written": 4}),)))
    take(report(1, boot="boot-0002", places=(place(count=2, attacks=2),), routes=(route(1),)))
    (found,) = shop.inside().places("shop", after="", limit=10)
    assert (found.count, found.attacks, found.sighting.kind) == (9, 3, "sql-injection")
    (used,) = shop.inside().routes("shop", after=("", ""), limit=10)
    assert (used.calls, used.statuses, used.latency["0.01"], used.seconds) == (10, {"2xx": 10}, 10, 2.5)
    assert used.effects == {"rows-written": 4}
    assert used.writes


def test_a_report_that_comes_again_or_late_counts_nothing_twice(shop: SqlLedger, take: Take) -> None:
    first, second = (
        report(each, places=(place(count=3 * each, attacks=each),), routes=(route(5 * each),)) for each in (1, 2)
    )
    take(second, first)
    before = rows(shop)
    take(first, second, first)
    assert rows(shop) == before
    (agent,) = shop.inside().agents(service=None, since=NOW, after=("", "", ""), limit=10)
    assert (agent.sequence, agent.counters, agent.cpu_seconds) == (2, {"requests": 20}, 1.0)


def _told(table: Table) -> list[Column[Any]]:
    """But for the offset of whichever report changed something: that is the order in which they came."""
    return [each for each in table.columns if each.name != "changed"]


lives = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.integers(0, 50), st.integers(0, 5)), min_size=1, max_size=8
)


def grown(life: Sequence[tuple[str, int, int, int]], service: str) -> list[AgentReport]:
    """Reports whose counts only grow within a boot."""
    most = {(boot, sequence): (count, attacks) for boot, sequence, count, attacks in life}
    made, largest = [], {"a": (0, 0), "b": (0, 0)}
    for number, ((boot, sequence), growth) in enumerate(sorted(most.items()), start=1):
        count, attacks = (before + more for before, more in zip(largest[boot], growth, strict=True))
        largest[boot] = (count, attacks)
        made.append(
            report(
                sequence,
                service=service,
                boot=f"boot-{boot}",
                offset=number,
                release=f"1.{sequence}",
                places=(place(count=count, attacks=attacks, confidence=sequence / 10),),
                routes=(route(count),),
            )
        )
    return made


@given(lives, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_and_number_of_times_make_no_difference(
    shop: SqlLedger, take: Take, life: list[tuple[str, int, int, int]], chance: Any
) -> None:
    names = [uuid4().hex for _ in range(2)]
    in_order, shuffled = (grown(life, name) for name in names)
    take(*in_order)
    again = [*shuffled, *chance.sample(shuffled, chance.randint(0, len(shuffled)))]
    chance.shuffle(again)
    take(*again)
    last = {each.boot: each.places[0] for each in in_order}
    for name in names:
        (found,) = shop.inside().places(name, after="", limit=10)
        assert (found.count, found.attacks) == (
            sum(each.count for each in last.values()),
            sum(each.attacks for each in last.values()),
        )
    of_each = [
        {table: [row[1:] for row in found if row[0] == name] for table, found in rows(shop).items()} for name in names
    ]
    assert of_each[0] == of_each[1]


def test_a_boot_that_is_let_go_leaves_its_counts_and_counts_nothing_again(shop: SqlLedger, take: Take) -> None:
    take(report(1, places=(place(count=3, attacks=1),), routes=(route(5),)))
    writer = shop.acquire("other", NOW, 60)[1]
    later = NOW + timedelta(days=8)
    assert writer.let_go_boots(later - timedelta(days=7), later) == 1
    kept = rows(shop)
    assert (kept["inside_place_boots"], kept["inside_route_boots"]) == ([], [])
    take(report(2, places=(place(count=4, attacks=1),), routes=(route(6),), received_at=later))
    take(report(3, places=(place(count=6, attacks=2),), routes=(route(8),), received_at=later))
    (found,) = shop.inside().places("shop", after="", limit=10)
    assert (found.count, found.attacks) == (5, 2)
    assert shop.inside().routes("shop", after=("", ""), limit=10)[0].calls == 7


def test_an_offset_and_its_reports_are_written_together(shop: SqlLedger) -> None:
    _, old = shop.acquire("reports", NOW, 0)
    shop.acquire("reports", NOW + timedelta(seconds=61), 60)
    with pytest.raises(FencedError):
        old.take_reports([report(1, places=(place(),))], 1, NOW)
    assert shop.inside().derived() == 0
    assert shop.inside().services() == []


def test_there_is_an_end_to_everything(shop: SqlLedger, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (places, "MOST_PLACES"),
        (routes, "MOST_ROUTES"),
        (taking, "MOST_FUNCTIONS"),
        (agents, "MOST_BOOTS"),
        (agents, "MOST_SERVICES"),
        (taking, "MOST_RELEASES"),
    ):
        monkeypatch.setattr(module, name, 2)
    frames = tuple(Frame("a.py", line, "f") for line in range(5))
    for number in range(4):
        take(
            report(
                number + 1,
                boot=f"boot-{number}",
                release=f"1.{number}",
                places=tuple(place(f"{each}" * 32) for each in range(4)),
                routes=tuple(route(1, f"/{each}") for each in range(4)),
                functions={Part.LIBRARY: frames},
            )
        )
        take(report(1, service=f"service-{number}", boot="boot-0001"))
    kept = rows(shop)
    assert shop.inside().services() == ["service-0", "shop"]
    of_shop = {name: [row for row in found if row[0] == "shop"] for name, found in kept.items()}
    assert [len(of_shop[name]) for name in ("inside_places", "inside_routes", "inside_functions")] == [2, 2, 2]
    assert {row[1] for row in of_shop["agents"]} == {"boot-2", "boot-3"}
    assert {row[1] for row in of_shop["inside_releases"]} == {"1.2", "1.3"}


def test_the_summary_says_what_is_full_and_how_sure_it_is(
    shop: SqlLedger, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop.inside().summary("shop", NOW) is None
    take(report(1, places=(place(),), coverage=Coverage.EXACT), report(1, boot="boot-0002"))
    summary = shop.inside().summary("shop", NOW)
    assert summary is not None
    assert (summary.agents, summary.coverage, summary.places, summary.functions) == (2, Coverage.SAMPLED, 1, 1)
    assert summary.full == ()
    monkeypatch.setattr("setpoint.store.ledger.inside.reader.MOST_PLACES", 1)
    later = shop.inside().summary("shop", NOW + timedelta(hours=2))
    assert later is not None
    assert (later.agents, later.full) == (0, ("weak places",))


def test_the_version_changes_when_another_conclusion_might_follow(shop: SqlLedger, take: Take) -> None:
    versions = []
    for each in (
        report(1, places=(place(count=1),)),
        report(2, places=(place(count=5),)),
        report(3, places=(place(count=5, attacks=1),)),
        report(4, release="1.5", places=(place(count=6, attacks=1),)),
        report(5, release="1.5"),
    ):
        take(each)
        versions.append(shop.inside().version("shop"))
    assert versions[0] == versions[1]
    assert len(set(versions)) == 4


def test_switches_for_one_go_before_those_for_all_until_all_are_meant_again(shop: SqlLedger, take: Take) -> None:
    take(report(1), report(1, boot="boot-0002", instance="web-2/7"))

    def switch(instance: str, wanted: Wanted) -> AgentSwitch:
        return shop.visitor().switch_agents(AgentSwitch("shop", instance, wanted, "me", "a load test", NOW))

    def wanted() -> list[Wanted]:
        listed = shop.inside().agents(service="shop", since=NOW, after=("", "", ""), limit=10)
        return [each.wanted for each in listed]

    assert shop.inside().switch_for("shop", "web-1/7") is None
    issued = [switch("", Wanted.OFF), switch("web-2/7", Wanted.ON)]
    assert wanted() == [Wanted.OFF, Wanted.ON]
    issued.append(switch("", Wanted.OFF))
    assert wanted() == [Wanted.OFF, Wanted.OFF]
    times = [each.issued_at for each in issued]
    assert times == sorted(set(times))
    assert shop.inside().switch_for("shop", "web-2/7") == issued[2]
    assert [row.action for row in shop.audit()][-3:] == [
        "agents switched off",
        "agents switched on",
        "agents switched off",
    ]


def test_pages_end_where_the_next_begins(shop: SqlLedger, take: Take) -> None:
    frames = tuple(Frame(f"{name}.py", line, "f") for name in "ab" for line in range(3))
    take(
        report(
            1,
            places=tuple(place(f"{each}" * 32) for each in range(5)),
            routes=tuple(route(1, f"/{each}") for each in range(5)),
            functions={Part.APPLICATION: frames, Part.LIBRARY: frames},
        )
    )
    inside = shop.inside()
    keys, after = [], ""
    while found := inside.places("shop", after=after, limit=2):
        keys += [each.key for each in found]
        after = keys[-1]
    assert keys == [f"{each}" * 32 for each in range(5)]
    assert [each.route for each in inside.routes("shop", after=("/1", "GET"), limit=2)] == ["/2", "/3"]
    assert [(each.file, each.functions) for each in inside.files("shop", after=("", ""), limit=10)] == [
        ("a.py", 3),
        ("b.py", 3),
    ] * 2
    (only,) = inside.files("shop", after=("library", "a.py"), limit=10)
    assert (only.part, only.file) == (Part.LIBRARY, "b.py")
    rest = inside.functions("shop", after=("library", "b.py", 0, "f"), limit=10)
    assert [frame.line for _, frame in rest] == [1, 2]
