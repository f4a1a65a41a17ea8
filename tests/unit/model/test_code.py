from __future__ import annotations

import orjson
import pytest
from tests.scanned import MEANS, outside, ran, ran_outside, scan, weakness

from setpoint.model.code import KnownWeakness, is_mended, merged, scan_document, scan_of
from setpoint.model.dast import Profile
from setpoint.model.scan import Means, Scan, ScanKind, ScannerRun, ScanStatus, Weakness

FULL = scan(
    weakness(1, score=9.8, is_new=True, confidence=0.5),
    weakness(2, kind=ScanKind.SECRETS, rule="detect-secrets/AWS", cwes=(), told_by=("detect-secrets/AWS",)),
    runs=(ran(files=3, seconds=1.5), ran("zizmor", ScanStatus.SKIPPED, kind=ScanKind.PIPELINE, must_run=False)),
    base="abc",
    is_dirty=True,
)


@pytest.mark.parametrize(
    "told", [FULL, scan(), scan(weakness()), scan(outside(examples=("GET /a",)), runs=(ran_outside(),))]
)
def test_a_scan_comes_back_from_json(told: Scan) -> None:
    assert scan_of(orjson.loads(orjson.dumps(scan_document(told)))) == told


def test_a_path_names_the_file_and_the_fingerprint() -> None:
    assert KnownWeakness(weakness(10)).path == "shop/orders.py#00000000000a"


@pytest.mark.parametrize(
    ("runs", "mended"),
    [
        ((ran(),), True),
        ((ran(), ran("ruff")), True),
        ((ran(status=ScanStatus.SKIPPED),), True),
        ((ran(status=ScanStatus.PARTIAL),), False),
        ((ran(status=ScanStatus.FAILED),), False),
        ((ran("ruff"),), False),
    ],
)
def test_only_a_whole_run_of_every_tool_that_told_it_mends(runs: tuple[object, ...], mended: bool) -> None:
    one = weakness()
    assert is_mended(one, scan(runs=runs), frozenset()) is mended  # type: ignore[arg-type]  # made above
    assert not is_mended(one, scan(one), frozenset({one.fingerprint}))


def test_two_tools_told_it_and_one_is_not_asked() -> None:
    both = weakness(told_by=("bandit/B608", "ruff/S608"))
    assert not is_mended(both, scan(), frozenset())
    assert is_mended(both, scan(runs=(ran(), ran("ruff"))), frozenset())


def test_what_was_scanned_again_counts_as_it_is_now_and_all_else_stays() -> None:
    secret = weakness(2, kind=ScanKind.SECRETS, told_by=("detect-secrets/AWS",))
    before = scan(weakness(1), secret, runs=(ran(), ran("detect-secrets", kind=ScanKind.SECRETS)))
    after = merged(before, scan(weakness(3), commit="", runs=(ran(version="2"),)))
    assert {each.fingerprint[:12] for each in after.weaknesses} == {"000000000003", "000000000002"}
    assert [(each.scanner, each.version) for each in after.runs] == [("detect-secrets", "1.9"), ("bandit", "2")]
    assert after.commit == before.commit
    assert merged(None, before) is before


def test_of_a_running_service_a_path_names_the_operation_and_its_part() -> None:
    known = KnownWeakness(outside())
    assert (known.rule, known.path) == ("dast/object-level-authorisation", "GET /orders/{id} path:id")
    assert KnownWeakness(outside(operation="*", part="")).path == "*"


OF_SITE = outside(operation="*", is_of_surface=False)
A_FILE = outside(operation="GET /.env", is_of_surface=False)


@pytest.mark.parametrize(
    ("run", "one", "mended"),
    [
        (ran_outside(), outside(), True),
        (ran_outside(ScanStatus.PARTIAL), outside(), True),
        (ran_outside(checks=("cookies",)), outside(), False),
        (ran_outside(operations=("GET /orders",)), outside(), False),
        (ran_outside(is_whole_site=False), outside(), True),
        (ran_outside(operations=()), OF_SITE, True),
        (ran_outside(is_whole_site=False), OF_SITE, False),
        (ran_outside(), A_FILE, True),
        (ran_outside(is_whole_site=False), A_FILE, False),
        (ran_outside(means=Means(Profile.PASSIVE, MEANS.callers)), outside(), False),
        (ran_outside(means=Means(Profile.ACTIVE, MEANS.callers)), outside(), True),
        (ran_outside(means=Means(Profile.SAFE, ("alice",))), outside(), False),
        (ran_outside(means=Means(Profile.SAFE, (*MEANS.callers, "carol"))), outside(), True),
        (ran_outside(), outside(means=Means(Profile.SAFE, MEANS.callers, has_agents=True)), False),
        (ran("setpoint-dast", kind=ScanKind.DAST), outside(), False),
    ],
)
def test_of_a_running_service_only_what_was_tested_again_is_mended(
    run: ScannerRun, one: Weakness, mended: bool
) -> None:
    assert is_mended(one, scan(runs=(run,)), frozenset()) is mended
    assert not is_mended(one, scan(one, runs=(run,)), frozenset({one.fingerprint}))


def test_one_scan_of_a_running_service_keeps_what_it_did_not_test_of_another() -> None:
    before = scan(outside(1), outside(2, operation="GET /users/{id}"), runs=(ran_outside(),))
    after = merged(before, scan(runs=(ran_outside(),)))
    assert [each.fingerprint for each in after.weaknesses] == [outside(2).fingerprint]
