from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.policy import Severity
from setpoint.scan.hiding import words_before_value
from setpoint.scan.words import confidence_of, cwes_in, severity_of_score, tool_name


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        *((10.0, "critical"), (9.0, "critical"), (8.9, "high"), (7.0, "high"), (6.9, "medium")),
        *((4.0, "medium"), (3.9, "low"), (0.1, "low"), (0.0, "info")),
    ],
)
def test_bands_of_cvss(score: float, severity: str) -> None:
    assert severity_of_score(score) is Severity(severity)


@given(st.floats(0, 10), st.floats(0, 10))
def test_a_higher_score_is_no_lower_severity(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert severity_of_score(low).rank <= severity_of_score(high).rank


@pytest.mark.parametrize(
    ("text", "cwes"),
    [
        ("external/cwe/cwe-089", (89,)),
        ("CWE-89: SQL Injection", (89,)),
        ("CWE89, CWE: 79, cwe_22", (22, 79, 89)),
        ("CWE-0", ()),
        ("CWE-123456", ()),
        ("nothing", ()),
    ],
)
def test_weaknesses_in_text(text: str, cwes: tuple[int, ...]) -> None:
    assert cwes_in([text]) == cwes


@pytest.mark.parametrize(
    ("told", "name"), [("Semgrep OSS", "semgrep"), ("Bandit", "bandit"), (" OWASP ZAP ", "owasp-zap"), ("oss", "oss")]
)
def test_names_of_tools(told: str, name: str) -> None:
    assert tool_name(told) == name


def test_confidences() -> None:
    assert [confidence_of(each) for each in ("Very High", "low", 0.5, 1.5, True, None)] == [
        0.95,
        0.3,
        0.5,
        None,
        None,
        None,
    ]


def test_words_in_front_of_a_value() -> None:
    assert words_before_value('Possible hardcoded password assigned to: "password"') == (
        "Possible hardcoded password assigned to"
    )
    assert words_before_value("Possible hardcoded password: 'hunter2'") == "Possible hardcoded password"
