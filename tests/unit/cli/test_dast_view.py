"""What people read of a scan: its faults, what was left out, what it left behind."""

from __future__ import annotations

import pytest

from setpoint.cli.dast_plan_view import plan_document, show_plan
from setpoint.cli.dast_view import show_report
from setpoint.cli.output import Output
from setpoint.model.dast import (
    Answer,
    Certainty,
    DastPlan,
    DastReport,
    Exchange,
    Fault,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.model.policy import Severity

BASE = "http://127.0.0.1:8000"
REFUSED = Exchange(Sent("POST", f"{BASE}/login"), Answer(401, (), b""))
FAULT = Fault(
    kind="missing-attempt-limit",
    cwe=307,
    owasp="API2:2023",
    severity=Severity.MEDIUM,
    certainty=Certainty.CONFIRMED,
    method="POST",
    path="/login",
    message="wrong passwords change nothing",
    proof=(REFUSED, REFUSED, REFUSED),
    examples=tuple(f"GET /{number}" for number in range(7)),
)


def report(*faults: Fault, remarks: tuple[str, ...] = ()) -> DastReport:
    left_out = {f"DELETE /{number}": "DELETE destroys, or may" for number in range(9)}
    return DastReport(BASE, Profile.SAFE, faults, 12, 1.0, left_out=left_out, remarks=remarks)


def shown(given: DastReport, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show_report(Output.of(as_json=False), given, ())
    return capsys.readouterr().out.splitlines()


def test_equal_proof_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(report(FAULT), capsys)
    assert [each for each in lines if "curl" in each] == [f"   curl --include --path-as-is --request POST {BASE}/login"]
    assert "   → 401, 3 times" in lines


def test_lists_are_cut_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(report(FAULT), capsys)
    assert "   for example: GET /0, GET /1, GET /2, GET /3, GET /4 and 2 more" in lines
    place = lines.index("not tested, or only by checks about it:")
    assert lines[place + 1].startswith("  DELETE /0, ")
    assert lines[place + 1].endswith("DELETE /7 and 1 more: DELETE destroys, or may")


def test_what_is_left_behind_stands_at_the_end_by_what_made_it(capsys: pytest.CaptureFixture[str]) -> None:
    remarks = (
        "left behind: account a, made by POST /register",
        "left behind: account b, made by POST /register",
        "left behind: two files",
        "the document is not valid",
    )
    assert shown(report(remarks=remarks), capsys)[-5:-1] == [
        "note: the document is not valid",
        "left behind:",
        "  by POST /register: account a, account b",
        "  two files",
    ]


def test_a_plan_tells_what_is_to_be_expected_and_what_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    requests = [
        PlannedRequest("GET /a", "finds", "bob", 30, 2),
        PlannedRequest("GET /b", "finds", "bob", 1),
        PlannedRequest("GET /a", "learn ids", "", 1),
    ]
    plan = DastPlan(BASE, Profile.SAFE, requests, rate=2.0)
    show_plan(Output.of(as_json=False), plan, {"finds": "access"})
    lines = capsys.readouterr().out.splitlines()
    assert [each.split() for each in lines[:3]] == [
        ["theme", "check", "operations", "requests", "at", "most", "as"],
        ["all", "learn", "ids", "1", "1", "1", "-"],
        ["access", "finds", "2", "3", "31", "bob"],
    ]
    assert lines[-2:] == [
        f"about 4 requests to {BASE}, in the profile safe: 2s at 2 requests a second",
        "at most 32, where every check follows signs of a fault everywhere",
    ]
    document = plan_document(plan)
    assert isinstance(document, dict)
    assert (document["about"], document["at_most"]) == (4, 32)
