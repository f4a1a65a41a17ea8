"""What agents saw of a service's code, by release: whatever the order in which reports come, and however often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from setpoint.model.report import AgentReport, Coverage, Frame, Part, ReportedLooks, SinkCaller
from setpoint.store.ledger.inside import code
from setpoint.store.ledger.ledger import SqlLedger

from .conftest import NOW, Take, place, report

CALL = SinkCaller(Frame("shop/store.py", 12, "Store.find"), 89)
EXACT = {"coverage": Coverage.EXACT}


def report_of(service: str, one: AgentReport) -> AgentReport:
    return replace(one, service=service)


def looks(count: int, line: int = 12) -> tuple[ReportedLooks, ...]:
    return (ReportedLooks(SinkCaller(Frame("shop/store.py", line, "Store.find"), 89), count),)


def defined(*names: str, file: str = "shop/store.py") -> tuple[Frame, ...]:
    return tuple(Frame(file, number, name) for number, name in enumerate(names, 1))


def test_all_that_agents_saw_of_the_code_is_told(shop: SqlLedger, take: Take) -> None:
    take(
        report(1, **EXACT, places=(place(),), looks=looks(5), defined=defined("Store.find", "Store.purge")),
        report(2, **EXACT, looks=looks(7), defined=defined("load")),
    )
    seen = shop.inside().code("shop")
    assert [each.sighting.cwe for each in seen.places] == [89]
    assert seen.reached == {("shop/views.py", "search")}
    assert seen.is_whole
    (watch,) = seen.watches
    assert (watch.release, watch.coverage, watch.looks) == ("1.4.2", Coverage.EXACT, {CALL: 7})
    assert watch.defined == {"shop/store.py": frozenset({"Store.find", "Store.purge", "load"})}
    assert watch.last_seen - watch.first_seen == timedelta(seconds=10)


def test_of_a_service_without_agents_nothing_is_told(shop: SqlLedger) -> None:
    seen = shop.inside().code("nobody")
    assert (seen.places, seen.reached, seen.watches) == ((), frozenset(), ())


def test_any_order_of_reports_ends_the_same(shop: SqlLedger, take: Take) -> None:
    reports = (
        report(1, **EXACT, looks=looks(5), defined=defined("a")),
        report(2, **EXACT, looks=looks(9), defined=defined("b")),
        report(1, boot="boot-0002", looks=looks(3, line=40), coverage=Coverage.SAMPLED),
        report(1, boot="boot-0003", is_watching=False, coverage=Coverage.OFF),
    )
    told = []
    for number, order in enumerate(permutations(reports)):
        service = f"shop-{number}"
        take(*(report_of(service, each) for each in order), *(report_of(service, each) for each in order[:2]))
        (watch,) = shop.inside().code(service).watches
        told.append((watch.coverage, watch.defined, watch.looks))
    assert all(each == told[0] for each in told)
    assert told[0][0] is Coverage.OFF
    assert sorted(told[0][2].values()) == [3, 9]


def test_boots_that_are_let_go_keep_their_counts_and_count_nothing_twice(shop: SqlLedger) -> None:
    _, writer = shop.acquire("reports", NOW, 60)
    writer.take_reports([report(1, looks=looks(5)), report(1, boot="boot-0002", looks=looks(2))], 1, NOW)
    assert writer.let_go_boots(NOW + timedelta(days=1), NOW) == 2
    writer.take_reports([report(2, looks=looks(8))], 2, NOW)
    (watch,) = shop.inside().code("shop").watches
    assert watch.looks == {CALL: 7}


def test_releases_stay_apart_and_old_ones_go_first(
    shop: SqlLedger, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "MOST_LOOKS", 4)
    monkeypatch.setattr(code, "KEPT_RELEASES", 2)
    for number in range(1, 8):
        take(report(number, release=f"1.{number}", boot=f"boot-000{number}", looks=looks(number)))
    kept = {each.release: each.looks for each in shop.inside().code("shop").watches if each.looks}
    assert kept["1.7"] == {CALL: 7}
    assert "1.1" not in kept
    assert len(kept) <= 4


def test_a_number_beyond_all_reason_does_not_stop_the_ledger(shop: SqlLedger, take: Take) -> None:
    take(*(report(1, boot=f"boot-{number:04}", looks=looks(2**53 - 1)) for number in range(3)))
    (watch,) = shop.inside().code("shop").watches
    assert watch.looks == {CALL: 3 * code.LARGEST_COUNT}


def test_functions_of_libraries_are_among_what_ran(shop: SqlLedger, take: Take) -> None:
    take(report(1, functions={Part.LIBRARY: (Frame("shop/plugins.py", 1, "load"),)}))
    assert shop.inside().code("shop").reached == {("shop/plugins.py", "load")}
