from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests.scanned import outside, ran, ran_outside, scan, weakness

from setpoint.errors import LedgerError
from setpoint.model.code import ScanChanges
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScanStatus
from setpoint.model.service import Release
from setpoint.store.ledger.code.tables import release_scans
from setpoint.store.ledger.ledger import SqlLedger

HOUR = timedelta(hours=1)
ONE, TWO = (weakness(each) for each in (1, 2))


class Scanning:
    """Records scans, each an hour after the one before."""

    def __init__(self, ledger: SqlLedger, now: datetime) -> None:
        self.ledger, self.now = ledger, now

    def __call__(self, version: str, told: Scan) -> ScanChanges:
        self.now += HOUR
        writer = self.ledger.visitor()
        with writer.transaction():
            writer.put_release(Release("shop", version), self.now)
            return writer.code().record_scan(Release("shop", version), told, self.now, "ann")

    def open(self) -> set[str]:
        return {each.weakness.fingerprint for each in self.ledger.code().open("shop")}


@pytest.fixture
def scanning(ledger: SqlLedger, now: datetime) -> Scanning:
    return Scanning(ledger, now)


def test_a_scan_is_kept_as_it_was_told(scanning: Scanning) -> None:
    told = scan(ONE, TWO)
    changes = scanning("1", told)
    assert changes.opened == tuple(sorted({ONE.fingerprint, TWO.fingerprint}))
    assert scanning.ledger.code().scan(Release("shop", "1")) == told
    assert scanning.ledger.code().scan(Release("shop", "2")) is None
    assert scanning.ledger.code().services() == ["shop"]
    (entry,) = [each for each in scanning.ledger.audit() if each.action == "scan recorded"]
    assert (entry.actor, entry.details["opened"]) == ("ann", 2)


def test_what_a_later_scan_tells_no_more_is_mended_and_comes_back_as_a_regression(scanning: Scanning) -> None:
    scanning("1", scan(ONE, TWO))
    first_seen = scanning.now
    assert scanning("2", scan(TWO)).closed == (ONE.fingerprint,)
    assert scanning.open() == {TWO.fingerprint}
    assert scanning("3", scan(ONE, TWO)).reopened == (ONE.fingerprint,)
    back = next(each for each in scanning.ledger.code().open("shop") if each.weakness == ONE)
    assert (back.times_opened, back.version, back.first_seen, back.last_seen) == (2, "3", first_seen, scanning.now)
    assert scanning.ledger.code().known("shop")[ONE.fingerprint] == ("1", first_seen)


def test_a_renamed_file_changes_the_place_and_not_the_age(scanning: Scanning) -> None:
    scanning("1", scan(ONE))
    first_seen = scanning.now
    moved = replace(ONE, place=CodePlace("shop/sales.py", 80))
    changes = scanning("2", scan(moved))
    assert (changes.opened, changes.reopened, changes.closed) == ((), (), ())
    (known,) = changes.open or ()
    assert (known.weakness, known.first_seen) == (moved, first_seen)


@pytest.mark.parametrize(
    "runs",
    [
        (ran(status=ScanStatus.FAILED),),
        (ran(status=ScanStatus.PARTIAL),),
        (ran(status=ScanStatus.TIMED_OUT),),
        (ran("ruff"),),
    ],
)
def test_a_scan_that_is_not_whole_mends_nothing(scanning: Scanning, runs: Any) -> None:
    scanning("1", scan(ONE))
    assert scanning("2", scan(runs=runs)).closed == ()
    assert scanning.open() == {ONE.fingerprint}


def test_the_scan_of_an_older_release_says_nothing_of_what_holds_now(scanning: Scanning) -> None:
    scanning("1", scan(ONE))
    scanning("2", scan(TWO))
    changes = scanning("1", scan(weakness(3)))
    assert (changes.opened, changes.closed, changes.open) == ((), (), None)
    assert scanning.open() == {TWO.fingerprint}
    again = scanning.ledger.code().scan(Release("shop", "1"))
    assert again is not None
    assert again.weaknesses == (weakness(3),)


def test_the_same_scan_again_changes_nothing(scanning: Scanning) -> None:
    scanning("1", scan(ONE, TWO))
    before = scanning.ledger.code().version("shop")
    changes = scanning("1", scan(ONE, TWO))
    assert (changes.opened, changes.reopened, changes.closed, changes.open) == ((), (), (), None)
    assert {each.last_seen for each in scanning.ledger.code().open("shop")} == {scanning.now}
    assert {each.times_opened for each in scanning.ledger.code().open("shop")} == {1}
    assert scanning.ledger.code().version("shop") != before


def test_what_another_scanner_told_of_the_release_stays(scanning: Scanning) -> None:
    secret = weakness(9, kind=ScanKind.SECRETS, told_by=("detect-secrets/AWS",))
    scanning("1", scan(ONE, secret, runs=(ran(), ran("detect-secrets", kind=ScanKind.SECRETS))))
    dynamic = scan(weakness(5, told_by=("zap/1",)), runs=(ran("zap", kind=ScanKind.DAST),))
    before = scanning.ledger.code().scan(Release("shop", "1"), dynamic)
    scanning("1", dynamic)
    whole = scanning.ledger.code().scan(Release("shop", "1"))
    assert whole == before
    assert whole is not None
    assert {each.kind for each in whole.runs} == {ScanKind.SAST, ScanKind.SECRETS, ScanKind.DAST}
    assert scanning.open() == {each.fingerprint for each in (ONE, secret, weakness(5))}


def test_services_do_not_see_one_another(scanning: Scanning, ledger: SqlLedger, now: datetime) -> None:
    scanning("1", scan(ONE))
    writer = ledger.visitor()
    writer.put_release(Release("till", "1"), now)
    writer.code().record_scan(Release("till", "1"), scan(), now, "ann")
    assert scanning.open() == {ONE.fingerprint}
    assert ledger.code().open("till") == []


@pytest.mark.parametrize("packed", [b"", b"diary", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_damaged_is_no_clean_scan(scanning: Scanning, ledger: SqlLedger, packed: bytes) -> None:
    scanning("1", scan(ONE))
    with ledger._database.write() as connection:
        connection.execute(update(release_scans).values(packed=packed))
    for newest in (None, scan(TWO)):
        with pytest.raises(LedgerError, match="the scan of release:shop@1 in the ledger is damaged"):
            ledger.code().scan(Release("shop", "1"), newest)


def test_a_fault_of_a_running_service_goes_and_comes_with_what_is_tested(scanning: Scanning) -> None:
    fault, other = outside(1), outside(2, operation="GET /users/{id}")
    runs = (ran_outside(operations=("GET /orders/{id}", "GET /users/{id}")),)
    assert len(scanning("1", scan(fault, other, runs=runs)).opened) == 2
    assert scanning("1", scan(runs=(ran_outside(),))).closed == (fault.fingerprint,)
    kept = scanning.ledger.code().scan(Release("shop", "1"))
    assert kept is not None
    assert kept.weaknesses == (other,)
    assert scanning("1", scan(runs=(ran_outside(checks=()),))) == ScanChanges()
    assert scanning("2", scan(fault, runs=runs)).reopened == (fault.fingerprint,)
    assert scanning.open() == {fault.fingerprint}
