from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.model.finding import Finding, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.sarif.findings import findings_log

URN = Urn("aws:1:eu-west-1:AWS::S3::Bucket:one")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINDING = Finding(URN, "shop", FindingSource.DRIFT, "drift/changed", "Size", Severity.HIGH, "Size is 2, declared 1")


def record(finding: Finding) -> FindingRecord:
    return FindingRecord(finding, NOW, NOW, NOW, None, 1)


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note"), ("info", "note")],
)
def test_a_finding_has_the_level_of_its_severity(checked: Any, severity: str, level: str) -> None:
    (made,) = checked(findings_log([record(replace(FINDING, severity=Severity(severity)))], {}, []))
    assert made["level"] == level
    assert list(made["partialFingerprints"].values()) == [FINDING.id]


def test_a_guardrails_finding_names_the_policy_and_where_the_entity_is_declared(checked: Any) -> None:
    finding = replace(FINDING, source=FindingSource.GUARDRAIL, rule="storage/private")
    log = findings_log([record(finding)], {URN: "template.yaml:3: One"}, [])
    (made,) = checked(log)
    assert made["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert "setpoint policy explain storage/private" in rule["help"]["text"]


def test_what_an_agent_met_names_where_its_path_is_told(checked: Any) -> None:
    rule, evidence = "runtime/sql-injection", {"type": "sql-injection"}
    finding = replace(FINDING, urn=Urn.service("shop"), source=FindingSource.RUNTIME, rule=rule, evidence=evidence)
    log = findings_log([record(finding)], {}, [])
    checked(log)
    (told,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert "setpoint runtime shop --flows" in told["help"]["text"]


def test_what_was_closed_is_not_told(checked: Any) -> None:
    assert checked(findings_log([replace(record(FINDING), closed_at=NOW)], {}, [])) == []
