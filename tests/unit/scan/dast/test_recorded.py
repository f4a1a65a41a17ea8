from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.model.dast import WHOLE_SITE, Certainty, DastReport, Fault, Profile
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, ScanStatus
from setpoint.scan.dast.recorded import fingerprint_of, scan_of

AT = datetime(2026, 5, 1, tzinfo=UTC)
FAULT = Fault(
    "object-level-authorisation", 639, "API1:2023", Severity.HIGH, Certainty.CONFIRMED, "GET", "/orders/{id}",
    "path:id", "bob", "everybody reads every order", difference="bob reads it", check="objects",
)  # fmt: skip
REPORT = DastReport(
    "https://staging.example/api",
    Profile.SAFE,
    (FAULT,),
    100,
    9.0,
    left_out={"DELETE /orders/{id}": "DELETE destroys, or may"},
    checks={"objects": "", "cookies": "ValueError at cookies.py:1"},
    operations=("GET /orders/{id}", "DELETE /orders/{id}"),
    callers=("bob", "alice"),
)
WHOLE = replace(REPORT, checks={"objects": ""})


def recorded(report: DastReport, *, is_every_check: bool = True, is_whole_site: bool = True) -> Scan:
    return scan_of(report, AT, is_every_check=is_every_check, is_whole_site=is_whole_site)


def test_a_fault_is_a_weakness_of_the_release() -> None:
    (weakness,) = recorded(REPORT).weaknesses
    assert (weakness.rule, weakness.cwes, weakness.told_by) == (FAULT.kind, (639,), ("setpoint-dast/objects",))
    assert weakness.place.file == "https://staging.example/api/orders/{id}"
    assert weakness.place.is_outside
    outside = weakness.outside
    assert outside is not None
    assert (outside.operation, outside.part, outside.is_of_surface) == ("GET /orders/{id}", "path:id", True)
    assert outside.means.callers == ("alice", "bob")


def test_what_was_left_out_or_could_not_be_made_was_not_tested() -> None:
    (run,) = recorded(REPORT).runs
    assert run.tested is not None
    assert (run.tested.checks, run.tested.operations) == (("objects",), ("GET /orders/{id}",))


def test_what_ended_early_tested_nothing() -> None:
    (run,) = recorded(replace(REPORT, ended_early="the budget is spent")).runs
    assert run.tested is not None
    assert (run.tested.checks, run.tested.operations, run.tested.is_whole_site) == ((), (), False)


@pytest.mark.parametrize(
    ("report", "asked", "why"),
    [
        (WHOLE, {}, ""),
        (REPORT, {}, "cookies could not be made: ValueError at cookies.py:1"),
        (replace(WHOLE, ended_early="the budget is spent"), {}, "the scan ended early: the budget is spent"),
        (replace(WHOLE, profile=Profile.PASSIVE), {}, "the profile passive only looks"),
        (WHOLE, {"is_every_check": False}, "only some checks were asked for"),
        (WHOLE, {"is_whole_site": False}, "some operations were excluded"),
    ],
)
def test_only_a_whole_scan_counts_as_the_test_of_a_release(report: DastReport, asked: Any, why: str) -> None:
    (run,) = recorded(report, **asked).runs
    assert (run.status, run.reason) == (ScanStatus.PARTIAL if why else ScanStatus.COMPLETE, why)


def test_a_fault_is_the_same_wherever_the_service_runs() -> None:
    (here,), (there,) = (recorded(each).weaknesses for each in (REPORT, replace(REPORT, base="http://b.example")))
    assert here.fingerprint == there.fingerprint == fingerprint_of(FAULT)
    assert fingerprint_of(replace(FAULT, part="query:id")) != fingerprint_of(FAULT)


def test_what_the_surface_does_not_have_is_of_the_site() -> None:
    of_site = replace(FAULT, method="", path=WHOLE_SITE, part="header:server")
    a_file = replace(FAULT, path="/.env", part="")
    site, file = (each.outside for each in recorded(replace(REPORT, faults=(of_site, a_file))).weaknesses)
    assert site is not None
    assert file is not None
    assert (site.operation, site.is_of_surface) == (WHOLE_SITE, False)
    assert (file.operation, file.is_of_surface) == ("GET /.env", False)
