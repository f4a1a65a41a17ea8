from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reports.telling import decision, hostile, known, of_everything, scan, told, weakness

from setpoint.model.decision import Verdict
from setpoint.reports.content import Report
from setpoint.reports.junit import junit
from setpoint.reports.making import decision_report, doubtful_report

ENDINGS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def cases(report: Report) -> dict[str, str]:
    """Name → how it ended; the whole file is checked on the way."""
    root = Xml.fromstring(junit(report))  # noqa: S314 - our own
    assert root.tag == "testsuites"
    ended: dict[str, str] = {}
    for suite in root:
        assert suite.tag == "testsuite"
        assert int(suite.attrib["tests"]) == len(suite)
        for ending, attribute in ENDINGS.items():
            assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{ending}"))
        for case in suite:
            assert case.tag == "testcase"
            name = f"{case.attrib['classname'].removeprefix('setpoint.')} {case.attrib['name']}"
            endings = [each.tag for each in case if each.tag in ENDINGS]
            assert len(endings) <= 1
            ended[name] = endings[0] if endings else "passed"
    for attribute in ("tests", *ENDINGS.values()):
        assert int(root.attrib[attribute]) == sum(int(suite.attrib[attribute]) for suite in root)
    return ended


def test_a_case_for_each_policy_scanner_and_kind_of_weakness() -> None:
    assert cases(of_everything()) == {
        "answer release:shop@1.4.2": "failure",
        "policies logging/bucket": "passed",
        "policies risk": "failure",
        "scanners semgrep": "error",
        "scanners gitleaks": "skipped",
        "scanners zizmor": "skipped",
        "weaknesses code/cwe-78": "passed",
        "weaknesses code/cwe-89": "failure",
    }


@pytest.mark.parametrize(
    ("verdict", "ended"), [(Verdict.ADMIT, "passed"), (Verdict.REFUSE, "failure"), (Verdict.UNKNOWN, "error")]
)
def test_the_answer_is_a_case(verdict: Verdict, ended: str) -> None:
    assert cases(decision_report(decision(verdict=verdict), None)) == {"answer release:shop@1.4.2": ended}


def test_what_nobody_could_decide_is_an_error() -> None:
    assert cases(doubtful_report("release:shop@1", "the server is away")) == {
        "answer release:shop@1": "error",
        "policies gate": "error",
    }


def test_places_are_listed() -> None:
    many = [weakness(number) for number in range(1, 1_003)]
    written = junit(decision_report(decision(*(told(known(each)) for each in many)), scan(*many))).decode()
    assert written.count("weighs: shop/orders.py:41: high: SQL is put together from text") == 1_000
    assert "and 2 more" in written


def test_hostile_text_is_text() -> None:
    assert sorted(cases(hostile()).values()) == ["error", "error", "failure", "failure", "failure"]
    assert b"<script" not in junit(hostile())


@given(st.text())
def test_it_is_xml_whatever_a_tool_says(message: str) -> None:
    made = weakness(rule=message or "x", message=message)
    assert cases(decision_report(decision(told(known(made))), scan(made)))
