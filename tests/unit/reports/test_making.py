from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.reports.telling import (
    AT,
    EXCEEDED,
    FAILED,
    REMARK,
    UNTOLD,
    decision,
    known,
    objection,
    of_everything,
    scan,
    told,
    weakness,
)

from setpoint.model.admitting import BreakGlass, Extra
from setpoint.model.decision import Outcome, Reason, Verdict
from setpoint.model.policy import Effect, Severity
from setpoint.model.scan import CodePlace, ScanStatus
from setpoint.reports.content import Bearing
from setpoint.reports.making import MORE, decision_report, doubtful_report, scan_report


def test_what_decides_comes_first_and_new_before_old() -> None:
    assert [(each.rule, str(each.bearing), each.where) for each in of_everything().problems] == [
        ("risk", "against it", ""),
        ("code/cwe-89", "against it", "shop/orders.py:41"),
        ("risk", "could not tell", ""),
        ("logging/bucket", "weighs", ""),
        ("code/cwe-89", "weighs", "shop/a b.py:3"),
        ("risk", "remark", ""),
        ("code/cwe-78", "waived", "shop/orders.py:41"),
    ]


def test_a_weakness_what_production_says_and_the_policies_against_it_are_one_problem() -> None:
    made = weakness()
    (problem,) = decision_report(decision(told(known(made)), objection(known(made))), scan(made)).problems
    assert problem.sentence == (
        "SQL is put together from text; confirmed in production: 1 agent met it; "
        "code/confirmed-injection: It is reached"
    )
    assert (problem.fingerprint, problem.bearing) == (made.fingerprint, Bearing.AGAINST)


def test_files_are_named_as_seen_from_the_checkout() -> None:
    inside, outside = weakness(1), weakness(2, place=CodePlace("../elsewhere.py", 3))
    report = decision_report(
        decision(told(known(inside)), objection(known(inside)), told(known(outside))), scan(inside, outside), "api/src"
    )
    assert [each.where for each in report.problems] == ["api/src/shop/orders.py:41", "../elsewhere.py:3"]
    assert report.problems[0].policies[0].message == "It is reached"


def test_only_the_gate_knows_what_is_new_of_a_release() -> None:
    made = weakness(is_new=None)
    (problem,) = decision_report(decision(told(known(weakness(is_new=False)))), scan(made)).problems
    assert problem.is_new is False


def test_what_a_decision_does_not_name_is_waived_only_where_it_names_all_others() -> None:
    made = weakness()
    more = Reason(MORE, Outcome.VIOLATED, Severity.LOW, "100 more", {}, Effect.WARN)
    waived = decision_report(decision(waivers=("w1",)), scan(made))
    unsure = decision_report(decision(more, waivers=("w1",)), scan(made))
    untold = decision_report(decision(), scan(made))
    assert [each.bearing for each in waived.problems] == [Bearing.WAIVED]
    assert [each.bearing for each in (*unsure.problems, *untold.problems)] == [Bearing.WEIGHS] * 3


def test_weaknesses_of_earlier_scans_are_told_too() -> None:
    report = decision_report(decision(told(known(weakness()))), None)
    assert [(each.rule, each.weakness, each.standing) for each in report.problems] == [
        ("code/cwe-89", None, "confirmed in production")
    ]


def test_a_reason_without_an_effect_has_the_decisions() -> None:
    old = Reason("a/b", Outcome.VIOLATED, Severity.LOW, "as older servers say it")
    refused, warned = (
        decision_report(decision(old, effect=effect), None).problems[0].bearing for effect in (Effect.DENY, Effect.WARN)
    )
    assert (refused, warned) == (Bearing.AGAINST, Bearing.WEIGHS)


def test_what_asks_for_an_approval_keeps_nothing_out_once_it_is_given() -> None:
    asking = Reason("a/b", Outcome.VIOLATED, Severity.HIGH, "somebody has to look", {}, Effect.REQUIRE_APPROVAL)
    extras = [Extra("approval", "a/b asks for it", brought) for brought in ("", "mara approved it")]
    bearings = [decision_report(decision(asking, extras=(each,)), None).problems[0].bearing for each in extras]
    assert bearings == [Bearing.AGAINST, Bearing.WEIGHS]


def test_that_the_risk_is_exceeded_is_one_problem_whatever_the_numbers() -> None:
    other = Reason("risk", Outcome.VIOLATED, Severity.HIGH, "its risk is 13.00", {"threshold": 7.1}, Effect.DENY)
    first, second = (decision_report(decision(each), None).problems[0].fingerprint for each in (EXCEEDED, other))
    assert first == second
    fingerprints = {each.fingerprint for each in decision_report(decision(EXCEEDED, UNTOLD, REMARK), None).problems}
    assert len(fingerprints) == 3


def test_the_headline_says_what_let_it_in() -> None:
    broken = BreakGlass("shop", "1.4.2", "INC-1", "the shop is down", "mara", AT, AT + timedelta(hours=4))
    made = decision(EXCEEDED, verdict=Verdict.ADMIT, break_glass=broken, decided=Verdict.REFUSE)
    report = decision_report(made, None, note="as said")
    assert report.headline == (
        "admit: release:shop@1.4.2 at deploy; risk 12.00, threshold 7.20; let in by break-glass INC-1 by mara until "
        "2026-11-02T04:00:00+00:00: the shop is down; decided was: refuse; as said"
    )
    assert [each.bearing for each in report.problems] == [Bearing.AGAINST]


@pytest.mark.parametrize(("counts", "bearing"), [(True, Bearing.AGAINST), (False, Bearing.WEIGHS)])
def test_of_a_scan_some_weaknesses_count(counts: bool, bearing: Bearing) -> None:
    report = scan_report(scan(weakness()), Verdict.REFUSE, "1 weakness", lambda _each: counts, "src")
    assert [(each.bearing, each.where) for each in report.problems] == [(bearing, "src/shop/orders.py:41")]
    assert (report.subject, report.headline) == ("src", "1 weakness")


def test_a_scan_that_could_not_tell_says_so() -> None:
    doubtful = scan_report(scan(runs=(FAILED,)), Verdict.UNKNOWN, "", lambda _each: False)
    assert [(each.rule, each.message) for each in doubtful.of_bearing(Bearing.UNTOLD)] == [
        ("scan/semgrep", "failed: it was killed by SIGKILL")
    ]
    blind = scan_report(scan(), Verdict.UNKNOWN, "", lambda _each: False)
    assert [each.message for each in blind.of_bearing(Bearing.UNTOLD)] == ["no scanner could look at anything"]


def test_what_nobody_could_decide_is_no_pass_and_what_scanners_told_is_told() -> None:
    report = doubtful_report("release:shop@1", "the server is away", scan(weakness()), "src", "which counts as refuse")
    assert report.headline == "could not tell: release:shop@1; which counts as refuse"
    assert report.verdict is Verdict.UNKNOWN
    assert [(each.rule, each.bearing) for each in report.problems] == [
        ("gate", Bearing.UNTOLD),
        ("code/cwe-89", Bearing.WEIGHS),
    ]
    assert ScanStatus.COMPLETE in {each.status for each in (report.scan.runs if report.scan else ())}
