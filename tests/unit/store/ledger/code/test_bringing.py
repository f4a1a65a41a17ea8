from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from setpoint.model.admitting import BreakGlass, ExtraKind, Grant
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.service import Release
from setpoint.model.urn import Urn
from setpoint.store.ledger.ledger import SqlLedger

HOUR = timedelta(hours=1)
ONE, TWO, THREE = (Release("shop", each) for each in "123")


def _broken(release: Release, now: datetime) -> BreakGlass:
    return BreakGlass("shop", release.version, "INC-1", "the shop is down", "ann", now, now + 4 * HOUR)


def _finding(release: Release) -> Finding:
    return Finding(
        Urn.service("shop"), "shop", FindingSource.GATE, "gate/break-glass", release.version, Severity.HIGH, "got in"
    )


def _releases(ledger: SqlLedger, now: datetime) -> None:
    for number, release in enumerate((ONE, TWO, THREE)):
        ledger.visitor().put_release(release, now + number * HOUR)


def _open(ledger: SqlLedger) -> list[str]:
    return [each.finding.path for each in ledger.findings(service="shop")]


def test_what_was_granted_holds_for_its_release_until_it_expires(ledger: SqlLedger, now: datetime) -> None:
    approval = Grant("shop", "1", ExtraKind.APPROVAL, "ann", "looked at it", now, now + HOUR)
    canary = replace(approval, kind=ExtraKind.CANARY, share=5.0, reason="said", expires_at=now + 2 * HOUR)
    for grant in (approval, canary):
        ledger.visitor().code().add_grant(grant)
    reader = ledger.code()
    assert list(reader.grants(ONE, now)) == [canary, approval]
    assert list(reader.grants(ONE, now + HOUR)) == [canary]
    assert reader.grants(ONE, now + 2 * HOUR) == []
    assert reader.grants(ONE, now - HOUR) == []
    assert reader.grants(TWO, now) == []
    told = {each.action: each.details for each in ledger.audit()}
    assert told["canary brought"]["share"] == 5.0
    assert told["approval brought"]["reason"] == "looked at it"


def test_an_emergency_lasts_for_a_while_and_is_a_finding(ledger: SqlLedger, now: datetime) -> None:
    _releases(ledger, now)
    broken = _broken(ONE, now)
    ledger.visitor().code().add_break_glass(broken, "default", _finding(ONE))
    reader = ledger.code()
    assert reader.break_glass(ONE, now) == broken
    assert reader.break_glass(TWO, now) is None
    assert reader.break_glass(ONE, broken.expires_at) is None
    assert list(reader.broken(now)) == [broken]
    assert _open(ledger) == ["1"]
    assert [each.actor for each in ledger.audit() if each.action == "break-glass used"] == ["ann"]


@pytest.mark.parametrize(("admitted", "left"), [(ONE, ["2"]), (TWO, []), (THREE, [])])
def test_a_release_that_is_admitted_regularly_ends_what_came_before(
    ledger: SqlLedger, now: datetime, admitted: Release, left: list[str]
) -> None:
    _releases(ledger, now)
    for release in (ONE, TWO):
        ledger.visitor().code().add_break_glass(_broken(release, now), "default", _finding(release))
    assert _open(ledger) == ["1", "2"]
    ledger.visitor().code().end_break_glass("default", admitted, now + 5 * HOUR)
    assert _open(ledger) == left
