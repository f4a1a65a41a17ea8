"""What processes are made of, told state by state: nothing is concluded from a chain with a gap."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.store.ledger.inside.conftest import NOW, Take, report

from setpoint.model.component import Component, PackageName
from setpoint.model.inventory import Reached
from setpoint.model.report import AgentReport, ProcessBill, ToldBill, ToldComponent
from setpoint.store.ledger.inside import bills
from setpoint.store.ledger.ledger import SqlLedger


def package(name: str, version: str = "1.0", **facts: str) -> ToldComponent:
    purl = f"pkg:pypi/{name}@{version}"
    return ToldComponent(purl, Component(PackageName("pypi", name), version, purl), facts)


def told(digest: str, *components: ToldComponent, base: str = "", whole: bool = True) -> ToldBill:
    return ToldBill(digest, base, whole, components)


def telling(sequence: int, bill: ToldBill, **more: Any) -> AgentReport:
    return report(sequence, bill=bill, **more)


def known(ledger: SqlLedger) -> ProcessBill:
    (found,) = ledger.inside().bills("shop", NOW - timedelta(hours=1))
    return found


def names(ledger: SqlLedger) -> set[str]:
    return {each.reference for each in known(ledger).components}


def running(ledger: SqlLedger) -> dict[tuple[str, str], set[str]]:
    """(instance, release) → packages that run in it, of those of which that is known."""
    inventory = ledger.inventory()
    found = {}
    for each in inventory.instances(service=None, after=("", ""), limit=100):
        sbom = inventory.sbom(each.sbom) if each.sbom else None
        found[each.id, each.release] = {str(one.package) for one in sbom.components} if sbom else set()
    return found


def test_states_build_on_one_another(shop: SqlLedger, take: Take) -> None:
    take(telling(1, told("a", package("flask"))), telling(2, told("b", package("jinja2"), base="a")))
    assert (names(shop), known(shop).is_whole) == ({"pkg:pypi/flask@1.0", "pkg:pypi/jinja2@1.0"}, True)
    take(telling(3, told("c", package("flask", loaded="true"), base="b")))
    facts = {each.reference: dict(each.facts) for each in known(shop).components}
    assert facts == {"pkg:pypi/flask@1.0": {"loaded": "true"}, "pkg:pypi/jinja2@1.0": {}}


def test_what_is_told_in_parts_counts_when_all_of_it_is_there(shop: SqlLedger, take: Take) -> None:
    take(telling(1, told("a", package("flask"), whole=False)))
    assert (known(shop).is_whole, running(shop)) == (False, {("web-1", "1.4.2"): set()})
    take(telling(2, told("b", package("jinja2"), base="a")))
    assert (known(shop).is_whole, running(shop)) == (True, {("web-1", "1.4.2"): {"pypi/flask", "pypi/jinja2"}})


def test_a_chain_with_a_gap_is_not_whole_until_all_is_told_anew(shop: SqlLedger, take: Take) -> None:
    take(telling(1, told("a", package("flask"))), telling(3, told("c", package("jinja2"), base="b")))
    assert not known(shop).is_whole
    take(telling(4, told("d", package("click"), base="c")))
    assert not known(shop).is_whole
    take(telling(5, told("e", package("flask"), package("click"))))
    assert (names(shop), known(shop).is_whole) == ({"pkg:pypi/flask@1.0", "pkg:pypi/click@1.0"}, True)


def test_changes_of_which_the_beginning_was_lost_are_not_whole(shop: SqlLedger, take: Take) -> None:
    take(telling(2, told("b", package("jinja2"), base="a")))
    assert (known(shop).is_whole, running(shop)) == (False, {("web-1", "1.4.2"): set()})


def test_the_journal_read_again_gives_the_same(shop: SqlLedger, take: Take) -> None:
    reports = [
        telling(1, told("a", package("flask"))),
        telling(2, told("b", package("jinja2"), base="a")),
        telling(3, told("b", base="b")),
        telling(4, told("c", package("click"), base="b")),
    ]
    take(*reports)
    before = known(shop), running(shop)
    take(*reports)
    assert (known(shop), running(shop)) == before
    for each in reports:
        take(each)
    assert (known(shop), running(shop)) == before


def test_a_boot_that_restarts_in_another_release_takes_its_place(shop: SqlLedger, take: Take) -> None:
    take(
        telling(1, told("a", package("flask"))),
        telling(2, told("z", package("django")), boot="boot-0002", release="1.4.3"),
    )
    assert running(shop) == {("web-1", "1.4.3"): {"pypi/django"}}


def test_an_older_releases_bill_is_not_the_newer_ones(shop: SqlLedger, take: Take) -> None:
    """Both in one batch, and of the newer release nothing is told yet."""
    take(telling(1, told("a", package("flask"))), report(2, boot="boot-0002", release="1.4.3"))
    assert running(shop) == {("web-1", "1.4.3"): set()}


def test_files_of_no_package_are_in_no_bill_of_the_inventory(shop: SqlLedger, take: Take) -> None:
    planted = ToldComponent("file:/srv/evil.py", None, {"unowned": "true"})
    take(telling(1, told("a", package("flask"), planted)))
    assert names(shop) == {"pkg:pypi/flask@1.0", "file:/srv/evil.py"}
    assert running(shop) == {("web-1", "1.4.2"): {"pypi/flask"}}


def test_what_is_loaded_is_noted(shop: SqlLedger, take: Take) -> None:
    take(telling(1, told("a", package("flask", loaded="true", modules="flask"), package("jinja2"))))
    inventory = shop.inventory()
    kept = inventory.components_of([PackageName("pypi", "flask"), PackageName("pypi", "jinja2")])
    keys = {each.component.key: each.component.package.name for each in kept}
    loads = {keys[each.component]: each for each in inventory.loads([each.id for each in kept])}
    assert (loads["flask"].reached, loads["flask"].modules) == (Reached.LOADED, ("flask",))
    assert loads["jinja2"].reached is Reached.NOT_LOADED


def test_a_process_with_too_many_components_is_not_whole(
    shop: SqlLedger, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bills, "MOST_COMPONENTS", 2)
    take(telling(1, told("a", package("a"), package("b"))), telling(2, told("b", package("c"), base="a")))
    assert (known(shop).is_whole, len(known(shop).components)) == (False, 2)


def test_each_process_keeps_its_own(shop: SqlLedger, take: Take) -> None:
    chance = random.Random(7)  # noqa: S311 (seeded, so that every run is the same)
    boots = [f"boot-{number:04}" for number in range(5)]
    reports = [
        telling(number, told(f"{boot}", package(boot)), boot=boot, instance=f"{boot}/1")
        for number, boot in enumerate(boots, start=1)
    ]
    chance.shuffle(reports)
    take(*(replace(each, offset=number) for number, each in enumerate(reports, start=1)))
    found = shop.inside().bills("shop", NOW - timedelta(hours=1))
    assert {each.instance: {one.reference for one in each.components} for each in found} == {
        f"{boot}/1": {f"pkg:pypi/{boot}@1.0"} for boot in boots
    }


def test_processes_that_fell_silent_are_left_out(shop: SqlLedger, take: Take) -> None:
    take(telling(1, told("a", package("flask"))))
    assert not shop.inside().bills("shop", NOW + timedelta(hours=1))
