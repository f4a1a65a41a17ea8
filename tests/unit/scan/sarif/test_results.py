from __future__ import annotations

from typing import Any

import orjson
import pytest
from tests.unit.scan.sarif.conftest import ROOT, Read

from setpoint.errors import InputError
from setpoint.model.policy import Severity
from setpoint.scan.sarif.reading import read_sarif

RULE = {"id": "R1", "shortDescription": {"text": "A rule"}}


@pytest.mark.parametrize(
    ("result", "rule", "severity"),
    [
        ({"level": "error"}, {}, Severity.HIGH),
        ({"level": "warning"}, {}, Severity.MEDIUM),
        ({"level": "note"}, {}, Severity.LOW),
        ({"level": "none"}, {}, Severity.INFO),
        ({}, {}, Severity.MEDIUM),
        ({}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
        ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, Severity.CRITICAL),
        ({"level": "error"}, {"properties": {"security-severity": "3.9"}}, Severity.LOW),
        ({"properties": {"security-severity": "7.0"}}, {"properties": {"security-severity": "9.8"}}, Severity.HIGH),
        ({"level": "error"}, {"properties": {"security-severity": "much"}}, Severity.HIGH),
        ({"level": "error"}, {"properties": {"security-severity": "0.0"}}, Severity.HIGH),
        ({"level": "error", "properties": {"issue_severity": "LOW"}}, {}, Severity.LOW),
        ({"level": "note", "properties": {"zizmor/severity": "High"}}, {}, Severity.HIGH),
        ({"kind": "review", "level": "none"}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
    ],
)
def test_severity(read: Read, result: Any, rule: Any, severity: Severity) -> None:
    (made,) = read({"ruleId": "R1", "message": {"text": "m"}, **result}, rules=[RULE | rule]).results
    assert made.severity is severity


def test_an_invocation_may_give_a_rule_another_level(read: Read) -> None:
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "error"}}
    run = read({"ruleId": "R1"}, rules=[RULE], invocations=[{"ruleConfigurationOverrides": [override]}])
    assert run.results[0].severity is Severity.HIGH


@pytest.mark.parametrize("kind", ["pass", "notApplicable", "informational"])
def test_what_says_that_all_is_well_is_no_result(read: Read, kind: str) -> None:
    assert read({"ruleId": "R1", "kind": kind}).results == ()


def test_what_is_gone_since_the_tools_own_baseline_is_no_result(read: Read) -> None:
    told = [{"ruleId": each, "baselineState": each} for each in ("new", "unchanged", "absent")]
    assert [each.rule for each in read(*told).results] == ["new", "unchanged"]


def test_what_the_tool_leaves_open_is_told(read: Read) -> None:
    (made,) = read({"ruleId": "R1", "kind": "open", "level": "none", "message": {"text": "perhaps"}}).results
    assert made.message == "to be looked at: perhaps"


def test_a_kind_that_does_not_exist_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match="kind is 'maybe'"):
        read({"kind": "maybe"})


@pytest.mark.parametrize(
    ("result", "name"),
    [
        ({"ruleIndex": 1}, "R2"),
        ({"rule": {"index": 1}}, "R2"),
        ({"rule": {"id": "R2"}}, "R2"),
        ({"ruleId": "R2/deeper"}, "R2/deeper"),
        ({"rule": {"index": 0, "toolComponent": {"index": 0}}}, "E1"),
        ({"ruleIndex": 99, "ruleId": "R2"}, "R2"),
        ({"ruleId": "unknown"}, "unknown"),
        ({}, "unnamed"),
    ],
)
def test_a_rule_is_found_by_index_or_name(result: Any, name: str) -> None:
    tool = {
        "driver": {"name": "x", "rules": [RULE, {"id": "R2"}]},
        "extensions": [{"name": "e", "rules": [{"id": "E1"}]}],
    }
    log = {"version": "2.1.0", "runs": [{"tool": tool, "results": [result]}]}
    (run,) = read_sarif(orjson.dumps(log), root=ROOT)
    assert [each.rule for each in run.results] == [name]


@pytest.mark.parametrize(
    ("rule", "result", "cwes"),
    [
        ({"properties": {"tags": ["external/cwe/cwe-089", "CWE-564: Hibernate", "x"]}}, {}, (89, 564)),
        ({"properties": {"cwe": ["CWE-79"]}}, {"properties": {"cwe": 80}}, (79, 80)),
        ({"relationships": [{"target": {"id": "CWE-22"}}]}, {}, (22,)),
        ({"relationships": [{"target": {"id": "22", "toolComponent": {"name": "CWE"}}}]}, {}, (22,)),
        ({"relationships": [{"target": {"id": "22", "toolComponent": {"name": "OWASP"}}}]}, {}, ()),
        ({}, {"taxa": [{"id": "77", "toolComponent": {"index": 0}}]}, (77,)),
        ({}, {"taxa": [{"index": 0, "toolComponent": {"index": 0}}]}, (611,)),
    ],
)
def test_weaknesses_of_the_cwe(read: Read, rule: Any, result: Any, cwes: tuple[int, ...]) -> None:
    taxonomies = [{"name": "CWE", "taxa": [{"id": "611"}]}]
    run = read({"ruleId": "R1", **result}, rules=[RULE | rule], taxonomies=taxonomies)
    assert run.results[0].cwes == cwes


@pytest.mark.parametrize(
    ("properties", "confidence"),
    [
        ({"precision": "very-high"}, 0.95),
        ({"issue_confidence": "MEDIUM"}, 0.6),
        ({"zizmor/confidence": "Low"}, 0.3),
        ({"confidence": 0.25}, 0.25),
        ({"tags": ["security", "high"]}, None),
        ({"tags": ["LOW CONFIDENCE"], "precision": "very-high"}, 0.3),
        ({}, None),
    ],
)
def test_confidence(read: Read, properties: Any, confidence: float | None) -> None:
    assert read({"ruleId": "R1", "properties": properties}).results[0].confidence == confidence


@pytest.mark.parametrize(
    ("suppressions", "is_suppressed"),
    [
        ([], False),
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted"}], True),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
    ],
)
def test_suppressions(read: Read, suppressions: Any, is_suppressed: bool) -> None:
    assert read({"ruleId": "R1", "suppressions": suppressions}).results[0].is_suppressed is is_suppressed


def test_a_message_may_be_the_rules_with_arguments(read: Read) -> None:
    rule = RULE | {"messageStrings": {"m": {"text": "{0} calls {1} {9}"}}}
    (made,) = read({"ruleId": "R1", "message": {"id": "m", "arguments": ["a", "b"]}}, rules=[rule]).results
    assert made.message == "a calls b {9}"


def test_without_a_message_the_rule_speaks(read: Read) -> None:
    assert read({"ruleId": "R1"}, rules=[RULE]).results[0].message == "A rule"


def test_a_title_that_only_repeats_the_rules_name_is_none(read: Read) -> None:
    rule = {"id": "a.b", "shortDescription": {"text": "Finding: a.b"}, "fullDescription": {"text": "A key: found"}}
    assert read({"ruleId": "a.b"}, rules=[rule]).results[0].message == "A key: found"


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    ("tool", "rule"), [("gitleaks", {}), ("CodeQL", {"properties": {"tags": ["external/cwe/cwe-798"]}})]
)
def test_a_secret_is_in_nothing_that_is_kept(read: Read, tool: str, rule: Any) -> None:
    result = {
        "ruleId": "R1",
        "message": {"text": f"hard-coded password: {SECRET}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a.py"},
                    "region": {"startLine": 1, "snippet": {"text": SECRET}},
                }
            }
        ],
        "partialFingerprints": {"hash": SECRET},
    }
    (made,) = read(result, tool=tool, rules=[{"id": "R1", **rule}]).results
    assert SECRET not in str(made) + made.snippet
    assert made.message == "hard-coded password"
