"""Which instances are affected, how that is counted and paged, and how much of it was seen to run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.loop.inventories import NOW, Stock, component

from setpoint.loop.affected import AffectedAnswer, AffectedSearch, Asked, dotted
from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.component import PackageName
from setpoint.model.inventory import Hit, Load, Reached
from setpoint.model.report import AgentReport, Frame, Part
from setpoint.model.service import Exposure, Service, Tier
from setpoint.store.interface import FIRST
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.inventory import asked_about, asked_for

pytest.importorskip("univers", reason="the extra sbom is not installed")

PAYMENTS = Service("payments", Tier.CRITICAL, Exposure.INTERNET, "money-team")


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    yield Stock(ledger)
    ledger.close()


def advisory(
    name: str, package: str, *, fixed: str, aliases: tuple[str, ...] = (), symbols: tuple[str, ...] = ()
) -> Advisory:
    events = (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, fixed))
    versions = VersionRange(RangeKind.ECOSYSTEM, events)
    affected = Affected(PackageName("pypi", package), "PyPI", (versions,), symbols=symbols)
    return Advisory(name, aliases, NOW, None, None, f"{package} leaks", (affected,))


def search(stock: Stock, asked: Asked, *, only: str | None = None, limit: int = 100) -> AffectedAnswer:
    return AffectedSearch(stock.ledger, {"payments": PAYMENTS}, only=only).search(asked, limit=limit)


def about(stock: Stock, text: str, *, only: str | None = None, limit: int = 100) -> AffectedAnswer:
    return search(stock, asked_for(text, stock.ledger.inventory()), only=only, limit=limit)


def named(answer: AffectedAnswer) -> list[str]:
    return [f"{each.instance.service}/{each.instance.id} {each.version}" for each in answer.hits]


def test_instances_are_found_by_what_their_release_was_built_of(stock: Stock) -> None:
    stock.build("payments@1", "requests@2.31.0", "idna@3.4")
    stock.build("payments@2", "requests@2.32.0")
    stock.build("shop@1", "requests@2.30.0")
    stock.run("payments@1", "web-1", "web-2")
    stock.run("payments@2", "web-3")
    stock.run("shop@1", "shop-1")
    stock.run("nobody@1", "n-1")
    answer = about(stock, "pkg:pypi/requests@<2.32")
    assert named(answer) == ["payments/web-1 2.31.0", "payments/web-2 2.31.0", "shop/shop-1 2.30.0"]
    assert [(each.service, each.instances, each.owner) for each in answer.services] == [
        ("payments", 2, "money-team"),
        ("shop", 1, ""),
    ]
    assert (answer.instances, answer.could_not_compare, answer.unknown, answer.is_cut) == (3, 0, 1, False)
    assert {each.reached for each in answer.hits} == {Reached.UNKNOWN}


def test_a_version_that_no_rule_accepts_is_counted_and_told(stock: Stock) -> None:
    stock.build("payments@1", "requests@latest!")
    stock.run("payments@1", "web-1")
    answer = about(stock, "pkg:pypi/requests@<2.32")
    assert (answer.instances, answer.could_not_compare) == (0, 1)
    assert [each.could_not_compare for each in answer.hits] == [True]


def test_pages_are_all_of_it_and_nothing_twice(stock: Stock) -> None:
    stock.build("payments@1", "requests@2.31.0")
    stock.build("shop@1", "requests@2.31.0", "idna@3.4")
    stock.run("payments@1", *(f"web-{number}" for number in range(5)))
    stock.run("shop@1", *(f"web-{number}" for number in range(4)))
    asked = asked_for("pkg:pypi/requests", stock.ledger.inventory())
    whole, found, place, pages = search(stock, asked), [], FIRST, 0
    while True:
        page = AffectedSearch(stock.ledger, {}).search(asked, after=place, limit=2)
        found += named(page)
        pages += 1
        assert (page.instances, page.is_cut) == (9, page.after is not None)
        if page.after is None:
            break
        place = page.after
    assert (found, pages) == (named(whole), 5)


def test_who_may_see_one_service_sees_and_counts_that_one(stock: Stock) -> None:
    for service in ("alpha", "payments", "shop"):
        stock.build(f"{service}@1", "requests@2.31.0")
        stock.run(f"{service}@1", f"{service}-1", f"{service}-2")
        stock.run(f"{service}@unknown", f"{service}-3")
    answer = about(stock, "pkg:pypi/requests", only="payments")
    assert {each.instance.service for each in answer.hits} == {"payments"}
    assert ([each.service for each in answer.services], answer.instances, answer.unknown) == (["payments"], 2, 1)
    first = about(stock, "pkg:pypi/requests", only="payments", limit=1)
    assert (named(first), first.is_cut) == (["payments/payments-1 2.31.0"], True)
    elsewhere = AffectedSearch(stock.ledger, {}, only="payments")
    asked = asked_for("pkg:pypi/requests", stock.ledger.inventory())
    assert named(elsewhere.search(asked, after=("shop", 0, ""))) == named(answer)


def test_advisories_need_not_be_known_here(stock: Stock) -> None:
    stock.build("payments@1", "requests@2.31.0", "urllib3@1.0")
    stock.run("payments@1", "web-1")
    answer = search(
        stock,
        asked_about(
            [
                advisory("GHSA-1", "requests", fixed="2.32.0", aliases=("CVE-1",)),
                advisory("PYSEC-1", "requests", fixed="2.33.0", aliases=("CVE-1",)),
                advisory("GHSA-2", "urllib3", fixed="2.0"),
            ]
        ),
    )
    assert len(answer.flaws) == 2
    by_package: dict[str, Hit] = {each.package.name: each for each in answer.hits}
    assert by_package["requests"].advisories == ("GHSA-1", "PYSEC-1")
    assert by_package["requests"].fixed == ("2.32.0", "2.33.0")
    assert by_package["urllib3"].advisories == ("GHSA-2",)
    assert answer.instances == 1


def test_what_agents_saw_says_how_far_it_was_reached(stock: Stock) -> None:
    stock.build("payments@1", "requests@2.31.0", "idna@3.4", "flask@1.0", "click@8.0")
    stock.run("payments@1", "web-1")
    see(
        stock,
        Frame("requests/sessions.py", 1, "Session.get"),
        Frame("flask/app.py", 1, "Flask.wsgi_app"),
        load("requests@2.31.0", Reached.LOADED, "requests"),
        load("flask@1.0", Reached.LOADED, "flask"),
        load("click@8.0", Reached.LOADED, "click"),
        load("idna@3.4", Reached.NOT_LOADED),
    )

    def reached(package: str, *symbols: str) -> Reached:
        ((hit),) = search(stock, asked_about([advisory("A-1", package, fixed="99", symbols=symbols)])).hits
        return hit.reached

    assert reached("requests", "requests.sessions.Session.get") is Reached.SYMBOL
    assert reached("requests", "requests.adapters.HTTPAdapter.send") is Reached.PACKAGE
    assert reached("flask") is Reached.PACKAGE
    assert reached("click") is Reached.LOADED
    assert reached("idna", "idna.core.encode") is Reached.NOT_LOADED


def load(text: str, reached: Reached, *modules: str) -> Load:
    return Load("payments", "1", component(text).key, reached, modules)


def see(stock: Stock, *told: Frame | Load) -> None:
    frames = tuple(each for each in told if isinstance(each, Frame))
    report = AgentReport(
        "payments", "web-1/7", "boot-1", 1, 1, NOW, NOW, "1", is_watching=True, functions={Part.LIBRARY: frames}
    )
    lease, writer = stock.ledger.acquire("reports", NOW, ttl=60)
    writer.take_reports([report], 1, NOW)
    writer.inventory().note_loaded([each for each in told if isinstance(each, Load)], NOW + timedelta(seconds=1))
    stock.ledger.release(lease)


@pytest.mark.parametrize(
    ("file", "function", "name"),
    [
        ("requests/sessions.py", "Session.get", "requests.sessions.Session.get"),
        ("requests/__init__.py", "get", "requests.get"),
        ("six.py", "ensure_text", "six.ensure_text"),
    ],
)
def test_functions_are_named_as_advisories_name_them(file: str, function: str, name: str) -> None:
    assert dotted(Frame(file, 3, function)) == name
