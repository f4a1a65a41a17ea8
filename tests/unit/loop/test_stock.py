"""Bills and instances as people and pipelines tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.loop.inventories import Stock, bill

from setpoint.errors import Error, InputError, NotKnownError
from setpoint.loop.stock import bill_of_release, release_of, report_instances, take_bill
from setpoint.model.component import Sbom
from setpoint.model.inventory import Instance
from setpoint.model.service import Release
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger

IMAGE = f"sha256:{'a' * 64}"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(str(tmp_path / "ledger.sqlite"))
    yield opened
    opened.close()


def take(ledger: SqlLedger, sbom: Sbom, release: Release | None, image: str = "") -> bool:
    return take_bill(sbom, release, image, "test", ledger, ledger.visitor()).is_new


def instances(ledger: SqlLedger) -> list[Instance]:
    return list(ledger.inventory().instances(service=None, after=("", ""), limit=100))


def test_one_bill_may_be_of_a_release_and_of_an_image(ledger: SqlLedger) -> None:
    sbom = bill("requests@2.31.0")
    assert take(ledger, sbom, Release("payments", "1"), IMAGE)
    assert not take(ledger, sbom, Release("payments", "2"))
    inventory = ledger.inventory()
    assert inventory.sbom_of_image(IMAGE) == sbom.digest
    assert inventory.sboms_of_releases("payments") == {"1": sbom.digest, "2": sbom.digest}
    assert bill_of_release(inventory, Release("payments", "2")).components == sbom.components


def test_what_is_told_of_a_bill_leaves_its_components_out(ledger: SqlLedger) -> None:
    told = take_bill(bill("a@1", "b@2"), Release("payments", "1"), "", "test", ledger, ledger.visitor())
    assert (told.kinds, told.format, told.is_new) == ({"pypi": 2}, "CycloneDX 1.6 JSON", True)


@pytest.mark.parametrize(
    ("sbom", "release", "image"),
    [
        (bill("a@1"), None, ""),
        (bill(), Release("payments", "1"), ""),
        (bill("a@1"), Release("payments", " "), ""),
        (bill("a@1"), Release("", "1"), IMAGE),
    ],
)
def test_what_is_of_nothing_or_of_nobody_is_refused(
    ledger: SqlLedger, sbom: Sbom, release: Release | None, image: str
) -> None:
    with pytest.raises(InputError):
        take(ledger, sbom, release, image)
    assert ledger.inventory().summary().sboms == 0


def test_a_release_of_which_no_bill_is_known_could_not_be_told(ledger: SqlLedger) -> None:
    with pytest.raises(NotKnownError, match="payments@1") as refused:
        bill_of_release(ledger.inventory(), Release("payments", "1"))
    assert refused.value.exit_code == 3


def test_who_says_that_an_instance_runs_is_kept(ledger: SqlLedger) -> None:
    told = [Instance("payments", "web-1", "1"), Instance("payments", "web-2", source="ecs")]
    reported = report_instances(told, "token:deploy", ledger, ledger.visitor())
    assert (reported.new, reported.moved) == (2, 0)
    assert {each.id: each.source for each in instances(ledger)} == {"web-1": "token:deploy", "web-2": "ecs"}


def test_what_a_report_leaves_empty_stays_as_it_was(ledger: SqlLedger) -> None:
    stock = Stock(ledger)
    stock.run("payments@1", "web-1")
    report_instances([Instance("payments", "web-1", image=IMAGE)], "test", ledger, ledger.visitor())
    (found,) = instances(ledger)
    assert (found.release, found.environment, found.image) == ("1", "production", IMAGE)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("payments@1.4.2", Release("payments", "1.4.2")),
        ("@team/app@2", Release("@team/app", "2")),
        ("payments@", None),
        ("@1", None),
        ("payments", None),
        (" @ ", None),
    ],
)
def test_a_release_is_a_service_and_a_version(text: str, release: Release | None) -> None:
    if release is not None:
        assert release_of(text) == release
        return
    with pytest.raises(Error, match="names no release"):
        release_of(text)
